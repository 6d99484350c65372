//! The read model against worlds made by chance: an oracle that scans, changes one by one, and pairs of worlds that differ
//! only in what is hidden.

mod hidden;
mod matching;
mod oracle;
mod search;
mod wording;
pub(super) mod world;

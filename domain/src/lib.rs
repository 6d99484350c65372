//! The vocabulary and the rules of a member network: who is in it, what they can do, who sees what, who fits whom.
//!
//! Pure: nothing here reads a clock, a file, a database or a random number. Times and ids are passed in.
//!
//! In reading order:
//! - [`id`], [`text`], [`invalid`], [`named`], [`place`], [`page`]: the small words.
//! - [`audience`]: visibility levels and the one projection that every reader reads through.
//! - [`organisation`] with its [`institution`] units, [`membership`], [`person`]: the directory.
//! - [`skill`]: concepts, their closeness, and claims; [`reference`](mod@reference): what someone has done.
//! - [`profile`]: an organisation with all of that.
//! - [`opportunity`]: offers and requests; [`solution`]: what an organisation has made and shows.
//! - [`search`]: questions to the directory; [`analysis`]: from texts to the terms under which they are found.
//! - [`saved_search`]: questions that people keep.
//! - [`completeness`], [`upkeep`], [`moderation`]: keeping the directory full, fresh and true.
//! - [`matching`]: who should work with whom, and why.
//! - [`import`]: what is compared when a file comes in.
//! - [`vocabulary`]: codes with their meaning in both languages.
//! - [`account`]: who may sign in and do what; [`consent`]: who agreed to what; [`privacy`]: what personal data there is and what for.
//! - [`settings`]: what managers set while the network runs.

pub mod account;
pub mod analysis;
pub mod audience;
pub mod calendar;
pub mod completeness;
pub mod consent;
pub mod id;
pub mod import;
pub mod institution;
pub mod invalid;
pub mod matching;
pub mod membership;
pub mod moderation;
pub mod named;
pub mod opportunity;
pub mod organisation;
pub mod page;
pub mod person;
pub mod place;
pub mod privacy;
pub mod profile;
pub mod reference;
pub mod saved_search;
pub mod search;
pub mod settings;
pub mod skill;
pub mod solution;
pub mod text;
pub mod timestamp;
pub mod upkeep;
pub mod vocabulary;

//! The register of all tables.

use super::Table;

mod access;
mod agreement;
mod directory;
mod log;
mod membership;

/// All tables, in no particular order.
pub const TABLES: &[&[Table]] = &[
    access::TABLES,
    agreement::TABLES,
    directory::TABLES,
    membership::TABLES,
    log::TABLES,
];

//! Imports: a whole network in one request, as a job that reports every faulty row, and that can be taken back.
//!
//! In reading order: [`options`] is what a caller may say; [`table`] turns bytes into rows of texts, [`columns`] finds out what
//! the columns hold, [`cells`] reads the values; [`lines`] is the format of JSON Lines, into which tables are read too;
//! [`source`] is either. [`plan`] turns rows into records and finds their faults, [`duplicates`] whom they mean, [`run`] writes
//! the good ones in one transaction, [`preview`] shows what that would do, [`undo`] takes it back.

pub mod cells;
pub mod columns;
pub mod duplicates;
pub mod handlers;
pub mod lines;
pub mod options;
pub mod plan;
pub mod preview;
pub mod report;
pub mod run;
pub mod source;
pub mod table;
pub mod undo;
pub mod wire;

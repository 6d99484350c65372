//! Imports: a whole network in one request, as a job that reports every faulty row.
//!
//! In reading order: [`lines`] is the format, [`table`] reads CSV into it, [`plan`] turns rows into records and finds their
//! faults, [`run`] writes the good ones in one transaction.

pub mod handlers;
pub mod lines;
pub mod plan;
pub mod run;
pub mod table;
pub mod wire;

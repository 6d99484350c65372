//! Settings that are one of several.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;

use crate::letters::Post;

/// How log lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// Where letters go.
#[derive(Clone)]
pub enum Mail {
    /// They wait in the queue.
    Nowhere,
    /// To a mail server.
    Smtp {
        /// Its URL.
        url: String,
        /// How long it may take over one step.
        patience: Duration,
    },
    /// Into a folder.
    Folder(PathBuf),
    /// To whom a program brings along.
    Given(Arc<dyn Post>),
}

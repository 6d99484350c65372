//! Settings that are one of several.

use std::path::PathBuf;
use std::sync::Arc;

use serde::Deserialize;
use werkstadt_domain::account::Role;

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

/// Whose sign-in needs a second factor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum SecondFactorPolicy {
    /// That of managers: they see everything.
    #[default]
    Managers,
    /// That of everyone.
    Everyone,
    /// Nobody's; who has one needs it all the same.
    Nobody,
}

impl SecondFactorPolicy {
    /// True if the policy asks one of this role.
    pub fn demands(self, role: Role) -> bool {
        match self {
            Self::Managers => role == Role::Manager,
            Self::Everyone => true,
            Self::Nobody => false,
        }
    }
}

/// Where letters go.
#[derive(Clone)]
pub enum Mail {
    /// They wait in the queue.
    Nowhere,
    /// To a mail server.
    Smtp(String),
    /// Into a folder.
    Folder(PathBuf),
    /// To whom a program brings along.
    Given(Arc<dyn Post>),
}

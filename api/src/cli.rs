//! The commands of the program.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "commands answer the person who gave them"
)]

use std::fs::File;
use std::io::{IsTerminal, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};
use tracing_subscriber::EnvFilter;
use werkstadt_persistence::users;

use crate::app;
use crate::audit::Recorder;
use crate::boot::{self, BootError, Booted, System};
use crate::config::{BadSettings, Config, LogFormat, Settings, directory_of};
use crate::daily::Daily;
use crate::letters::Postman;

mod audit;
mod demo;
mod esco;
mod export;
mod import;
mod user;

/// Member network directory and matchmaking.
#[derive(Parser)]
#[command(name = "werkstadt", version, about)]
pub struct Cli {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API
    Serve,
    /// Serve a sample network from a fresh database
    Demo {
        /// Folder of the sample database
        #[arg(long, default_value = "data/demo")]
        data: PathBuf,
    },
    /// Bring the database's schema up to date
    Migrate,
    /// Import a network from a file: JSON Lines, XLSX or CSV
    #[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
    Import {
        /// The file; `-` reads standard input as JSON Lines
        #[arg(required = true)]
        file: Option<PathBuf>,
        #[command(subcommand)]
        source: Option<Source>,
    },
    /// Export the network, or its organisations, to a file
    Export(export::Export),
    /// Add a user, or set the password of one; asks nothing, prints the password
    User {
        /// The login
        #[arg(long)]
        email: String,
        /// The name
        #[arg(long, default_value = "Manager")]
        name: String,
    },
    /// Check the audit log of a database that no server has open, or tell where it ends
    Audit {
        #[command(subcommand)]
        what: audit::Audit,
    },
    /// Print the OpenAPI document
    Openapi {
        /// Which version
        #[arg(long, value_enum, default_value_t = Version::V31)]
        version: Version,
    },
    /// Ask a running server whether it is ready; for container health checks
    Healthcheck,
}

#[derive(Subcommand)]
enum Source {
    /// Import the ESCO classification of the European Commission from a folder
    Esco {
        /// The folder, with `concepts.csv` and `broader.csv`
        folder: PathBuf,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Version {
    #[value(name = "3.1")]
    V31,
    #[value(name = "3.0")]
    V30,
}

/// What a command fails with.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// Settings that cannot be used.
    #[error(transparent)]
    Settings(#[from] BadSettings),
    /// The server could not start.
    #[error(transparent)]
    Boot(#[from] BootError),
    /// Files and sockets.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// Anything else, in words.
    #[error("{0}")]
    Other(String),
}

impl Cli {
    /// Runs the command.
    ///
    /// # Errors
    /// What went wrong, in words for the person who gave the command.
    pub fn run(self) -> Result<(), CommandError> {
        let settings = self.settings.with_file()?;
        match self.command {
            Command::Serve => serve(&settings.check()?),
            Command::Demo { data } => demo::run(settings, &data),
            Command::Migrate => migrate(&settings.check()?),
            Command::Import {
                source: Some(Source::Esco { folder }),
                ..
            } => esco::run(&settings.check()?, &folder),
            Command::Import { file, source: None } => import::run(&settings.check()?, &file.unwrap_or_default()),
            Command::Export(what) => export::run(&settings.check()?, &what),
            Command::User { email, name } => user::run(&settings.check()?, &email, &name),
            Command::Audit { what } => audit::run(&settings.check()?, &what),
            Command::Openapi { version } => document(version),
            Command::Healthcheck => health(settings.check()?.listen),
        }
    }
}

fn serve(config: &Config) -> Result<(), CommandError> {
    start_log(config);
    let booted = open(config)?;
    let managed = booted.state.store.read(users::has_manager).map_err(BootError::from)?;
    if !managed {
        tracing::warn!(
            "nobody can administer this network yet: stop, run `werkstadt user --email YOU@EXAMPLE.ORG`, start again"
        );
    }
    let listener = TcpListener::bind(config.listen)?;
    tracing::info!(address = %config.listen, database = %config.database, "listening");
    run_until_stopped(booted, listener, config.workers)
}

/// Serves until a signal ends it; requests under way are finished.
fn run_until_stopped(booted: Booted, listener: TcpListener, workers: usize) -> Result<(), CommandError> {
    let Booted { state, follower } = booted;
    let daily = Daily::start(state.clone())?;
    let postman = Postman::start(state.clone())?;
    let recorder = Recorder::start(state.clone())?;
    let served = actix_web::rt::System::new().block_on(async { app::serve(state, listener, workers)?.await });
    drop(daily);
    drop(postman);
    // Last of all: what was read until now is noted.
    drop(recorder);
    follower.stop();
    Ok(served?)
}

fn open(config: &Config) -> Result<Booted, CommandError> {
    if let Some(directory) = directory_of(&config.database.to_string()) {
        std::fs::create_dir_all(directory)?;
    }
    Ok(boot::boot(config, Arc::new(System))?)
}

fn migrate(config: &Config) -> Result<(), CommandError> {
    start_log(config);
    let booted = open(config)?;
    booted.follower.stop();
    println!("The schema is up to date.");
    Ok(())
}

fn document(version: Version) -> Result<(), CommandError> {
    let document = app::published().map_err(BootError::from)?;
    let document = match version {
        Version::V31 => document,
        Version::V30 => crate::document::downgrade(&document),
    };
    let text = serde_json::to_string_pretty(&document).map_err(|error| CommandError::Other(error.to_string()))?;
    writeln!(std::io::stdout(), "{text}")?;
    Ok(())
}

/// Asks `/readyz` by hand: a container need not have curl.
fn health(listen: SocketAddr) -> Result<(), CommandError> {
    let address = SocketAddr::new(
        if listen.ip().is_unspecified() {
            [127, 0, 0, 1].into()
        } else {
            listen.ip()
        },
        listen.port(),
    );
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(2))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    write!(
        stream,
        "GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.take(4096).read_to_string(&mut answer)?;
    if answer.starts_with("HTTP/1.1 200") {
        Ok(())
    } else {
        Err(CommandError::Other("the server is not ready".into()))
    }
}

fn start_log(config: &Config) {
    let filter = EnvFilter::try_new(&config.log).unwrap_or_else(|error| {
        eprintln!(
            "werkstadt: log setting {:?} is not understood ({error}); using info",
            config.log
        );
        EnvFilter::new("info")
    });
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let started = match config.log_format {
        LogFormat::Text => log.with_ansi(std::io::stderr().is_terminal()).try_init(),
        LogFormat::Json => log.json().try_init(),
    };
    // A second log in one process, as in tests, is no reason to stop.
    drop(started);
}

/// The bytes of a file, or of standard input.
fn bytes_of(file: &std::path::Path) -> Result<Vec<u8>, CommandError> {
    let mut bytes = Vec::new();
    if file.as_os_str() == "-" {
        std::io::stdin().lock().read_to_end(&mut bytes)?;
    } else {
        File::open(file)?.read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

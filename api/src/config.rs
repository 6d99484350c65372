//! Settings: every one a flag, an environment variable and a key of `werkstadt.toml`, in that order of precedence.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::TimeDelta;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use ipnet::IpNet;
use serde::Deserialize;
use sha2::{Digest, Sha256};
pub use werkstadt_domain::account::SecondFactorPolicy;
use werkstadt_domain::named::Named;
use werkstadt_domain::upkeep::Periods as Reminding;
use werkstadt_persistence::DatabaseUrl;
use werkstadt_persistence::audit::AuditSecret;

use crate::state::Periods;
use crate::wire::Choose;

mod kinds;

pub use kinds::{LogFormat, Mail};

/// The settings as given; what is left out has a default.
#[derive(Args, Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Database: `sqlite://path` or `postgres://…` [default: `sqlite://data/werkstadt.db`]
    #[arg(long, global = true, env = "DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// Address and port to listen on [default: 127.0.0.1:8080]
    #[arg(long, global = true, env = "WERKSTADT_LISTEN")]
    listen: Option<SocketAddr>,
    /// Address under which clients reach the server; issuer of access tokens [default: `http://` and the listening address]
    #[arg(long, global = true, env = "WERKSTADT_PUBLIC_URL")]
    public_url: Option<String>,
    /// Origins from which browsers may call, separated by commas [default: none]
    #[arg(long, global = true, env = "WERKSTADT_ORIGINS", value_delimiter = ',')]
    #[serde(default)]
    origins: Vec<String>,
    /// Worker threads [default: one per core]
    #[arg(long, global = true, env = "WERKSTADT_WORKERS")]
    workers: Option<usize>,
    /// Requests handled at a time before further ones are turned away [default: 512]
    #[arg(long, global = true, env = "WERKSTADT_CONCURRENCY")]
    concurrency: Option<usize>,
    /// Requests in a minute from a network, of who is not signed in; 0 for as many as they like [default: 600]
    #[arg(long, global = true, env = "WERKSTADT_RATE_ANONYMOUS")]
    rate_anonymous: Option<u32>,
    /// Requests in a minute of a user or a key; 0 for as many as they like [default: 1200]
    #[arg(long, global = true, env = "WERKSTADT_RATE_SIGNED_IN")]
    rate_signed_in: Option<u32>,
    /// Seconds that a request may take [default: 30]
    #[arg(long, global = true, env = "WERKSTADT_REQUEST_SECONDS")]
    request_seconds: Option<u64>,
    /// Seconds that the body of a request may take to arrive [default: 20]
    #[arg(long, global = true, env = "WERKSTADT_BODY_SECONDS")]
    body_seconds: Option<u64>,
    /// Days after which a skill that nobody confirmed is due [default: 365]
    #[arg(long, global = true, env = "WERKSTADT_CONFIRM_SKILLS_DAYS")]
    confirm_skills_days: Option<u32>,
    /// Days after which a profile that nobody confirmed or changed is due [default: 180]
    #[arg(long, global = true, env = "WERKSTADT_CONFIRM_PROFILES_DAYS")]
    confirm_profiles_days: Option<u32>,
    /// Days of notice before a certificate or an opportunity ends [default: 30]
    #[arg(long, global = true, env = "WERKSTADT_NOTICE_DAYS")]
    notice_days: Option<u32>,
    /// Days that an opportunity is open unless it says until when [default: 180]
    #[arg(long, global = true, env = "WERKSTADT_OPPORTUNITY_DAYS")]
    opportunity_days: Option<u16>,
    /// Days after which a solution that its maintainer has not confirmed again is hidden [default: 365]
    #[arg(long, global = true, env = "WERKSTADT_SOLUTION_DAYS")]
    solution_days: Option<u16>,
    /// Proxies whose `X-Forwarded-For` is believed: addresses or networks, separated by commas [default: none]
    #[arg(long, global = true, env = "TRUSTED_PROXIES", value_delimiter = ',')]
    #[serde(default)]
    trusted_proxies: Vec<String>,
    /// Whose sign-in needs a second factor: `managers`, `everyone` or `nobody` [default: managers]
    #[arg(long, global = true, env = "WERKSTADT_SECOND_FACTOR", value_parser = policy())]
    second_factor: Option<Choose<SecondFactorPolicy>>,
    /// What the network is called in letters [default: Werkstadt]
    #[arg(long, global = true, env = "WERKSTADT_NETWORK_NAME")]
    network_name: Option<String>,
    /// Address of the pages that answer letters: `/activate`, `/reset-password`, `/old-address`, `/new-address`, `/erase-account`,
    /// `/guardian-consent` and `/guardian-withdrawal` below it take the token after `#token=` [default: none, letters name the token alone]
    #[arg(long, global = true, env = "WERKSTADT_APP_URL")]
    app_url: Option<String>,
    /// Mail server: `smtps://user:password@host` or `smtp://user:password@host:587?tls=required` [default: none, letters wait]
    #[arg(long, global = true, env = "WERKSTADT_SMTP_URL", hide_env_values = true)]
    smtp_url: Option<String>,
    /// Folder into which letters are written instead of being sent; for development
    #[arg(long, global = true, env = "WERKSTADT_MAIL_FOLDER")]
    mail_folder: Option<PathBuf>,
    /// Sender of letters, for example `Network <noreply@network.example>` [default: Werkstadt <noreply@localhost>]
    #[arg(long, global = true, env = "WERKSTADT_MAIL_FROM")]
    mail_from: Option<String>,
    /// The half of the audit log's key that is not in the database: 32 characters or more, the same at every start and server
    /// [default: none, then whoever can write to the database can write entries]
    #[arg(long, global = true, env = "WERKSTADT_AUDIT_SECRET", hide_env_values = true)]
    audit_secret: Option<String>,
    /// File to which it is written every few minutes where the audit log ends, best on another machine [default: none]
    #[arg(long, global = true, env = "WERKSTADT_AUDIT_HEADS")]
    audit_heads: Option<PathBuf>,
    /// What to log, for example `info` or `werkstadt_api=debug` [default: info]
    #[arg(long, global = true, env = "WERKSTADT_LOG")]
    log: Option<String>,
    /// How to log: `text` or `json` [default: text]
    #[arg(long, global = true, env = "WERKSTADT_LOG_FORMAT")]
    log_format: Option<LogFormat>,
}

/// The periods with these numbers of days for skills, profiles and notice, as far as they are given.
fn reminding([skills, profiles, notice]: [Option<u32>; 3]) -> Reminding {
    let usual = Reminding::default();
    let days = |given: Option<u32>, usual| given.map_or(usual, |days| TimeDelta::days(i64::from(days)));
    Reminding {
        claims: days(skills, usual.claims),
        profiles: days(profiles, usual.profiles),
        notice: days(notice, usual.notice),
    }
}

/// Reads the name of a policy of second factors.
fn policy() -> impl TypedValueParser<Value = Choose<SecondFactorPolicy>> {
    let names = SecondFactorPolicy::ALL.iter().map(|policy| policy.code());
    PossibleValuesParser::new(names).try_map(|name| {
        let policy = SecondFactorPolicy::from_code(&name);
        policy.map(Choose).ok_or_else(|| format!("unknown name {name:?}"))
    })
}

/// The settings in force.
#[derive(Clone)]
pub struct Config {
    /// Which database.
    pub database: DatabaseUrl,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where clients reach the server.
    pub public_url: String,
    /// Origins from which browsers may call.
    pub origins: Vec<String>,
    /// Worker threads.
    pub workers: usize,
    /// Requests at a time.
    pub concurrency: usize,
    /// Requests in a minute from a network, of who is not signed in; none for as many as they like.
    pub rate_anonymous: Option<u32>,
    /// Requests in a minute of a user or a key.
    pub rate_signed_in: Option<u32>,
    /// Seconds per request.
    pub request_seconds: u64,
    /// Proxies that are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Whose sign-in needs a second factor.
    pub second_factor: SecondFactorPolicy,
    /// What the network is called.
    pub network_name: String,
    /// Address of the pages that answer letters.
    pub app_url: Option<String>,
    /// Where letters go.
    pub mail: Mail,
    /// Who sends them.
    pub mail_from: String,
    /// Seconds per body.
    pub body_seconds: u64,
    /// When people are reminded.
    pub reminding: Reminding,
    /// How long things last.
    pub periods: Periods,
    /// The half of the audit log's key that is not in the database.
    pub audit_secret: Option<AuditSecret>,
    /// Where heads of the audit log are written.
    pub audit_heads: Option<PathBuf>,
    /// What to log.
    pub log: String,
    /// How to log.
    pub log_format: LogFormat,
}

/// Settings that cannot be used: every fault, a line each.
#[derive(Debug, thiserror::Error)]
#[error("the settings cannot be used:\n{0}")]
pub struct BadSettings(String);

/// How long a mail server may take over one step.
const PATIENCE: Duration = Duration::from_secs(30);

/// The file that is read when it exists.
const FILE: &str = "werkstadt.toml";

impl Settings {
    /// Adds what `werkstadt.toml` in the working directory says; flags and environment win.
    ///
    /// # Errors
    /// When the file is there and cannot be read, or has an unknown key.
    pub fn with_file(self) -> Result<Self, BadSettings> {
        let path = Path::new(FILE);
        if !path.exists() {
            return Ok(self);
        }
        let text = std::fs::read_to_string(path).map_err(|error| BadSettings(format!("{FILE}: {error}")))?;
        let file: Self = toml::from_str(&text).map_err(|error| BadSettings(format!("{FILE}: {error}")))?;
        Ok(self.or(file))
    }

    /// These settings, and the others where these say nothing.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            database_url: self.database_url.or(other.database_url),
            listen: self.listen.or(other.listen),
            public_url: self.public_url.or(other.public_url),
            origins: if self.origins.is_empty() {
                other.origins
            } else {
                self.origins
            },
            workers: self.workers.or(other.workers),
            concurrency: self.concurrency.or(other.concurrency),
            rate_anonymous: self.rate_anonymous.or(other.rate_anonymous),
            rate_signed_in: self.rate_signed_in.or(other.rate_signed_in),
            request_seconds: self.request_seconds.or(other.request_seconds),
            body_seconds: self.body_seconds.or(other.body_seconds),
            confirm_skills_days: self.confirm_skills_days.or(other.confirm_skills_days),
            confirm_profiles_days: self.confirm_profiles_days.or(other.confirm_profiles_days),
            notice_days: self.notice_days.or(other.notice_days),
            opportunity_days: self.opportunity_days.or(other.opportunity_days),
            solution_days: self.solution_days.or(other.solution_days),
            trusted_proxies: if self.trusted_proxies.is_empty() {
                other.trusted_proxies
            } else {
                self.trusted_proxies
            },
            second_factor: self.second_factor.or(other.second_factor),
            network_name: self.network_name.or(other.network_name),
            app_url: self.app_url.or(other.app_url),
            smtp_url: self.smtp_url.or(other.smtp_url),
            mail_folder: self.mail_folder.or(other.mail_folder),
            mail_from: self.mail_from.or(other.mail_from),
            audit_secret: self.audit_secret.or(other.audit_secret),
            audit_heads: self.audit_heads.or(other.audit_heads),
            log: self.log.or(other.log),
            log_format: self.log_format.or(other.log_format),
        }
    }

    /// These settings, for trying things out: letters go into a folder unless said otherwise, nobody needs a second factor, and
    /// requests are not counted.
    #[must_use]
    pub fn for_trial(self, mail_folder: PathBuf) -> Self {
        let folder = self.mail_folder.or(self.smtp_url.is_none().then_some(mail_folder));
        Self {
            mail_folder: folder,
            second_factor: self.second_factor.or(Some(Choose(SecondFactorPolicy::Nobody))),
            rate_anonymous: self.rate_anonymous.or(Some(0)),
            rate_signed_in: self.rate_signed_in.or(Some(0)),
            ..self
        }
    }

    /// These settings with another database.
    #[must_use]
    pub fn on_database(self, url: String) -> Self {
        Self {
            database_url: Some(url),
            ..self
        }
    }

    /// Checks everything and fills in defaults.
    ///
    /// # Errors
    /// Every setting that cannot be used.
    pub fn check(self) -> Result<Config, BadSettings> {
        let mut faults = Vec::new();
        let url = self
            .database_url
            .unwrap_or_else(|| "sqlite://data/werkstadt.db".to_owned());
        let database = url
            .parse::<DatabaseUrl>()
            .map_err(|error| faults.push(format!("database_url: {error}")))
            .ok();
        let listen = self.listen.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8080)));
        let public_url = self.public_url.unwrap_or_else(|| format!("http://{listen}"));
        if !public_url.starts_with("http://") && !public_url.starts_with("https://") {
            faults.push("public_url: must begin with http:// or https://".to_owned());
        }
        for origin in &self.origins {
            if !origin.contains("://") {
                faults.push(format!("origins: {origin} has no scheme"));
            }
        }
        if let Some(app_url) = &self.app_url
            && !app_url.starts_with("http://")
            && !app_url.starts_with("https://")
        {
            faults.push("app_url: must begin with http:// or https://".to_owned());
        }
        if self.smtp_url.is_some() && self.mail_folder.is_some() {
            faults.push("smtp_url and mail_folder: only one of them".to_owned());
        }
        if self.audit_secret.as_ref().is_some_and(|secret| secret.len() < 32) {
            faults.push("audit_secret: must have 32 characters or more".to_owned());
        }
        let trusted_proxies = networks(&self.trusted_proxies, &mut faults);
        let usual = Periods::default();
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        match database {
            Some(database) if faults.is_empty() => Ok(Config {
                database,
                listen,
                public_url: public_url.trim_end_matches('/').to_owned(),
                origins: self.origins,
                workers: self.workers.unwrap_or(cores).max(1),
                concurrency: self.concurrency.unwrap_or(512).max(1),
                rate_anonymous: Some(self.rate_anonymous.unwrap_or(600)).filter(|rate| *rate > 0),
                rate_signed_in: Some(self.rate_signed_in.unwrap_or(1200)).filter(|rate| *rate > 0),
                request_seconds: self.request_seconds.unwrap_or(30).max(1),
                body_seconds: self.body_seconds.unwrap_or(20).max(1),
                trusted_proxies,
                second_factor: self.second_factor.map(|policy| policy.0).unwrap_or_default(),
                network_name: self.network_name.unwrap_or_else(|| "Werkstadt".to_owned()),
                app_url: self.app_url.map(|url| url.trim_end_matches('/').to_owned()),
                mail: match (self.smtp_url, self.mail_folder) {
                    (Some(url), _) => Mail::Smtp {
                        url,
                        patience: PATIENCE,
                    },
                    (None, Some(folder)) => Mail::Folder(folder),
                    (None, None) => Mail::Nowhere,
                },
                mail_from: self
                    .mail_from
                    .unwrap_or_else(|| "Werkstadt <noreply@localhost>".to_owned()),
                reminding: reminding([self.confirm_skills_days, self.confirm_profiles_days, self.notice_days]),
                periods: Periods {
                    opportunity_days: self.opportunity_days.unwrap_or(usual.opportunity_days).max(1),
                    solution_days: self.solution_days.unwrap_or(usual.solution_days).max(1),
                },
                audit_secret: self
                    .audit_secret
                    .map(|secret| AuditSecret(Sha256::digest(secret.as_bytes()).into())),
                audit_heads: self.audit_heads,
                log: self.log.unwrap_or_else(|| "info".to_owned()),
                log_format: self.log_format.unwrap_or_default(),
            }),
            _ => Err(BadSettings(faults.join("\n"))),
        }
    }
}

/// Addresses and networks, as settings name them.
fn networks(given: &[String], faults: &mut Vec<String>) -> Vec<IpNet> {
    let read = |text: &String| {
        let text = text.trim();
        let address = text.parse::<IpAddr>().map(IpNet::from);
        address.or_else(|_| text.parse::<IpNet>())
    };
    let mut nets = Vec::new();
    for text in given {
        match read(text) {
            Ok(net) => nets.push(net),
            Err(_) => faults.push(format!("trusted_proxies: {text} is no address or network")),
        }
    }
    nets
}

impl fmt::Debug for Config {
    /// Without the database's URL: it may carry a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("listen", &self.listen)
            .field("public_url", &self.public_url)
            .finish_non_exhaustive()
    }
}

/// The directory of a `sqlite://` file, to be created before it is opened.
pub fn directory_of(url: &str) -> Option<PathBuf> {
    let path = Path::new(url.strip_prefix("sqlite://")?);
    path.parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .map(Path::to_path_buf)
}

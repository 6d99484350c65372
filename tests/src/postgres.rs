//! A throw-away PostgreSQL cluster from installed binaries: started by the first test that needs it, gone with the process.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use uuid::Uuid;
use werkstadt_persistence::{DatabaseUrl, Store, StoreOptions};

/// Set to `required`, a machine without PostgreSQL fails the suite instead of running half of it.
const REQUIREMENT: &str = "WERKSTADT_TEST_POSTGRES";
const TEMPLATE: &str = "werkstadt_template";

/// A database of its own in the cluster. It is dropped with this.
pub struct Database {
    cluster: &'static Cluster,
    name: String,
}

impl Database {
    /// A fresh database with the current schema, or `None` (having said so) where PostgreSQL is not installed.
    ///
    /// # Panics
    /// If the cluster does not start, or if it is required and not installed.
    pub fn fresh() -> Option<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let cluster = Cluster::shared()?;
        let name = format!("werkstadt_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        cluster.administer(&format!(
            "CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy"
        ));
        Some(Self { cluster, name })
    }

    /// An empty database, without any schema.
    ///
    /// # Panics
    /// As [`Database::fresh`].
    pub fn empty() -> Option<Self> {
        let database = Self::fresh()?;
        database.cluster.administer(&format!("DROP DATABASE {}", database.name));
        database
            .cluster
            .administer(&format!("CREATE DATABASE {}", database.name));
        Some(database)
    }

    /// Its address.
    pub fn url(&self) -> String {
        self.cluster.url(&self.name)
    }

    /// Ends all connections to it, as a restart of the server would.
    pub fn disconnect_all(&self) {
        self.cluster.administer(&format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'",
            self.name
        ));
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.cluster
                .administer(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
        }
    }
}

struct Cluster {
    folder: PathBuf,
    /// While this pipe is open the guard waits. The system closes it when this process ends, however it ends.
    _guard: ChildStdin,
}

impl Cluster {
    fn shared() -> Option<&'static Self> {
        static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
        CLUSTER.get_or_init(Self::start).as_ref()
    }

    fn start() -> Option<Self> {
        let Some(binaries) = installed() else {
            let required = std::env::var(REQUIREMENT).is_ok_and(|value| value == "required");
            assert!(
                !required,
                "{REQUIREMENT}=required, but initdb and pg_ctl are neither in PATH nor in /usr/lib/postgresql/*/bin"
            );
            eprintln!(
                "\n*** NOT RUN: everything on PostgreSQL. Neither PATH nor /usr/lib/postgresql/*/bin has initdb and pg_ctl. ***\n"
            );
            return None;
        };
        // Short: the path of a socket has at most 107 bytes.
        let folder = std::env::temp_dir().join(format!("wk{}", Uuid::from_u128(unique()).simple()));
        let folder = PathBuf::from(folder.to_string_lossy().chars().take(60).collect::<String>());
        std::fs::create_dir(&folder).expect("a folder for the cluster");
        let guard = guard(&folder);
        let user = Unprivileged::find();
        user.give(&folder);
        let data = folder.join("data");
        user.run(
            binaries.join("initdb"),
            [
                OsStr::new("-D"),
                data.as_os_str(),
                "-Upostgres".as_ref(),
                "-Atrust".as_ref(),
                "-EUTF8".as_ref(),
                "--locale=C".as_ref(),
                "--no-sync".as_ref(),
            ],
        );
        let options = format!(
            "-c listen_addresses='' -c unix_socket_directories={} -c fsync=off -c synchronous_commit=off \
             -c full_page_writes=off -c autovacuum=off -c max_connections=400",
            folder.display()
        );
        user.run(
            binaries.join("pg_ctl"),
            [
                OsStr::new("-D"),
                data.as_os_str(),
                "-w".as_ref(),
                "-l".as_ref(),
                folder.join("log").as_os_str(),
                "-o".as_ref(),
                options.as_ref(),
                "start".as_ref(),
            ],
        );
        let cluster = Self { folder, _guard: guard };
        cluster.make_template();
        Some(cluster)
    }

    /// The migrations run once; every other database is a copy.
    fn make_template(&self) {
        self.administer(&format!("CREATE DATABASE {TEMPLATE}"));
        let url: DatabaseUrl = self.url(TEMPLATE).parse().expect("a URL");
        let mut options = StoreOptions::new(Uuid::nil());
        options.connections = 1;
        let store = Store::open(&url, &options).expect("the template opens");
        store.migrate().expect("the migrations run");
        drop(store);
        self.administer(&format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{TEMPLATE}'"
        ));
    }

    fn url(&self, database: &str) -> String {
        format!("postgres:///{database}?host={}&user=postgres", self.folder.display())
    }

    fn administer(&self, statement: &str) {
        let mut connection = PgConnection::establish(&self.url("postgres")).expect("the cluster answers");
        for _ in 0..50 {
            match connection.batch_execute(statement) {
                Ok(()) => return,
                // A session that was just closed takes a moment to be gone.
                Err(error) if error.to_string().contains("being accessed by other users") => {
                    std::thread::sleep(Duration::from_millis(20));
                }
                Err(error) => panic!("{statement}: {error}"),
            }
        }
        panic!("{statement}: still in use");
    }
}

/// A number that no other process uses now: time and process id.
fn unique() -> u128 {
    #[expect(
        clippy::disallowed_methods,
        reason = "a name that no other run has; nothing is judged by it"
    )]
    let time = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    (time.as_nanos() << 32) | u128::from(std::process::id())
}

/// The folder with `initdb` and `pg_ctl`: in `PATH`, or the newest of the Debian packages.
fn installed() -> Option<PathBuf> {
    let has = |folder: &PathBuf| folder.join("initdb").is_file() && folder.join("pg_ctl").is_file();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let version = |folder: &PathBuf| {
        let name = folder
            .parent()
            .and_then(Path::file_name)
            .map(|name| name.to_string_lossy().into_owned());
        name.and_then(|name| name.parse::<u32>().ok())
    };
    let packaged = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let packaged = packaged
        .map(|entry| entry.path().join("bin"))
        .filter(has)
        .max_by_key(version);
    std::env::split_paths(&path).find(has).or(packaged)
}

/// Starts a shell that waits until this process has ended, then stops the server and removes the folder. It outlives a
/// failed assertion, `kill -9` and Ctrl-C.
#[expect(clippy::zombie_processes, reason = "it outlives this process")]
fn guard(folder: &Path) -> ChildStdin {
    const SCRIPT: &str = r#"
        trap '' INT TERM HUP
        read -r _
        if pid=$(head -n 1 "$0/data/postmaster.pid" 2>/dev/null); then
            kill -QUIT "$pid"
            for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
        fi
        rm -rf "$0""#;
    let mut shell = Command::new("sh")
        .args([OsStr::new("-c"), SCRIPT.as_ref(), folder.as_os_str()])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a shell");
    shell.stdin.take().expect("its standard input")
}

/// PostgreSQL refuses to run as root; then another user runs it.
struct Unprivileged(Option<&'static str>);

impl Unprivileged {
    fn find() -> Self {
        if answer("id", &["-u"]).as_deref() != Some("0") {
            return Self(None);
        }
        let user = ["postgres", "nobody"]
            .into_iter()
            .find(|user| answer("id", &["-u", user]).is_some());
        Self(Some(user.expect("a user that is not root")))
    }

    fn give(&self, folder: &Path) {
        if let Some(user) = self.0 {
            run(Command::new("chown").arg(user).arg(folder));
        }
    }

    fn run<'a>(&self, program: PathBuf, arguments: impl IntoIterator<Item = &'a OsStr>) {
        let Some(user) = self.0 else {
            return run(Command::new(program).args(arguments));
        };
        let group = answer("id", &["-g", user]).expect("the user's group");
        run(Command::new("setpriv")
            .args([
                format!("--reuid={user}"),
                format!("--regid={group}"),
                "--clear-groups".to_owned(),
            ])
            .arg(program)
            .args(arguments)
            .current_dir("/"));
    }
}

fn answer(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program)
        .args(arguments)
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn run(command: &mut Command) {
    // Not captured through a pipe: the server would keep it open, and we would wait for its end.
    let status = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .status();
    let status = status.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(status.success(), "{command:?}: {status}");
}

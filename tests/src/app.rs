//! The real application on a fresh database, listening on a port of its own, with a clock and ids that the test holds.

use std::collections::{BTreeSet, HashMap};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use actix_web::dev::ServerHandle;
use actix_web::web;
use chrono::TimeDelta;
use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Text};
use serde_json::Value;
use werkstadt_api::app;
use werkstadt_api::boot::{self, Booted};
use werkstadt_api::config::{Config, Mail, Settings};
use werkstadt_api::letters;
use werkstadt_api::state::State;
use werkstadt_domain::account::{Role, Scope, UserId};
use werkstadt_persistence::sessions::SessionId;
use werkstadt_persistence::{Actor, Db, Error, Store};

use crate::caller::Caller;
use crate::database::TestDatabase;
use crate::document::Document;
use crate::http::{self, Reply, Request};
use crate::mailbox::{Mailbox, Received};
use crate::world::TestWorld;

/// A running server.
pub struct TestApp {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its clock, ids and secrets.
    pub world: Arc<TestWorld>,
    /// What its workers share.
    pub state: web::Data<State>,
    manager: OnceLock<UserId>,
    sessions: Mutex<HashMap<UserId, SessionId>>,
    mailbox: Arc<Mailbox>,
    /// The operations that were called, with the statuses that they answered.
    seen: Mutex<BTreeSet<(String, u16)>>,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl TestApp {
    /// A server on a database that nobody else uses.
    pub fn on(database: &TestDatabase) -> Self {
        Self::numbered(database, 0, |_| {})
    }

    /// A server beside others on the same database, or with other settings.
    ///
    /// # Panics
    /// If it does not start.
    pub fn numbered(database: &TestDatabase, number: u16, set: impl FnOnce(&mut Config)) -> Self {
        let settings = Settings::default().on_database(database.url());
        let mut config = settings.check().expect("settings");
        let mailbox = Arc::new(Mailbox::default());
        config.mail = Mail::Given(Arc::clone(&mailbox) as Arc<_>);
        // So many that only tests that want to are ever slowed down.
        config.rate_anonymous = Some(1_000_000);
        config.rate_signed_in = Some(1_000_000);
        set(&mut config);
        let world = Arc::new(TestWorld::new(number));
        let Booted { state, follower } = boot::boot(&config, Arc::clone(&world) as Arc<_>).expect("a start");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let (sender, receiver) = mpsc::channel();
        let shared = state.clone();
        let thread = std::thread::spawn(move || {
            let served = actix_web::rt::System::new().block_on(async {
                let server = app::serve(shared, listener, 2)?;
                drop(sender.send(server.handle()));
                server.await
            });
            drop(served);
            follower.stop();
        });
        Self {
            address,
            world,
            state,
            manager: OnceLock::new(),
            sessions: Mutex::default(),
            mailbox,
            seen: Mutex::default(),
            handle: receiver.recv().expect("a server"),
            thread: Some(thread),
        }
    }

    /// Sends a request and checks the answer against the document.
    #[track_caller]
    pub fn send(&self, request: &Request) -> Reply {
        let reply = http::send(self.address, request);
        self.checked(request, reply)
    }

    /// Sends bytes that are, or pretend to be, a call of this method and target; checks the answer as [`TestApp::send`].
    ///
    /// # Panics
    /// If no answer comes.
    #[track_caller]
    pub fn raw(&self, method: &str, target: &str, bytes: Vec<u8>) -> Reply {
        let reply = http::exchange(self.address, bytes).expect("an answer");
        self.checked(&Request::new(method, target), reply)
    }

    #[track_caller]
    fn checked(&self, request: &Request, reply: Reply) -> Reply {
        let document = Document::shared();
        document.check(request, &reply);
        let at = document.at(&request.target);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match at.get(request.method.as_str()) {
            Some(operation) => drop(seen.insert((operation.id.clone(), reply.status))),
            // A method that the path does not have belongs to all that it has.
            None => seen.extend(at.values().map(|operation| (operation.id.clone(), reply.status))),
        }
        reply
    }

    /// The operations that were called, with the statuses that they answered.
    pub fn seen(&self) -> BTreeSet<(String, u16)> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Lets time pass.
    pub fn advance(&self, time: TimeDelta) {
        self.world.advance(time);
    }

    /// The session in which a user calls.
    pub fn session_of(&self, user: UserId) -> SessionId {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        let known = sessions.get(&user).copied();
        // One that has ended, or has lost its second factor, is of no use.
        let alive = |id: &SessionId| {
            let session = self.state.accounts().by_session(*id, self.state.now());
            session.is_some_and(|(session, _)| session.second_factor)
        };
        known.filter(alive).unwrap_or_else(|| {
            let id = crate::accounts::session(&self.state, user);
            sessions.insert(user, id);
            id
        })
    }

    /// The one number, named `count`, that a query of the database answers.
    ///
    /// # Panics
    /// If it answers none.
    pub fn count(&self, query: &str) -> i64 {
        let found = self.state.store.read(|db| {
            let found: Counted = match db {
                Db::Sqlite(db) => diesel::sql_query(query).get_result(db)?,
                Db::Postgres(db) => diesel::sql_query(query).get_result(db)?,
            };
            Ok::<_, Error>(found.count)
        });
        found.expect("a number")
    }

    /// The names of all columns of all tables.
    ///
    /// # Panics
    /// If the database does not tell.
    pub fn columns(&self) -> BTreeSet<String> {
        const SQLITE: &str = "SELECT DISTINCT c.name AS name FROM sqlite_schema AS m JOIN pragma_table_info(m.name) AS c WHERE m.type = 'table'";
        const POSTGRES: &str =
            "SELECT DISTINCT column_name::text AS name FROM information_schema.columns WHERE table_schema = 'public'";
        let found = self.state.store.read(|db| {
            let found: Vec<Column> = match db {
                Db::Sqlite(db) => diesel::sql_query(SQLITE).load(db)?,
                Db::Postgres(db) => diesel::sql_query(POSTGRES).load(db)?,
            };
            Ok::<_, Error>(found.into_iter().map(|column| column.name).collect())
        });
        found.expect("columns")
    }

    /// Changes the database past the server.
    ///
    /// # Panics
    /// If it cannot be changed.
    pub fn execute(&self, statement: &str) {
        let state = &self.state;
        let done = state.store.write(Actor::System, state.now(), |unit| {
            match unit.db() {
                Db::Sqlite(db) => diesel::sql_query(statement).execute(db)?,
                Db::Postgres(db) => diesel::sql_query(statement).execute(db)?,
            };
            Ok::<_, Error>(())
        });
        done.expect("a change");
    }

    /// Where the letters go.
    pub fn mailbox(&self) -> &Mailbox {
        &self.mailbox
    }

    /// Sends the letters that are due; the ones that came to this address, the last one last.
    ///
    /// # Panics
    /// If they cannot be sent.
    pub fn letters_to(&self, address: &str) -> Vec<Received> {
        letters::deliver(&self.state).expect("letters are sent");
        self.mailbox.of(address)
    }

    /// Waits until the feed of changes tells of all that was written so far. On PostgreSQL every running transaction of the cluster
    /// holds it back, and tests share a cluster.
    ///
    /// # Panics
    /// If a transaction does not end.
    pub fn settle(&self) {
        let (_, next) = running(&self.state.store);
        let patience = Instant::now() + Duration::from_secs(60);
        while running(&self.state.store).0 < next {
            assert!(Instant::now() < patience, "a transaction does not end");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Someone without credentials.
    pub fn anonymous(&self) -> Caller<'_> {
        Caller::anonymous(self)
    }

    /// The manager of the network.
    pub fn as_manager(&self) -> Caller<'_> {
        let id = *self.manager.get_or_init(|| self.user(Role::Manager, None).user_id());
        Caller::user(self, id)
    }

    /// A guest.
    pub fn as_guest(&self) -> Caller<'_> {
        self.user(Role::Guest, None)
    }

    /// A member of an organisation.
    pub fn as_member(&self, organisation: &str) -> Caller<'_> {
        self.user(Role::Member, Some(organisation))
    }

    /// An editor of an organisation.
    pub fn as_editor(&self, organisation: &str) -> Caller<'_> {
        self.user(Role::Editor, Some(organisation))
    }

    /// An owner of an organisation.
    pub fn as_owner(&self, organisation: &str) -> Caller<'_> {
        self.user(Role::Owner, Some(organisation))
    }

    /// A new user of a role.
    pub fn user(&self, role: Role, organisation: Option<&str>) -> Caller<'_> {
        Caller::user(self, crate::accounts::user(&self.state, role, organisation))
    }

    /// A program with a manager's key of these scopes.
    pub fn with_key(&self, scopes: &[Scope]) -> Caller<'_> {
        let manager = self.as_manager().user_id();
        Caller::bearing(self, crate::accounts::key(&self.state, manager, scopes))
    }

    /// Adds an organisation, by a manager; its id.
    #[track_caller]
    pub fn organisation(&self, body: &Value) -> String {
        self.as_manager().create("/v1/organisations", body)
    }

    /// Adds a company of this name; its id.
    #[track_caller]
    pub fn company(&self, name: &str) -> String {
        self.organisation(&serde_json::json!({"kind": "company", "name": name}))
    }

    /// Publishes an opportunity, as a draft reviewed by a manager; its id.
    #[track_caller]
    pub fn published(&self, body: &Value) -> String {
        let manager = self.as_manager();
        let id = manager.create("/v1/opportunities", body);
        let steps = format!("/v1/opportunities/{id}/status");
        manager
            .post(&steps, &serde_json::json!({"status": "in_review"}))
            .is(200);
        let review = serde_json::json!({"clarity": 5, "advantage": 5, "expectations": 5, "language": 5});
        manager.post(&steps, &serde_json::json!({"review": review})).is(200);
        id
    }

    /// Adds a skill of this German label; its id.
    #[track_caller]
    pub fn skill(&self, label: &str) -> String {
        let body = serde_json::json!({"label": {"de": label}});
        self.as_manager().create("/v1/skills", &body)
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

#[derive(diesel::QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(diesel::QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[derive(diesel::QueryableByName)]
struct Running {
    #[diesel(sql_type = BigInt)]
    oldest: i64,
    #[diesel(sql_type = BigInt)]
    next: i64,
}

/// The number of the oldest transaction that runs, and of the one to come. On SQLite a write has ended when it is answered.
fn running(store: &Store) -> (i64, i64) {
    let query = "SELECT pg_snapshot_xmin(s)::text::bigint AS oldest, pg_snapshot_xmax(s)::text::bigint AS next
                 FROM pg_current_snapshot() AS s";
    let found = store.read(|db| match db {
        Db::Sqlite(_) => Ok((0, 0)),
        Db::Postgres(db) => {
            let found: Running = diesel::sql_query(query).get_result(db)?;
            Ok::<_, Error>((found.oldest, found.next))
        }
    });
    found.expect("the numbers of transactions")
}

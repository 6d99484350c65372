//! Someone who calls the API in a test.

use std::time::{Duration, Instant};

use serde_json::Value;
use uuid::Uuid;
use werkstadt_api::auth::Bearer;
use werkstadt_domain::account::UserId;

use crate::app::TestApp;
use crate::http::{Reply, Request};

/// Someone who calls the API.
#[derive(Clone)]
pub struct Caller<'a> {
    app: &'a TestApp,
    credential: Credential,
}

#[derive(Clone)]
enum Credential {
    None,
    /// Signed in; with a token of the present time at each call.
    User(UserId),
    Bearer(String),
}

impl<'a> Caller<'a> {
    /// Someone without credentials.
    pub const fn anonymous(app: &'a TestApp) -> Self {
        Self {
            app,
            credential: Credential::None,
        }
    }

    /// A user who has signed in.
    pub const fn user(app: &'a TestApp, id: UserId) -> Self {
        Self {
            app,
            credential: Credential::User(id),
        }
    }

    /// Someone with a token or key.
    pub const fn bearing(app: &'a TestApp, secret: String) -> Self {
        Self {
            app,
            credential: Credential::Bearer(secret),
        }
    }

    /// Waits until the feed of changes tells of all that was written so far.
    pub fn settle(&self) {
        self.app.settle();
    }

    /// True for a signed-in user, false for keys and anonymous callers.
    pub const fn is_user(&self) -> bool {
        matches!(self.credential, Credential::User(_))
    }

    /// The user.
    ///
    /// # Panics
    /// If the caller is none.
    pub fn user_id(&self) -> UserId {
        match &self.credential {
            Credential::User(id) => *id,
            _ => panic!("not a user"),
        }
    }

    /// What goes into the `Authorization` header.
    ///
    /// # Panics
    /// If no token can be made.
    pub fn token(&self) -> Option<String> {
        let state = &self.app.state;
        match &self.credential {
            Credential::None => None,
            Credential::User(id) => {
                let bearer = Bearer {
                    user: *id,
                    session: self.app.session_of(*id),
                };
                Some(
                    state
                        .tokens
                        .load()
                        .issue(bearer, Uuid::nil(), state.now())
                        .expect("a token"),
                )
            }
            Credential::Bearer(secret) => Some(secret.clone()),
        }
    }

    /// Sends a request with the caller's credentials.
    #[track_caller]
    pub fn send(&self, request: Request) -> Reply {
        let request = match self.token() {
            Some(token) => request.header("Authorization", &format!("Bearer {token}")),
            None => request,
        };
        self.app.send(&request)
    }

    /// Reads.
    #[track_caller]
    pub fn get(&self, target: &str) -> Reply {
        self.send(Request::new("GET", target))
    }

    /// Reads JSON that must be there.
    #[track_caller]
    pub fn read(&self, target: &str) -> Value {
        self.get(target).is(200).json()
    }

    /// The address of the feed of changes from now on.
    ///
    /// # Panics
    /// If it does not say how to go on.
    #[track_caller]
    pub fn feed_from_now(&self) -> String {
        self.settle();
        let page = self.read("/v1/changes?after=now");
        page["next"].as_str().expect("how to go on").to_owned()
    }

    /// Reads the feed of changes until it tells of something that fits. On PostgreSQL transactions of other tests hold it back.
    ///
    /// # Panics
    /// If it does not come.
    #[track_caller]
    pub fn hears(&self, feed: &str, fits: impl Fn(&Value) -> bool) {
        let patience = Instant::now() + Duration::from_secs(20);
        while Instant::now() < patience {
            let page = self.read(feed);
            if page["items"].as_array().into_iter().flatten().any(&fits) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the feed does not tell of it");
    }

    /// Posts JSON.
    #[track_caller]
    pub fn post(&self, target: &str, body: &Value) -> Reply {
        self.send(Request::new("POST", target).json(body))
    }

    /// Posts JSON that makes a record; its id.
    #[track_caller]
    pub fn create(&self, target: &str, body: &Value) -> String {
        let made = self.post(target, body).is(201).json();
        made["id"].as_str().unwrap_or_default().to_owned()
    }

    /// Patches what has this entity tag.
    #[track_caller]
    pub fn patch(&self, target: &str, tag: &str, change: &Value) -> Reply {
        self.send(Request::new("PATCH", target).header("If-Match", tag).json(change))
    }

    /// Removes what has this entity tag.
    #[track_caller]
    pub fn delete(&self, target: &str, tag: &str) -> Reply {
        self.send(Request::new("DELETE", target).header("If-Match", tag))
    }

    /// All items of a list, page by page of this size.
    #[track_caller]
    pub fn all(&self, target: &str, limit: usize) -> Vec<Value> {
        let joint = if target.contains('?') { '&' } else { '?' };
        let mut next = Some(format!("{target}{joint}limit={limit}"));
        let mut items = Vec::new();
        while let Some(page) = next {
            let page = self.read(&page);
            items.extend(page["items"].as_array().into_iter().flatten().cloned());
            next = page["next"].as_str().map(str::to_owned);
        }
        items
    }
}

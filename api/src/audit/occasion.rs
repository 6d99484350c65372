//! On what occasion something is done: what the audit log says about a request.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use werkstadt_domain::account::UserId;
use werkstadt_persistence::audit::{Author, Details, Occasion};
use werkstadt_persistence::{Actor, Noun};

use crate::origin;
use crate::state::State;

/// The header in which callers say why they ask.
pub const REASON: HeaderName = HeaderName::from_static("audit-reason");
/// Characters of a reason.
const LONGEST: usize = 300;
/// Members of a body that are named.
const FIELDS: usize = 40;

tokio::task_local! {
    static REQUEST: Arc<Asked>;
}

/// A request as the audit log tells of it.
#[derive(Debug, Default)]
pub struct Asked {
    occasion: Occasion,
    fields: Mutex<Vec<String>>,
    noted: Arc<AtomicBool>,
    actor: OnceLock<Actor>,
}

impl Asked {
    /// What is known of a request before it is handled. Of what everyone may read, nothing is written down.
    pub fn of(request: &ServiceRequest, state: &State, id: &HeaderValue) -> Option<Arc<Self>> {
        let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
        if reads && !request.headers().contains_key(header::AUTHORIZATION) {
            return None;
        }
        let operation = state.contract.at(request.path(), request.method());
        Some(Arc::new(Self {
            occasion: Occasion {
                operation: operation.map(|operation| operation.id.clone()),
                details: Details {
                    request: id.to_str().ok().map(str::to_owned),
                    network: Some(origin::network(request.request(), state)),
                    reason: reason(request.headers()),
                    ..Details::default()
                },
            },
            fields: Mutex::default(),
            noted: Arc::default(),
            actor: OnceLock::new(),
        }))
    }

    /// True once if it was noted that the answer tells of people.
    pub fn has_noted(&self) -> bool {
        self.noted.swap(false, Ordering::Relaxed)
    }

    /// Notes that the caller, if it is somebody, was denied what was asked for.
    pub fn note_denial(&self, state: &State) {
        if let Some(actor) = self.actor.get() {
            state.notes.refused(*actor, &self.occasion, state.now(), &[]);
        }
    }

    /// Handles a request on its occasion.
    pub async fn scope<T>(asked: Option<Arc<Self>>, handled: impl Future<Output = T>) -> T {
        match asked {
            Some(asked) => REQUEST.scope(asked, handled).await,
            None => handled.await,
        }
    }
}

/// The occasion of the request that this task handles; an empty one outside requests.
pub fn current() -> Occasion {
    let of = |asked: &Arc<Asked>| {
        let mut occasion = asked.occasion.clone();
        let fields = asked.fields.lock().unwrap_or_else(PoisonError::into_inner);
        occasion.details.fields.clone_from(&fields);
        occasion
    };
    REQUEST.try_with(of).unwrap_or_default()
}

/// Notes who makes the request that this task handles.
pub fn note_caller(actor: Actor) {
    // Outside requests there is nothing to note; who asked once is the same the second time.
    let _ = REQUEST.try_with(|asked| asked.actor.set(actor));
}

/// Notes that somebody wanted to be this user, or to be sure to be, and was refused.
pub fn note_impostor(state: &State, actor: Actor, user: UserId) {
    state
        .notes
        .refused(actor, &current(), state.now(), &[(Noun::User, user.uuid())]);
}

/// What is set when the request that this task handles notes what it tells of people.
pub fn noted() -> Arc<AtomicBool> {
    REQUEST.try_with(|asked| Arc::clone(&asked.noted)).unwrap_or_default()
}

/// Somebody who writes in the request that this task handles.
pub fn author(actor: Actor) -> Author {
    Author {
        actor,
        occasion: current(),
    }
}

/// Notes which members the body of the request has. Their values are in the history, or are nobody's business.
pub fn note_body(body: &Value) {
    let Some(members) = body.as_object() else { return };
    let names = members.keys().take(FIELDS).cloned().collect();
    // Outside requests there is nothing to note.
    let _ = REQUEST.try_with(|asked| *asked.fields.lock().unwrap_or_else(PoisonError::into_inner) = names);
}

/// What is said is kept as far as it can be read: a reason that is written badly is one all the same.
fn reason(headers: &HeaderMap) -> Option<String> {
    let given = String::from_utf8_lossy(headers.get(REASON)?.as_bytes());
    let words: Vec<&str> = given
        .split(|letter: char| letter.is_whitespace() || letter.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    let line: String = words.join(" ").chars().take(LONGEST).collect();
    (!line.is_empty()).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_one_line_in_any_script() {
        let read = |bytes: &[u8]| {
            let mut headers = HeaderMap::new();
            headers.insert(REASON, HeaderValue::from_bytes(bytes).expect("a header"));
            reason(&headers)
        };
        assert_eq!(
            read("Rückfrage des\tMitglieds ".as_bytes()).as_deref(),
            Some("Rückfrage des Mitglieds")
        );
        assert_eq!(read(b"  "), None);
        assert_eq!(read(b"caf\xe9").as_deref(), Some("caf\u{fffd}"));
        assert_eq!(read(&[b'a'; 1000]).map(|line| line.len()), Some(300));
    }
}

//! Calls on the own account, and on invitations.

use serde_json::{Value, json};
use werkstadt_api::letters;
use werkstadt_domain::account::Role;

use super::{PASSWORD, Stage};
use crate::accounts;
use crate::caller::Caller;
use crate::document::Operation;

impl Stage<'_> {
    pub(super) fn of_account(&self, id: &str, path: &str, caller: &Caller<'_>) -> (String, Option<Value>) {
        let key = json!({"name": "Partner search", "scopes": ["directory:read"]});
        let state = &self.app.state;
        // Keys have no account of their own, and nobody has none: that they are refused does not depend on what they say.
        let own = match caller.is_user() {
            true => caller.clone(),
            false => self.manager(),
        };
        let somebody = || accounts::user(state, Role::Guest, None);
        let body = match id {
            "login" => Some(json!({"email": self.login(), "password": PASSWORD})),
            "refresh" | "logout" => {
                let login = json!({"email": self.login(), "password": PASSWORD});
                let tokens = self.app.anonymous().post("/v1/auth/login", &login).is(200).json();
                Some(json!({"refresh_token": tokens["refresh_token"]}))
            }
            "create_api_key" => Some(key),
            "delete_api_key" => {
                // Guests have no keys to end.
                let owner = match own.post("/v1/me/api-keys", &key) {
                    made if made.status == 201 => made,
                    _ => self.manager().post("/v1/me/api-keys", &key),
                };
                let id = owner.json()["id"].as_str().unwrap_or_default().to_owned();
                return (path.replace("{api_key_id}", &id), None);
            }
            "register" => Some(
                json!({"email": format!("{}@example.org", state.world.id()), "name": "Somebody", "language": "en"}),
            ),
            "activate_account" => {
                Some(json!({"token": accounts::registration(state).1, "password": PASSWORD, "name": "Somebody"}))
            }
            "forgot_password" => Some(json!({"email": format!("{}@example.org", state.world.id())})),
            "reset_password" => {
                let (_, token) = accounts::action_token(state, somebody(), letters::RESET_PASSWORD, json!(null));
                Some(json!({"token": token, "password": "Regenschirm tanzt leise"}))
            }
            "confirm_erasure" => {
                let (_, token) = accounts::action_token(state, somebody(), letters::ERASE_ACCOUNT, json!(null));
                Some(json!({"token": token}))
            }
            "request_erasure" => {
                accounts::reset(state, own.user_id());
                Some(json!({"password": PASSWORD}))
            }
            "confirm_email" => Some(json!({"token": self.address_token()})),
            "change_password" => {
                accounts::reset(state, own.user_id());
                Some(json!({"current_password": PASSWORD, "new_password": "Regenschirm tanzt leise"}))
            }
            "change_email" => {
                accounts::reset(state, own.user_id());
                Some(json!({"email": format!("{}@example.org", state.world.id()), "password": PASSWORD}))
            }
            "update_me" => Some(json!({"name": "Somebody"})),
            "create_my_consent" => Some(self.agreement()),
            "withdraw_my_consent" | "get_my_consent" => {
                let id = own.create("/v1/me/consents", &self.agreement());
                return (path.replace("{consent_id}", &id), None);
            }
            "give_guardian_consent" => {
                Some(json!({"token": accounts::asked_guardian(state).1, "name": "Grete Muster"}))
            }
            "withdraw_guardian_consent" => Some(json!({"token": accounts::ward(state).1})),
            "end_session" => {
                let session = accounts::session(state, own.user_id());
                return (path.replace("{session_id}", &session.to_string()), None);
            }
            "begin_second_factor" => {
                accounts::reset(state, own.user_id());
                Some(json!({"password": PASSWORD}))
            }
            "confirm_second_factor" => {
                accounts::second_factor(state, own.user_id(), false);
                Some(json!({"code": accounts::code(state)}))
            }
            "renew_recovery_codes" | "remove_second_factor" => {
                accounts::reset(state, own.user_id());
                accounts::second_factor(state, own.user_id(), true);
                Some(json!({"password": PASSWORD, "code": accounts::code(state)}))
            }
            _ => None,
        };
        (path.to_owned(), body)
    }

    /// A guardian who is to be asked, each time another one: nobody is written to often.
    pub(super) fn guardian(&self) -> Value {
        let email = format!("{}@example.org", self.app.state.world.id());
        json!({"birth_year": 2012, "guardian": {"name": "Grete Muster", "email": email}})
    }

    /// The token by which a new address says that it is right.
    fn address_token(&self) -> String {
        let state = &self.app.state;
        let user = accounts::user(state, Role::Guest, None);
        let address = format!("{}@example.org", state.world.id());
        let other = json!({"address": address, "other": state.world.id()});
        let (old, _) = accounts::action_token(state, user, letters::OLD_ADDRESS, other);
        let details = json!({"address": address, "other": old});
        accounts::action_token(state, user, letters::NEW_ADDRESS, details).1
    }

    pub(super) fn of_invitation(&self, operation: &Operation, organisation: &str) -> (String, Option<Value>) {
        let email = format!("{}@example.org", self.app.state.world.id());
        let new = json!({"email": email, "name": "Somebody", "role": "editor", "organisation_id": organisation});
        match operation.id.as_str() {
            "create_invitation" => (operation.path.clone(), Some(new)),
            "list_invitations" => (operation.path.clone(), None),
            _ => {
                let invitation = self.manager().create("/v1/invitations", &new);
                (operation.path.replace("{invitation_id}", &invitation), None)
            }
        }
    }
}

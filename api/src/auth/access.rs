//! The access rule of an operation, read from its `x-authz` in the document: what is published is what is enforced.

use serde_json::Value;
use werkstadt_domain::account::{Role, Scope};
use werkstadt_domain::named::Named;

/// Who may call an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// Anyone, without credentials.
    pub anonymous: bool,
    /// Users of these roles.
    pub roles: Vec<Role>,
    /// The scope that an API key needs; `None` where keys cannot call at all.
    pub scope: Option<Scope>,
    /// Roles below manager only within their own organisation.
    pub own: bool,
    /// Also for sessions that lack the second factor that the role needs: what is needed to set one up.
    pub enrolment: bool,
}

impl Access {
    /// Reads `{"roles": […], "scopes": […], "own": …, "enrolment": …}`.
    ///
    /// # Errors
    /// What is missing or unknown.
    pub fn read(rule: &Value) -> Result<Self, String> {
        let names = rule["roles"].as_array().ok_or("x-authz names no roles")?;
        let names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
        let known = names.iter().filter(|name| **name != "anonymous");
        let roles = known.map(|name| Role::from_code(name).ok_or_else(|| format!("unknown role {name}")));
        let scope = match rule["scopes"]
            .as_array()
            .and_then(|scopes| scopes.first())
            .and_then(Value::as_str)
        {
            Some(code) => Some(Scope::from_code(code).ok_or_else(|| format!("unknown scope {code}"))?),
            None => None,
        };
        Ok(Self {
            anonymous: names.contains(&"anonymous"),
            roles: roles.collect::<Result<_, _>>()?,
            scope,
            own: rule["own"] == true,
            enrolment: rule["enrolment"] == true,
        })
    }
}

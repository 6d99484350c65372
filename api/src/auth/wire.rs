//! Signing in, as JSON.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Login and password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "manager@example.org", "password": "correct horse battery staple"}))]
pub struct LoginRequest {
    /// The login.
    #[schema(min_length = 3, max_length = 254)]
    pub email: String,
    /// The password.
    #[schema(max_length = 1000)]
    pub password: String,
}

/// A refresh token.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"refresh_token": "wr_…"}))]
pub struct RefreshRequest {
    /// The refresh token, good for one use.
    #[schema(min_length = 1, max_length = 200)]
    pub refresh_token: String,
}

/// A pair of tokens.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"access_token": "eyJ…", "token_type": "Bearer", "expires_in": 600, "refresh_token": "wr_…"}))]
pub struct Tokens {
    /// For the Authorization header.
    pub access_token: String,
    /// Always `Bearer`.
    #[schema(examples("Bearer"))]
    pub token_type: String,
    /// Seconds until the access token ends.
    #[schema(minimum = 0)]
    pub expires_in: i64,
    /// For the next pair; good for one use, 30 days at most since signing in.
    pub refresh_token: String,
}

/// The caller's own account.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": "01936d3e-7f10-7000-8000-0000000000aa", "email": "manager@example.org", "name": "Demo manager",
    "role": "manager"}))]
pub struct Me {
    /// The user's id.
    #[schema(format = Uuid)]
    pub id: String,
    /// The login.
    pub email: String,
    /// The name.
    pub name: String,
    /// What the user may do.
    #[schema(examples("member", "editor", "owner", "manager"))]
    pub role: String,
    /// The user's organisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Uuid)]
    pub organisation_id: Option<String>,
    /// The scopes of the API key, when one was used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
}

//! Signing in and the own account, as JSON.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use werkstadt_persistence::sessions::Session;

use crate::invitations::wire::GuardianCreate;
use crate::page::Page;
use crate::wire::LanguageName;

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
    /// The one-time password of the second factor, or a recovery code; needed where the account has a second factor.
    #[schema(min_length = 1, max_length = 40)]
    pub second_factor: Option<String>,
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
#[schema(example = json!({"access_token": "eyJ…", "token_type": "Bearer", "expires_in": 600, "refresh_token": "wr_…",
    "second_factor_missing": false}))]
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
    /// True if the role needs a second factor that the session lacks: until one is set up, only operations on the own account work.
    pub second_factor_missing: bool,
}

/// The caller's own account.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": "01936d3e-7f10-7000-8000-0000000000aa", "email": "manager@example.org", "name": "Demo manager",
    "role": "manager", "language": "de"}))]
pub struct Me {
    /// The user's id.
    #[schema(format = Uuid)]
    pub id: String,
    /// The login.
    pub email: String,
    /// The name.
    pub name: String,
    /// What the user may do.
    #[schema(examples("guest", "member", "editor", "owner", "manager"))]
    pub role: String,
    /// The user's organisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Uuid)]
    pub organisation_id: Option<String>,
    /// In which letters are written.
    #[schema(examples("de", "en"))]
    pub language: String,
    /// The person of the directory that the user is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Uuid)]
    pub person_id: Option<String>,
    /// The scopes of the API key, when one was used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
}

/// A login that goes on.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Session, example = json!({"id": "01936d3e-7f10-7000-8000-0000000000aa", "current": true, "second_factor": true, "client": "Mozilla/5.0",
    "network": "192.0.2.0/24", "created_at": "2026-11-22T09:00:00Z", "used_at": "2026-11-22T09:10:00Z", "expires_at": "2026-12-22T09:00:00Z"}))]
pub struct SessionBody {
    /// Its id.
    #[schema(format = Uuid)]
    pub id: String,
    /// True for the one that asks.
    pub current: bool,
    /// True if a second factor was shown.
    pub second_factor: bool,
    /// What the client calls itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// The network that it came from last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<String>,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it was renewed last, or began.
    pub used_at: DateTime<Utc>,
    /// When it ends at the latest.
    pub expires_at: DateTime<Utc>,
}

/// The sessions of one user.
pub type SessionPage = Page<SessionBody>;

impl SessionBody {
    /// The session, as seen from the one that asks.
    pub fn new(session: &Session, current: bool) -> Self {
        Self {
            id: session.id.to_string(),
            current,
            second_factor: session.second_factor,
            client: session.origin.client.clone(),
            network: session.origin.address.clone(),
            created_at: session.created_at,
            used_at: session.used_at,
            expires_at: session.expires_at,
        }
    }
}

/// An e-mail address.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "erika@example.org"}))]
pub struct ForgottenPassword {
    /// The login.
    #[schema(format = "email", min_length = 3, max_length = 254)]
    pub email: String,
}

/// A new password by the token of a letter.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"token": "wa_…", "password": "correct horse battery staple"}))]
pub struct PasswordReset {
    /// The token.
    #[schema(min_length = 1, max_length = 200)]
    pub token: String,
    /// The new password.
    #[schema(min_length = 12, max_length = 128)]
    pub password: String,
}

/// A new password by the old one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"current_password": "correct horse battery staple", "new_password": "Regenschirm tanzt leise"}))]
pub struct PasswordChange {
    /// The present password.
    #[schema(max_length = 1000)]
    pub current_password: String,
    /// The new one.
    #[schema(min_length = 12, max_length = 128)]
    pub new_password: String,
}

/// A new e-mail address.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "erika@new.example", "password": "correct horse battery staple"}))]
pub struct EmailChange {
    /// The address to be.
    #[schema(format = "email", min_length = 3, max_length = 254)]
    pub email: String,
    /// The password.
    #[schema(max_length = 1000)]
    pub password: String,
}

/// The token of a letter.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"token": "wa_…"}))]
pub struct LetterToken {
    /// The token.
    #[schema(min_length = 1, max_length = 200)]
    pub token: String,
}

/// What became of a confirmation.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"changed": false}))]
pub struct EmailConfirmation {
    /// True if the address is changed now; false while the other address has not confirmed it.
    pub changed: bool,
}

/// A guest who registers.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "erika@example.org", "name": "Erika Musterfrau", "language": "de"}))]
pub struct Registration {
    /// The login to be.
    #[schema(format = "email", min_length = 3, max_length = 254)]
    pub email: String,
    /// The name.
    #[schema(format = "single-line", min_length = 1, max_length = 200)]
    pub name: String,
    /// In which letters are written; by `Accept-Language` if left out.
    pub language: Option<LanguageName>,
    /// The year of birth, only of who may be a minor. Who leaves it out declares to be of age.
    #[schema(minimum = 1900, maximum = 2100)]
    pub birth_year: Option<i32>,
    /// The guardian of a minor: the letter goes there first.
    pub guardian: Option<GuardianCreate>,
}

/// A guardian agrees that a minor has an account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"token": "wa_…", "name": "Grete Musterfrau"}))]
pub struct GuardianConsent {
    /// The token of the letter.
    #[schema(min_length = 1, max_length = 200)]
    pub token: String,
    /// Who agrees, by name.
    #[schema(format = "single-line", min_length = 1, max_length = 200)]
    pub name: String,
}

/// A guardian who is to be asked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"birth_year": 2012, "guardian": {"name": "Grete Muster", "email": "grete@example.org"}}))]
pub struct GuardianQuestion {
    /// The year of birth of the user; may be left out where it is known.
    #[schema(minimum = 1900, maximum = 2100)]
    pub birth_year: Option<i32>,
    /// The guardian.
    pub guardian: GuardianCreate,
}

/// An answer to an invitation, or to a registration.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"token": "wa_…", "password": "correct horse battery staple"}))]
pub struct Activation {
    /// The token of the letter.
    #[schema(min_length = 1, max_length = 200)]
    pub token: String,
    /// The first password.
    #[schema(min_length = 12, max_length = 128)]
    pub password: String,
    /// The name, if it is to be another.
    #[schema(format = "single-line", min_length = 1, max_length = 200)]
    pub name: Option<String>,
}

/// The password, once more.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"password": "correct horse battery staple"}))]
pub struct PasswordOnly {
    /// The password.
    #[schema(max_length = 1000)]
    pub password: String,
}

/// A one-time password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "123456"}))]
pub struct OneTimePassword {
    /// Six digits.
    #[schema(min_length = 1, max_length = 40)]
    pub code: String,
}

/// The password, and a one-time password or recovery code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"password": "correct horse battery staple", "code": "123456"}))]
pub struct PasswordAndCode {
    /// The password.
    #[schema(max_length = 1000)]
    pub password: String,
    /// Six digits, or a recovery code.
    #[schema(min_length = 1, max_length = 40)]
    pub code: String,
}

/// Whether an account has a second factor.
#[derive(Serialize, ToSchema)]
#[schema(as = SecondFactor, example = json!({"enabled": true, "confirmed_at": "2026-11-22T09:00:00Z", "recovery_codes_left": 10, "needed": true, "shown": true}))]
pub struct SecondFactorState {
    /// True if signing in asks for it.
    pub enabled: bool,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Recovery codes that are not used up.
    #[schema(minimum = 0)]
    pub recovery_codes_left: i64,
    /// True if the role needs one.
    pub needed: bool,
    /// True if this session has shown it.
    pub shown: bool,
}

/// The seed of a second factor, for an authenticator app.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "uri": "otpauth://totp/Werkstadt:erika%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Werkstadt"}))]
pub struct SecondFactorSeed {
    /// The seed in base 32, to be typed in.
    pub secret: String,
    /// The same as an address, to be shown as a QR code.
    pub uri: String,
}

/// Recovery codes, each good for one use in place of a one-time password.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"recovery_codes": ["abcdef-ghijkm-npqrst-uvwxyz"]}))]
pub struct RecoveryCodes {
    /// The codes.
    pub recovery_codes: Vec<String>,
}

/// What a caller may ask for.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"requests_per_minute": 1200, "requests_left": 1199, "reset_seconds": 1, "body_bytes": 1_048_576,
    "import_bytes": 67_108_864, "picture_bytes": 4_194_304, "request_seconds": 30}))]
pub struct Limits {
    /// Requests in a minute; left out where they are not counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests_per_minute: Option<u32>,
    /// Requests left now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests_left: Option<u32>,
    /// Seconds until all of them are left again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reset_seconds: Option<u32>,
    /// Bytes of a body.
    #[schema(minimum = 0)]
    pub body_bytes: i64,
    /// Bytes of an import.
    #[schema(minimum = 0)]
    pub import_bytes: i64,
    /// Bytes of a picture.
    #[schema(minimum = 0)]
    pub picture_bytes: i64,
    /// Seconds that a request may take.
    #[schema(minimum = 0)]
    pub request_seconds: i64,
}

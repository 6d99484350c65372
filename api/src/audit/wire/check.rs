//! Checks of the audit log as JSON.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use werkstadt_domain::invalid::{Faults, Invalid, Rule};
use werkstadt_domain::named::Named;
use werkstadt_persistence::audit::{Fault, Head, Verified};

use crate::audit::heads::{self, Told};

/// What is to be checked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"heads": [{"sequence": 40, "code": "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXphYmNkZWY"}]}))]
pub struct AuditCheck {
    /// The number of the entry after which to begin; from the first on if left out.
    #[schema(minimum = 0)]
    pub after: Option<i64>,
    /// Heads that were exported before.
    #[serde(default)]
    #[schema(max_items = 1000)]
    pub heads: Vec<AuditHeadBody>,
}

/// Where the log ended at some time: the number of the last entry and its code.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AuditHead, example = json!({"sequence": 40, "code": "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXphYmNkZWY"}))]
pub struct AuditHeadBody {
    /// The number.
    #[schema(minimum = 0)]
    pub sequence: i64,
    /// The code, 32 bytes in base64url.
    #[schema(pattern = "^[A-Za-z0-9_-]{43}$")]
    pub code: String,
}

impl AuditCheck {
    /// Where to begin, and the heads.
    ///
    /// # Errors
    /// A code that is none.
    pub fn read(&self) -> Result<(i64, Vec<Head>), Invalid> {
        let mut faults = Faults::new();
        let heads = self.heads.iter().enumerate().filter_map(|(index, body)| {
            let told = Told {
                at: None,
                sequence: body.sequence,
                code: body.code.clone(),
            };
            let head = told.head().ok_or(Rule::Malformed("32 bytes in base64url"));
            faults.take(format!("/heads/{index}/code"), head)
        });
        let heads: Vec<Head> = heads.collect();
        faults.finish(Some((self.after.unwrap_or(0), heads)))
    }
}

/// Something that is wrong with the log.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditFault, example = json!({"sequence": 12, "kind": "missing"}))]
pub struct AuditFaultBody {
    /// The entry.
    pub sequence: i64,
    /// `missing`: it, or some up to it, is not there. `altered`: it is not what was written. `records`, `details`: what it names or
    /// says is not. `cut`: the log does not end where it did. `stray`: records or words of an entry that is not there.
    #[schema(examples("missing", "altered", "records", "details", "cut", "stray"))]
    pub kind: String,
}

impl From<&Fault> for AuditFaultBody {
    fn from(fault: &Fault) -> Self {
        Self {
            sequence: fault.seq,
            kind: fault.wrong.code().to_owned(),
        }
    }
}

/// What a check of the audit log found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"sound": true, "checked": 41, "until": 41, "complete": true, "faults": [],
    "head": {"sequence": 41, "code": "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXphYmNkZWY"}}))]
pub struct AuditVerification {
    /// True if nothing is wrong with what was checked.
    pub sound: bool,
    /// How many entries were checked.
    pub checked: u64,
    /// The last of them: where to go on.
    pub until: i64,
    /// Whether that is the end.
    pub complete: bool,
    /// Where the log ends now. Keep it elsewhere: it tells later that nothing was cut off.
    pub head: AuditHeadBody,
    /// What is wrong, in order; the first hundred faults.
    pub faults: Vec<AuditFaultBody>,
}

impl From<&Verified> for AuditVerification {
    fn from(found: &Verified) -> Self {
        Self {
            sound: found.faults.is_empty(),
            checked: found.checked,
            until: found.until,
            complete: found.complete,
            head: AuditHeadBody {
                sequence: found.head.seq,
                code: heads::code(&found.head.mac),
            },
            faults: found.faults.iter().map(AuditFaultBody::from).collect(),
        }
    }
}

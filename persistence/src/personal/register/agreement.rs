//! Consents: their texts, the ledger, and guardians.

use werkstadt_domain::privacy::Category::{Account, Contact, Identity, Pseudonym, Trace, Words};
use werkstadt_domain::privacy::Purpose;

use crate::personal::{Erased, Kept, Link, Table};

pub(super) const TABLES: &[Table] = &[
    Table {
        name: "consent_texts",
        purpose: Purpose::Accountability,
        kept: Kept::Forever,
        links: &[],
        erased: Erased::Nothing,
        columns: &[
            ("id", None),
            ("purpose", None),
            ("version", None),
            ("de", None),
            ("en", None),
            ("valid_from", None),
            ("created_at", None),
        ],
    },
    Table {
        name: "guardianships",
        purpose: Purpose::Accountability,
        kept: Kept::Days {
            days: 30,
            after: "expires_at",
            // What an account rests on is kept with it.
            only: Some("user_id IS NULL"),
        },
        // The minor's; that of a guardian is told, because the account rests on it.
        links: &[Link::User("user_id"), Link::Address("email")],
        erased: Erased::Removed,
        columns: &[
            ("id", None),
            ("email", Some(Contact)),
            ("name", Some(Identity)),
            ("language", Some(Account)),
            ("birth_year", Some(Identity)),
            ("guardian_name", Some(Identity)),
            ("guardian_email", Some(Contact)),
            ("created_at", Some(Trace)),
            ("expires_at", None),
            ("consented_at", Some(Trace)),
            ("withdrawn_at", Some(Trace)),
            ("user_id", Some(Pseudonym)),
            ("login", Some(Contact)),
            ("invited", None),
        ],
    },
    Table {
        name: "consents",
        purpose: Purpose::Accountability,
        kept: Kept::WithRecord,
        links: &[
            Link::User("user_id"),
            Link::Person("person_id"),
            Link::Of("guardianship_id", "guardianships", "id"),
        ],
        erased: Erased::With,
        columns: &[
            ("id", None),
            ("user_id", Some(Pseudonym)),
            ("person_id", Some(Pseudonym)),
            ("guardianship_id", Some(Pseudonym)),
            ("purpose", Some(Account)),
            ("text_version", None),
            ("language", Some(Account)),
            ("sha256", None),
            ("source", Some(Trace)),
            ("evidence", Some(Words)),
            ("given_by", Some(Account)),
            ("guardian", Some(Identity)),
            ("given_at", Some(Trace)),
            ("expires_at", Some(Account)),
            ("withdrawn_at", Some(Trace)),
            ("settled_at", Some(Trace)),
            ("actor_kind", None),
            ("actor_id", Some(Pseudonym)),
            ("created_at", Some(Trace)),
        ],
    },
];

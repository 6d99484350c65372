//! Letters to whoever speaks for a member: what is asked for, and where the membership stands. What they say, and whether there is still
//! anything to say, is decided when they are sent. A member without representatives gets none.

use serde_json::{Value, json};
use werkstadt_domain::membership::due::{Due, Settled};
use werkstadt_domain::membership::representative::{Representative, RepresentativeRole};
use werkstadt_domain::membership::{Membership, MembershipId, MembershipStatus};
use werkstadt_domain::named::Named;
use werkstadt_domain::text::Language;
use werkstadt_persistence::memberships::{self, representatives};
use werkstadt_persistence::{Db, Error, UnitOfWork, invitations, persons, users};

use crate::letters::{self, Kind, To};
use crate::problem::Problem;
use crate::state::State;

/// Who is written to about money.
pub const PAYING: [RepresentativeRole; 2] = [RepresentativeRole::Dues, RepresentativeRole::Main];
/// Who is written to about the membership itself.
const SPEAKING: [RepresentativeRole; 2] = [RepresentativeRole::Main, RepresentativeRole::Dues];

/// Tells of a due that was just asked for.
///
/// # Errors
/// As every write.
pub fn of_due(unit: &mut UnitOfWork<'_>, state: &State, due: &Due) -> Result<(), Problem> {
    if due.settled != Settled::Open || due.amount_cents == 0 {
        return Ok(());
    }
    let details = json!({"due": due.id.to_string()});
    write(unit, state, due.membership, (Kind::DueAsked, PAYING), details)
}

/// Tells of the days of grace, of a lapse and of a resignation, if that is what has just happened to a membership.
///
/// # Errors
/// As every write.
pub fn of_step(
    unit: &mut UnitOfWork<'_>,
    state: &State,
    before: &Membership,
    after: &Membership,
) -> Result<(), Problem> {
    use MembershipStatus::{Grace, Lapsed, Resigned};
    let left = after.leaving.is_some() || after.status == Resigned && before.status != Resigned;
    let kind = match after.status {
        // Noted before, it takes effect without another letter.
        _ if left && before.leaving.is_none() => Kind::ResignationNoted,
        Grace if before.status != Grace => Kind::GraceBegun,
        Lapsed if before.status != Lapsed => Kind::MembershipLapsed,
        _ => return Ok(()),
    };
    let details = json!({"membership": after.id.to_string()});
    write(unit, state, after.id, (kind, SPEAKING), details)
}

fn write(
    unit: &mut UnitOfWork<'_>,
    state: &State,
    membership: MembershipId,
    (kind, roles): (Kind, [RepresentativeRole; 2]),
    details: Value,
) -> Result<(), Problem> {
    let Some((address, language)) = speaker(unit.db(), membership, roles)? else {
        return Ok(());
    };
    let to = To {
        address: &address,
        language,
    };
    letters::enqueue(unit, state.id(), kind, to, details)
}

/// The address and the language of the first of these representatives that a membership has.
///
/// # Errors
/// As every read.
pub fn speaker(
    db: &mut Db,
    id: MembershipId,
    roles: [RepresentativeRole; 2],
) -> Result<Option<(String, Language)>, Problem> {
    let all = representatives::of(db, id)?;
    let found = roles.iter().find_map(|role| all.iter().find(|one| one.role == *role));
    let Some(one) = found else { return Ok(None) };
    let language = language(db, id, one)?;
    Ok(Some((one.email.clone(), language)))
}

/// The language of the account with this address, else of its invitation to the member, else the first one that the person speaks and
/// letters are written in, else German.
fn language(db: &mut Db, id: MembershipId, one: &Representative) -> Result<Language, Problem> {
    if let Some(known) = users::credentials(db, &one.email)? {
        return Ok(known.user.record.language);
    }
    let organisation = memberships::find(db, id)?.record.organisation;
    let invited = invitations::list(db, Some(organisation), None, i64::MAX)?;
    if let Some(invited) = invited.iter().find(|invited| invited.record.email == one.email) {
        return Ok(invited.record.language);
    }
    let spoken = match one.person.map(|id| persons::find(db, id)) {
        Some(Ok(person)) => person.record.languages,
        None | Some(Err(Error::NotFound { .. })) => Vec::new(),
        Some(Err(error)) => return Err(error.into()),
    };
    let written = spoken.iter().find_map(|code| Language::from_code(code));
    Ok(written.unwrap_or(Language::De))
}

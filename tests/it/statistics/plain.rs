//! The months as the database counts them, against a plain count, membership by membership, day by day.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Days, Months, NaiveDate, TimeDelta, Utc};
use serde_json::{Value, json};
use werkstadt_domain::audience::Stored;
use werkstadt_domain::id::Id;
use werkstadt_domain::membership::due::{Due, Settled};
use werkstadt_domain::membership::period::Span;
use werkstadt_domain::membership::{Covering, Leaving, Membership, MembershipId, MembershipStatus, MembershipStep};
use werkstadt_domain::named::Named;
use werkstadt_persistence::dues::{self, Wanted};
use werkstadt_persistence::memberships::{self, Why};
use werkstadt_persistence::{Actor, Error, Store, organisations};
use werkstadt_tests::app::TestApp;
use werkstadt_tests::database::on_each;
use werkstadt_tests::load::data::Numbers;

use crate::sample::{bare_organisation, id};

/// Days during which an organisation was a member without a break.
#[derive(Clone, Copy)]
struct Stay {
    first: NaiveDate,
    /// The first day after it, if it has ended.
    end: Option<NaiveDate>,
}

/// The type of a membership, and its stays.
type Member = (String, Vec<Stay>);

/// The stays of a membership, by its steps. The last one begins with the first day of membership, whenever that was entered.
fn stays(membership: &Membership, steps: &[MembershipStep]) -> Vec<Stay> {
    use MembershipStatus::{Lapsed, Resigned, Suspended};
    let mut stays: Vec<Stay> = Vec::new();
    for step in steps {
        let day = step.effective_on.unwrap_or_else(|| step.at.date_naive());
        let is_member = step.to.is_member() || step.to == Suspended;
        let open = stays.last_mut().filter(|stay| stay.end.is_none());
        match (open, is_member) {
            (Some(stay), false) => stay.end = Some(day.max(stay.first)),
            (None, true) => {
                let before = stays.last().and_then(|stay| stay.end);
                let first = before.map_or(day, |end| end.max(day));
                stays.push(Stay { first, end: None });
            }
            _ => {}
        }
    }
    let has_ended = matches!(membership.status, Lapsed | Resigned);
    if let (true, Some(first), Some(last)) = (stays.is_empty() && has_ended, membership.since_on, membership.until_on) {
        let end = Some(last + Days::new(1));
        stays.push(Stay { first, end });
    }
    let before = stays.iter().rev().nth(1).and_then(|stay| stay.end);
    if let (Some(last), Some(since)) = (stays.last_mut(), membership.since_on)
        && before.is_none_or(|end| end <= since)
        && last.end.is_none_or(|end| since <= end)
    {
        last.first = since;
    }
    stays
}

/// What `GET /v1/statistics/memberships` says of a month whose first day is this, but for its name.
fn counted(first: NaiveDate, members: &[Member], dues: &[Due]) -> Value {
    let next = first + Months::new(1);
    let within = |day: NaiveDate| first <= day && day < next;
    let (mut joined, mut left, mut by_type) = (0, 0, BTreeMap::<&str, u32>::new());
    for (kind, stays) in members {
        let real = || stays.iter().filter(|stay| stay.end.is_none_or(|end| end > stay.first));
        joined += real().filter(|stay| within(stay.first)).count();
        left += real().filter(|stay| stay.end.is_some_and(within)).count();
        if real().any(|stay| stay.first < next && stay.end.is_none_or(|end| end >= next)) {
            *by_type.entry(kind).or_default() += 1;
        }
    }
    let (mut due, mut paid, mut open) = (0, 0, 0);
    for one in dues {
        let paid_on = match one.settled {
            Settled::Waived => continue,
            Settled::Open => None,
            Settled::Paid(on) => Some(on),
        };
        let cents = |when: bool| if when { one.amount_cents } else { 0 };
        due += cents(within(one.due_on));
        paid += cents(paid_on.is_some_and(within));
        open += cents(one.due_on < next && paid_on.is_none_or(|on| on >= next));
    }
    let types = by_type
        .iter()
        .map(|(kind, members)| json!({"type": kind, "members": members}));
    json!({"month": first.format("%Y-%m").to_string(), "members": by_type.values().sum::<u32>(), "joined": joined, "left": left,
        "by_type": types.collect::<Vec<_>>(), "due_cents": due, "paid_cents": paid, "open_cents": open})
}

const BEGINNING: NaiveDate = NaiveDate::from_ymd_opt(2023, 1, 1).unwrap();
/// Days in which all happens.
const DAYS: u64 = 900;
const MEMBERSHIPS: u128 = 150;
/// So many of them cover others, and are not covered.
const ABOVE: u128 = 20;

fn day(chance: &mut Numbers) -> NaiveDate {
    BEGINNING + Days::new(chance.below(DAYS))
}

fn perhaps<T>(chance: &mut Numbers, of: u64, some: impl FnOnce(&mut Numbers) -> T) -> Option<T> {
    (chance.below(of) == 0).then(|| some(chance))
}

fn status(chance: &mut Numbers) -> MembershipStatus {
    let all = MembershipStatus::ALL;
    all[usize::try_from(chance.below(all.len() as u64)).unwrap()]
}

fn noon(day: NaiveDate) -> DateTime<Utc> {
    day.and_hms_opt(12, 0, 0).unwrap().and_utc() + TimeDelta::microseconds(17)
}

fn key(number: u128) -> MembershipId {
    Id::new(id(10_000 + number))
}

/// A membership that goes through anything in any order: the count asks no life cycle.
fn write(store: &Store, chance: &mut Numbers, number: u128) -> Result<(), Error> {
    let mut at = day(chance);
    let covered = (number >= ABOVE && chance.below(3) == 0).then(|| Covering {
        by: key(u128::from(chance.below(ABOVE.try_into().unwrap()))),
        status: MembershipStatus::Active,
    });
    let membership = Membership {
        id: key(number),
        organisation: Id::new(id(number + 1)),
        kind: ["full", "partner", "supporting"][usize::try_from(chance.below(3)).unwrap()].to_owned(),
        status: status(chance),
        since_on: perhaps(chance, 2, day),
        until_on: perhaps(chance, 3, day),
        leaving: perhaps(chance, 9, |chance| Leaving {
            on: day(chance),
            reason: None,
        }),
        covered,
    };
    let mut stored = store.write::<_, Error>(Actor::System, noon(at), |unit| {
        organisations::insert(unit, bare_organisation(number + 1))?;
        memberships::insert(unit, membership)
    })?;
    for _ in 0..chance.below(7) {
        at = at + Days::new(chance.below(90));
        let after = Membership {
            status: status(chance),
            since_on: perhaps(chance, 4, day).or(stored.record.since_on),
            ..stored.record.clone()
        };
        let why = Why {
            effective_on: perhaps(chance, 2, day),
            ..Why::default()
        };
        stored = store.write::<_, Error>(Actor::System, noon(at), |unit| {
            memberships::update(unit, &stored, after, why)
        })?;
    }
    for year in 0..chance.below(3) {
        let first = BEGINNING + Days::new(365 * year);
        let due = Due {
            id: Id::new(id(20_000 + 10 * number + u128::from(year))),
            membership: stored.record.id,
            span: Span {
                first,
                last: first + Days::new(364),
            },
            amount_cents: chance.below(100_000).cast_signed(),
            due_on: day(chance),
            settled: match chance.below(4) {
                0 => Settled::Open,
                1 => Settled::Waived,
                _ => Settled::Paid(day(chance)),
            },
            note: None,
            reminded: None,
        };
        store.write::<_, Error>(Actor::System, noon(at), |unit| dues::insert(unit, due))?;
    }
    Ok(())
}

/// All memberships with their stays, and all dues, read one by one.
fn read(store: &Store) -> Result<(Vec<Member>, Vec<Due>), Error> {
    store.read(|db| {
        let all: Vec<Stored<Membership>> = memberships::list(db, None, None, i64::MAX)?;
        let mut found: HashMap<MembershipId, Vec<Stay>> = HashMap::new();
        for stored in &all {
            let steps: Vec<_> = memberships::history(db, stored.record.id)?
                .into_iter()
                .map(|(step, _)| step)
                .collect();
            found.insert(stored.record.id, stays(&stored.record, &steps));
        }
        let member = |stored: Stored<Membership>| {
            let mut own = found[&stored.record.id].clone();
            let above = stored.record.covered.and_then(|covering| found[&covering.by].last());
            // Who is covered goes with the one above.
            if let (Some(last), Some(above)) = (own.last_mut().filter(|last| last.end.is_none()), above) {
                last.end = above.end.map(|end| end.max(last.first));
            }
            (stored.record.kind, own)
        };
        let members = all.into_iter().map(member).collect();
        let dues = dues::list(db, &Wanted::default(), BEGINNING, None, i64::MAX)?;
        Ok((members, dues.into_iter().map(|due| due.record).collect()))
    })
}

#[test]
fn the_database_counts_what_a_plain_count_counts() {
    on_each(|database| {
        let app = TestApp::on(database);
        let store = &app.state.store;
        let mut chance = Numbers::new(0x6d65_6d62);
        for number in 0..MEMBERSHIPS {
            write(store, &mut chance, number).unwrap();
        }
        let (members, dues) = read(store).unwrap();
        let months: Vec<NaiveDate> = (0..42)
            .map(|month| BEGINNING + Months::new(month) - Months::new(2))
            .collect();
        let expected: Vec<Value> = months.iter().map(|first| counted(*first, &members, &dues)).collect();
        let sum = |name: &str| expected.iter().map(|month| month[name].as_u64().unwrap()).sum::<u64>();
        let counts = ["joined", "left", "open_cents"].map(sum);
        assert!(
            counts[0] > 60 && counts[1] > 30 && counts[2] > 0,
            "there is something to count: {counts:?}"
        );
        let name = |month: Option<&NaiveDate>| month.unwrap().format("%Y-%m").to_string();
        let span = format!("from={}&to={}", name(months.first()), name(months.last()));
        let found = app.as_manager().read(&format!("/v1/statistics/memberships?{span}"));
        for (found, expected) in found["months"].as_array().unwrap().iter().zip(&expected) {
            assert_eq!(found, expected);
        }
        let network = app.as_manager().read(&format!("/v1/statistics?{span}"));
        for (found, expected) in network["months"].as_array().unwrap().iter().zip(&expected) {
            assert!(
                ["month", "members", "joined", "left"]
                    .iter()
                    .all(|name| found[name] == expected[name]),
                "{found}"
            );
        }
        // A part is counted from what was before it, too.
        let last = app.as_manager().read(&format!(
            "/v1/statistics/memberships?from={0}&to={0}",
            name(months.last())
        ));
        assert_eq!(&last["months"], &json!([expected.last()]));
    });
}

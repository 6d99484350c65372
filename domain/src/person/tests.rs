//! Who sees what of a person, and what consent it takes.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::*;
use crate::audience::{ChangedAt, Stored};
use crate::invalid::{Faults, Invalid};

fn id<N>(number: u128) -> Id<N> {
    Id::new(Uuid::from_u128(number))
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).expect("a time")
}

fn works_at(organisation: u128, place: Visibility) -> Affiliation {
    Affiliation {
        organisation: id(organisation),
        unit: None,
        role: None,
        from: None,
        to: None,
        place,
    }
}

fn person() -> Person {
    Person {
        id: id(1),
        given_name: "Ada".to_owned(),
        family_name: "Muster".to_owned(),
        titles: None,
        email: Some("ada@example.org".to_owned()),
        phone: Some("+49 3641 0".to_owned()),
        languages: vec![],
        affiliations: vec![works_at(10, Visibility::Public), works_at(11, Visibility::Managers)],
        skills: vec![],
        roles_sought: vec![],
        birth_year: Some(1990),
        consent: None,
        visibility: Visibility::Public,
        contact_visibility: Visibility::Members,
        invented: false,
        restriction: None,
        matching: true,
        objected_at: None,
    }
}

fn faults(person: &Person) -> Vec<String> {
    let mut found = Faults::new();
    person.check_consent(&mut found, now());
    match found.finish(Some(())) {
        Ok(()) => vec![],
        Err(Invalid(faults)) => faults.into_iter().map(|fault| fault.pointer).collect(),
    }
}

#[test]
fn places_and_contacts_show_to_those_who_may_see_them() {
    let seen = |audience| person().project(audience).map(Seen::into_inner).expect("visible");
    let shown = |person: &Person| {
        (
            person.affiliations.len(),
            person.email.is_some(),
            person.phone.is_some(),
            person.birth_year.is_some(),
        )
    };
    assert_eq!(shown(&seen(Audience::Anonymous)), (1, false, false, false));
    assert_eq!(shown(&seen(Audience::Member)), (1, true, true, false));
    assert_eq!(shown(&seen(Audience::Manager)), (2, true, true, true));
    let private = Person {
        visibility: Visibility::Managers,
        ..person()
    };
    assert!(private.project(Audience::Member).is_none());
}

#[test]
fn owners_administer_those_who_work_there_now_and_learn_of_no_hidden_place() {
    let owner = |organisation| Reader {
        audience: Audience::Member,
        owns: Some(id(organisation)),
        own: None,
        today: now().date_naive(),
    };
    let mut private = person();
    private.visibility = Visibility::Managers;
    private.affiliations[0].to = NaiveDate::from_ymd_opt(2020, 1, 1);
    private.affiliations.push(works_at(12, Visibility::Public));
    let stored = Stored {
        record: private,
        version: 1,
        created_at: now().into(),
        changed_at: ChangedAt::all(now().into()),
    };
    assert!(owner(10).sees(&stored).is_none(), "they have left");
    let seen = owner(12)
        .sees(&stored)
        .expect("the own people")
        .stored
        .record
        .into_inner();
    let places: Vec<_> = seen.affiliations.iter().map(|one| one.organisation).collect();
    assert_eq!(places, [id(10), id(12)], "the hidden organisation stays hidden");
    assert_eq!(seen.birth_year, Some(1990));
    let seen = owner(11)
        .sees(&stored)
        .expect("the own people")
        .stored
        .record
        .into_inner();
    assert_eq!(seen.affiliations.len(), 3, "the own hidden organisation is no secret");
}

#[test]
fn wider_visibility_takes_consent() {
    assert_eq!(faults(&person()), ["/consent"]);
    let consent = |by, name: Option<&str>| Consent {
        by,
        name: name.map(str::to_owned),
        how: "signed form".to_owned(),
        at: now(),
    };
    let with = |consent| Person {
        consent: Some(consent),
        ..person()
    };
    assert!(faults(&with(consent(ConsentGiver::Person, None))).is_empty());
    let mut minor = with(consent(ConsentGiver::Person, None));
    minor.birth_year = Some(2010);
    assert_eq!(faults(&minor), ["/consent/by"]);
    minor.visibility = Visibility::Managers;
    assert_eq!(faults(&minor), ["/consent/by"], "at any visibility");
    minor.consent = Some(consent(ConsentGiver::Guardian, None));
    assert_eq!(faults(&minor), ["/consent/name"]);
    minor.consent = Some(consent(ConsentGiver::Guardian, Some("Grete Muster")));
    assert!(faults(&minor).is_empty());
    let private = Person {
        visibility: Visibility::Managers,
        ..person()
    };
    assert!(faults(&private).is_empty());
    let invented = Person {
        invented: true,
        ..person()
    };
    assert!(faults(&invented).is_empty());
}

#[test]
fn a_restricted_person_shows_to_managers_and_to_itself() {
    let mut restricted = person();
    restricted.restriction = Some(Restriction {
        reason: "disputed".to_owned(),
        by: None,
        since: now(),
    });
    let stored = Stored {
        record: restricted,
        version: 1,
        created_at: now().into(),
        changed_at: ChangedAt::all(now().into()),
    };
    let reader = |audience, owns: Option<u128>, own: Option<u128>| Reader {
        audience,
        owns: owns.map(id),
        own: own.map(|person| Own {
            person: id(person),
            edits: None,
        }),
        today: now().date_naive(),
    };
    for hidden in [
        reader(Audience::Anonymous, None, None),
        reader(Audience::Member, None, Some(2)),
        reader(Audience::Member, Some(10), None),
    ] {
        assert!(hidden.sees(&stored).is_none() && !hidden.may_change(&stored.record));
    }
    assert!(reader(Audience::Manager, None, None).sees(&stored).is_some());
    let itself = reader(Audience::Anonymous, None, Some(1));
    let seen = itself.sees(&stored).expect("the own record").stored.record.into_inner();
    assert!(seen.restriction.is_some() && seen.birth_year.is_some() && seen.email.is_some());
    assert_eq!(seen.affiliations.len(), 1, "a hidden organisation stays hidden");
    assert!(itself.may_change(&stored.record) && !itself.administers(&stored.record));
}

#[test]
fn an_objection_shows_to_those_who_administer_the_person() {
    let objecting = Person {
        matching: false,
        ..person()
    };
    let seen = |audience| objecting.project(audience).map(Seen::into_inner).expect("visible");
    assert!(seen(Audience::Member).matching && !seen(Audience::Manager).matching);
}

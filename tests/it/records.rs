//! Every record reads as it was written, on both engines.

use werkstadt_domain::account::{ApiKey, ApiKeyId, Scope};
use werkstadt_domain::audience::Audience;
use werkstadt_domain::membership::{Membership, MembershipStatus};
use werkstadt_domain::organisation::{Organisation, OrganisationId};
use werkstadt_persistence::jobs::{self, Job, JobId, JobStatus, RowError};
use werkstadt_persistence::memberships::Why;
use werkstadt_persistence::{
    Actor, Error, Result, Store, UnitOfWork, api_keys, claims, memberships, opportunities, organisations, persons,
    profiles, references, settings, skills, units, users,
};
use werkstadt_tests::database::on_each;

use crate::sample::{
    at, bare_organisation, claim, external, id, membership, opportunity, organisation, person, reference, skill, unit,
    user,
};

mod sessions;

fn write_at<T>(store: &Store, step: i64, work: impl FnOnce(&mut UnitOfWork<'_>) -> Result<T>) -> T {
    store.write(Actor::System, at(step), work).unwrap()
}

fn write<T>(store: &Store, work: impl FnOnce(&mut UnitOfWork<'_>) -> Result<T>) -> T {
    write_at(store, 0, work)
}

fn owner(number: u128) -> OrganisationId {
    OrganisationId::new(id(number))
}

#[test]
fn profiles_read_as_written() {
    on_each(|database| {
        let store = database.store(1);
        let mut narrow = skill(501);
        narrow.broader = vec![skill(502).id, skill(500).id];
        narrow.replaced_by = Some(skill(500).id);
        let mut of_unit = claim(41, 500);
        of_unit.unit = Some(unit(30, 1).id);
        write(&store, |work| {
            skills::insert_all(work, vec![narrow.clone(), skill(500), skill(502)])?;
            organisations::insert_all(work, vec![bare_organisation(2), organisation(1)])?;
            units::insert(work, unit(30, 1))?;
            claims::insert_all(work, vec![(owner(1), claim(40, 500)), (owner(1), of_unit.clone())])?;
            references::insert(work, owner(1), reference(50, 9))?;
            memberships::insert(work, membership(60, 1))
        });
        let all = store.read(|db| skills::list(db, None, 10)).unwrap();
        assert_eq!(
            all.into_iter().map(|skill| skill.record).collect::<Vec<_>>(),
            [skill(500), narrow, skill(502)]
        );
        let profiles = store
            .read(|db| profiles::load(db, &[owner(2), owner(1), owner(3)]))
            .unwrap();
        let [full, bare] = profiles.as_slice() else {
            panic!("{profiles:?}")
        };
        assert_eq!(full.organisation.record, organisation(1));
        assert_eq!(
            (full.organisation.version, full.organisation.created_at),
            (1, at(0).into())
        );
        assert_eq!(
            full.units.iter().map(|unit| &unit.record).collect::<Vec<_>>(),
            [&unit(30, 1)]
        );
        assert_eq!(
            full.claims.iter().map(|claim| &claim.record).collect::<Vec<_>>(),
            [&claim(40, 500), &of_unit]
        );
        assert_eq!(
            full.references.iter().map(|one| &one.record).collect::<Vec<_>>(),
            [&reference(50, 9)]
        );
        assert_eq!(
            full.membership.as_ref().map(|one| &one.record),
            Some(&membership(60, 1))
        );
        assert_eq!(bare.organisation.record, bare_organisation(2));
        assert!(bare.membership.is_none() && bare.claims.is_empty());
        let chunks: Result<Vec<_>, Error> = store.read(|db| profiles::Chunks::new(db).collect());
        assert_eq!(chunks.unwrap(), [profiles]);
    });
}

#[test]
fn partners_are_known_as_soon_as_they_appear() {
    on_each(|database| {
        let store = database.store(1);
        let partner = |store: &Store| {
            let references = store.read(|db| references::list(db, owner(1))).unwrap();
            references
                .first()
                .and_then(|one| one.record.partners.first())
                .and_then(|one| one.organisation)
        };
        write(&store, |work| {
            organisations::insert(work, organisation(1))?;
            references::insert(work, owner(1), reference(50, 2))
        });
        assert_eq!(partner(&store), None);
        write(&store, |work| organisations::insert(work, organisation(2)));
        assert_eq!(partner(&store), Some(owner(2)));
        write(&store, |work| references::insert(work, owner(1), reference(49, 2)));
        assert_eq!(partner(&store), Some(owner(2)));
        write(&store, |work| organisations::remove(work, owner(2), 1));
        assert_eq!(partner(&store), None);
        write(&store, |work| {
            let before = organisations::insert(work, bare_organisation(3))?;
            let mut after = before.record.clone();
            after.identifiers.external = vec![external(2)];
            organisations::update(work, &before, after)
        });
        assert_eq!(partner(&store), Some(owner(3)));
        let found = store
            .read(|db| organisations::by_external_ids(db, &[external(2), external(4)]))
            .unwrap();
        assert_eq!(found.into_iter().collect::<Vec<_>>(), [(external(2), owner(3))]);
        let named = store
            .read(|db| organisations::by_name_keys(db, &["organisation 3".to_owned()]))
            .unwrap();
        assert_eq!(named, [("organisation 3".to_owned(), owner(3))]);
    });
}

#[test]
fn a_hidden_edit_moves_only_the_times_of_those_who_see_it() {
    on_each(|database| {
        let store = database.store(1);
        write(&store, |work| organisations::insert(work, organisation(1)));
        let change = |step, change: fn(&mut Organisation)| {
            write_at(&store, step, |work| {
                let before = organisations::find(work.db(), owner(1))?;
                let mut after = before.record.clone();
                change(&mut after);
                organisations::update(work, &before, after)
            })
        };
        change(1, |organisation| organisation.notes = None);
        change(2, |organisation| organisation.headcount = Some(7));
        let stored = store.read(|db| organisations::find(db, owner(1))).unwrap();
        let seen = Audience::ALL.map(|audience| stored.changed_at.seen_by(audience).utc());
        assert_eq!(seen, [at(0), at(2), at(2)]);
        assert_eq!(
            (stored.version, stored.record.headcount, stored.record.notes),
            (3, Some(7), None)
        );
    });
}

#[test]
fn opportunities_and_persons_read_as_written() {
    on_each(|database| {
        let store = database.store(1);
        let (offer, one) = write(&store, |work| {
            organisations::insert(work, organisation(1))?;
            let offer = opportunities::insert(work, opportunity(70, 1))?;
            Ok((offer, persons::insert(work, person(80, 1))?))
        });
        assert_eq!(
            store.read(|db| opportunities::find(db, offer.record.id)).unwrap(),
            offer
        );
        assert_eq!(offer.record, opportunity(70, 1));
        assert_eq!(
            store.read(|db| persons::find(db, one.record.id)).unwrap().record,
            person(80, 1)
        );
        let bare = write(&store, |work| {
            let mut bare = offer.record.clone();
            (bare.budget, bare.stage, bare.sought.near) = (None, None, None);
            opportunities::update(work, &offer, bare)
        });
        assert_eq!(
            store.read(|db| opportunities::of_organisation(db, owner(1))).unwrap(),
            [bare]
        );
        write(&store, |work| organisations::remove(work, owner(1), 1));
        assert!(store.read(|db| opportunities::list(db, None, 10)).unwrap().is_empty());
        let left = store.read(|db| persons::list(db, None, 10)).unwrap();
        assert!(left.iter().all(|person| person.record.affiliations.is_empty()));
    });
}

#[test]
fn memberships_remember_their_steps() {
    on_each(|database| {
        let store = database.store(1);
        let first = write(&store, |work| {
            organisations::insert(work, organisation(1))?;
            memberships::insert(work, membership(60, 1))
        });
        let step = |before, status, reason| {
            write_at(&store, 9, |work| {
                let after = Membership {
                    status,
                    ..membership(60, 1)
                };
                let why = Why {
                    reason,
                    ..Why::default()
                };
                memberships::update(work, before, after, why)
            })
        };
        let second = step(&first, MembershipStatus::UnderReview, None);
        assert_eq!(
            second.changed_at.seen_by(Audience::Anonymous).utc(),
            at(0),
            "an application is nobody's business"
        );
        let third = step(&second, MembershipStatus::Active, Some("welcome"));
        assert_eq!(
            (third.version, third.changed_at.seen_by(Audience::Anonymous).utc()),
            (3, at(9))
        );
        let history = store.read(|db| memberships::history(db, first.record.id)).unwrap();
        let history: Vec<_> = history
            .iter()
            .map(|(step, by)| (step.from, step.to, step.reason.as_deref(), *by))
            .collect();
        use MembershipStatus::{Active, Applied, UnderReview};
        let by = Some(Actor::System);
        assert_eq!(
            history,
            [
                (None, Applied, None, by),
                (Some(Applied), UnderReview, None, by),
                (Some(UnderReview), Active, Some("welcome"), by),
            ]
        );
        let active = store.read(|db| memberships::list(db, Some(Active), None, 10)).unwrap();
        assert_eq!(active, [third]);
    });
}

#[test]
fn keys_open_for_their_user() {
    on_each(|database| {
        let store = database.store(1);
        let key = ApiKey {
            id: ApiKeyId::new(id(90)),
            user: user(20, None).id,
            name: "script".to_owned(),
            scopes: vec![Scope::DirectoryRead, Scope::Admin],
            expires_at: Some(at(7)),
            requests_per_minute: Some(60),
            used_at: None,
        };
        assert!(!store.read(users::has_manager).unwrap());
        write(&store, |work| {
            users::insert(work, user(20, None), None)?;
            users::set_password(work, user(20, None).id, "$argon2id$")?;
            api_keys::insert(work, key.clone(), &[7; 32])
        });
        let found = store
            .read(|db| users::credentials(db, "USER20@EXAMPLE.ORG"))
            .unwrap()
            .unwrap();
        assert_eq!(found.user.record, user(20, None));
        assert_eq!(found.password_hash.as_deref(), Some("$argon2id$"));
        let (stored, of) = store.read(|db| api_keys::by_secret(db, &[7; 32])).unwrap().unwrap();
        assert_eq!((stored.record, of.record), (key.clone(), user(20, None)));
        assert!(store.read(|db| api_keys::by_secret(db, &[8; 32])).unwrap().is_none());
        write(&store, |work| api_keys::remove(work, key.id));
        assert!(store.read(|db| api_keys::list(db, key.user)).unwrap().is_empty());
        write(&store, |work| {
            let mut after = found.user.record.clone();
            after.active = false;
            users::update(work, &found.user, after)
        });
        let found = store
            .read(|db| users::credentials(db, "user20@example.org"))
            .unwrap()
            .unwrap();
        assert_eq!((found.user.record.active, found.password_hash.is_some()), (false, true));
    });
}

#[test]
fn jobs_report_and_learn_that_they_are_cancelled() {
    on_each(|database| {
        let store = database.store(1);
        let job = write(&store, |work| jobs::insert(work, JobId::new(id(99)), "import", None));
        let running = write(&store, |work| {
            let after = Job {
                status: JobStatus::Running,
                total: Some(3),
                done: 2,
                failed: 1,
                result: serde_json::json!({"b": [1], "a": null}),
                ..job.clone()
            };
            let errors = [RowError {
                row: 2,
                pointer: "/name".to_owned(),
                code: "required".to_owned(),
                detail: "is missing".to_owned(),
                severity: jobs::Severity::Error,
                column: Some("PLZ".into()),
                value: Some("x".into()),
            }];
            jobs::insert_errors(work, job.id, 0, &errors)?;
            jobs::insert_errors(work, job.id, 1, &errors)?;
            jobs::update(work, &job, after)
        });
        assert_eq!(store.read(|db| jobs::find(db, job.id)).unwrap(), running);
        assert_eq!(store.read(|db| jobs::errors(db, job.id, 1, 10)).unwrap().len(), 1);
        let cancel = Job {
            status: JobStatus::Cancelled,
            ..running.clone()
        };
        let cancelled = write(&store, |work| jobs::update(work, &running, cancel));
        assert_eq!(cancelled.finished_at, Some(at(0)));
        let late = store.write(Actor::System, at(1), |work| {
            jobs::update(work, &running, running.clone())
        });
        assert!(matches!(late, Err(Error::Stale { .. })));
        assert_eq!(store.read(|db| jobs::list(db, None, 10)).unwrap(), [cancelled]);
    });
}

#[test]
fn settings_are_agreed_on_once() {
    on_each(|database| {
        let store = database.store(1);
        assert_eq!(store.read(|db| settings::find(db, "secret")).unwrap(), None);
        let first = write(&store, |work| settings::find_or_insert(work, "secret", vec![0, 255]));
        let second = write(&store, |work| settings::find_or_insert(work, "secret", vec![1]));
        assert_eq!((first, second), (vec![0, 255], vec![0, 255]));
        write(&store, |work| settings::update(work, "secret", vec![2]));
        assert_eq!(store.read(|db| settings::find(db, "secret")).unwrap(), Some(vec![2]));
    });
}

//! A concept that anything uses stays; one that nothing uses can go. On both engines.

use werkstadt_domain::organisation::OrganisationId;
use werkstadt_domain::skill::Skill;
use werkstadt_persistence::{
    Actor, Error, FOREIGN_KEY, Result, Store, UnitOfWork, claims, opportunities, organisations, persons, references,
    skills,
};
use werkstadt_tests::database::on_each;

use crate::sample::{at, bare_organisation, claim, id, opportunity, person, reference, skill};

fn write<T>(store: &Store, work: impl FnOnce(&mut UnitOfWork<'_>) -> Result<T>) -> Result<T> {
    store.write(Actor::System, at(0), work)
}

type Use = fn(&mut UnitOfWork<'_>) -> Result<()>;

/// Each uses skill 500 in another way.
fn uses() -> [Use; 7] {
    fn owner() -> OrganisationId {
        OrganisationId::new(id(1))
    }
    fn beside(change: impl FnOnce(&mut Skill)) -> Skill {
        let mut other = skill(600);
        change(&mut other);
        other
    }
    [
        |work| claims::insert(work, owner(), claim(40, 500)).map(drop),
        |work| references::insert(work, owner(), reference(50, 9)).map(drop),
        |work| opportunities::insert(work, opportunity(60, 1)).map(drop),
        |work| persons::insert(work, person(70, 1)).map(drop),
        |work| skills::insert(work, beside(|other| other.broader = vec![skill(500).id])).map(drop),
        |work| skills::insert(work, beside(|other| other.related = vec![skill(500).id])).map(drop),
        |work| skills::insert(work, beside(|other| other.replaced_by = Some(skill(500).id))).map(drop),
    ]
}

#[test]
fn a_concept_in_use_stays() {
    for one in uses() {
        on_each(|database| {
            let store = database.store(1);
            write(&store, |work| {
                skills::insert_all(work, vec![skill(500), skill(501)])?;
                organisations::insert(work, bare_organisation(1))?;
                one(work)
            })
            .unwrap();
            let removed = write(&store, |work| skills::remove(work, skill(500).id, 1));
            assert!(removed.is_err_and(|error| error.breaks(FOREIGN_KEY)));
        });
    }
}

#[test]
fn a_concept_that_nothing_uses_goes() {
    on_each(|database| {
        let store = database.store(1);
        write(&store, |work| skills::insert_all(work, vec![skill(500), skill(501)])).unwrap();
        let stale = write(&store, |work| skills::remove(work, skill(500).id, 2));
        assert!(matches!(stale, Err(Error::Stale { .. })));
        write(&store, |work| skills::remove(work, skill(500).id, 1)).unwrap();
        let left = store.read(|db| skills::list(db, None, 10)).unwrap();
        assert_eq!(left.len(), 1);
        let again = write(&store, |work| skills::remove(work, skill(500).id, 1));
        assert!(matches!(again, Err(Error::NotFound { .. })));
    });
}

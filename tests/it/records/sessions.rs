//! Sessions and their refresh tokens, as the store keeps them.

use werkstadt_persistence::sessions::{self, NewSession, Origin, Renewal, SessionId};
use werkstadt_persistence::{Error, users};
use werkstadt_tests::database::on_each;

use super::{at, id, user, write};

fn new_session(id: SessionId) -> NewSession {
    NewSession {
        id,
        user: user(20, None).id,
        expires_at: at(1_000_000),
        second_factor: false,
        origin: Origin::default(),
    }
}

#[test]
fn refresh_tokens_are_good_once_and_a_copy_ends_the_session() {
    on_each(|database| {
        let store = database.store(1);
        let session = SessionId::new(id(95));
        write(&store, |work| {
            users::insert(work, user(20, None), None)?;
            sessions::insert(work, new_session(session), &[1; 32])
        });
        let renew = |old: u8, new: u8| {
            write(&store, |work| {
                sessions::renew(work, &[old; 32], &[new; 32], &Origin::default())
            })
        };
        let renewed = |renewal: Renewal| matches!(renewal, Renewal::Renewed(..));
        assert_eq!(renew(9, 2), Renewal::Refused);
        assert!(renewed(renew(1, 2)));
        assert!(renewed(renew(1, 3)), "the answer got lost: once more");
        assert_eq!(renew(2, 4), Renewal::Refused, "replaced by 3");
        assert!(renewed(renew(3, 4)));
        assert!(store.read(|db| sessions::find(db, session, at(1))).is_ok());
        assert!(matches!(renew(1, 5), Renewal::Reused(_)), "its successor was used");
        assert_eq!(renew(4, 6), Renewal::Refused, "the session is over");
        assert!(matches!(
            store.read(|db| sessions::find(db, session, at(1))),
            Err(Error::NotFound { .. })
        ));
    });
}

#[test]
fn of_many_uses_of_one_token_one_branch_lives() {
    on_each(|database| {
        let store = database.store(1);
        write(&store, |work| {
            users::insert(work, user(20, None), None)?;
            sessions::insert(work, new_session(SessionId::new(id(95))), &[1; 32])
        });
        // A thousand uses by ten threads, each with a successor of its own.
        std::thread::scope(|scope| {
            for thread in 0..10 {
                let store = &store;
                scope.spawn(move || {
                    for once in 0..100 {
                        write(store, |work| {
                            sessions::renew(work, &[1; 32], &hash(thread * 100 + once), &Origin::default())
                        });
                    }
                });
            }
        });
        let alive = (0..1000).filter(|number| {
            let renewal = write(&store, |work| {
                sessions::renew(work, &hash(*number), &hash(number + 1000), &Origin::default())
            });
            matches!(renewal, Renewal::Renewed(..))
        });
        assert_eq!(alive.count(), 1);
    });
}

/// The hash of a token of this number.
fn hash(number: u16) -> [u8; 32] {
    let mut hash = [7; 32];
    hash[..2].copy_from_slice(&number.to_le_bytes());
    hash
}

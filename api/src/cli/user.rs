//! `werkstadt user`: the first manager, or a new password for one who forgot it.

use werkstadt_domain::account::{Role, User};
use werkstadt_domain::text::{Language, email};
use werkstadt_persistence::audit::Author;
use werkstadt_persistence::{sessions, users};

use super::{CommandError, open, start_log};
use crate::auth::{Hashing, Password, readable};
use crate::config::Config;
use crate::problem::Problem;
use crate::state::State;

/// Adds a manager with a new password, or gives the user of this login a new password; prints it.
pub(super) fn run(config: &Config, login: &str, name: &str) -> Result<(), CommandError> {
    start_log(config);
    let booted = open(config)?;
    let password = give_password(&booted.state, login, name, Role::Manager).map_err(in_words)?;
    println!("login:    {login}\npassword: {password}");
    booted.follower.stop();
    Ok(())
}

/// Makes sure that there is a user with this login, and gives it a new password.
pub(super) fn give_password(state: &State, login: &str, name: &str, role: Role) -> Result<String, Problem> {
    let login =
        email(login).map_err(|_| Problem::new(crate::problem::Code::Invalid).because("not an e-mail address"))?;
    // 24 characters, 120 bits.
    let password = readable(state.world.secret()?, 4, 6);
    let chosen =
        Password::chosen(password.clone(), &[]).map_err(|_| Problem::internal("the password made is too weak"))?;
    let hash = Hashing::hash_now(&chosen)?;
    let user = User {
        id: state.id(),
        email: login.clone(),
        name: name.to_owned(),
        role,
        organisation: None,
        active: true,
        language: Language::De,
        person: None,
    };
    state
        .store
        .write::<_, Problem>(Author::task("user"), state.now(), move |unit| {
            match users::credentials(unit.db(), &login)? {
                Some(known) => {
                    users::set_password(unit, known.user.record.id, &hash)?;
                    sessions::revoke_all(unit, known.user.record.id, None)?;
                }
                None => drop(users::insert(unit, user, Some(&hash))?),
            }
            Ok(())
        })?;
    Ok(password)
}

/// A problem as a sentence for the command line.
pub(super) fn in_words(problem: Problem) -> CommandError {
    CommandError::Other(format!("{problem}: {}", problem.cause().unwrap_or("no further cause")))
}

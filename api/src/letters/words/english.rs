//! The words of the letters in English.

use werkstadt_domain::text::Language;

use super::{Say, Words, amount, on, when};

/// Subject and paragraphs of a letter from this network.
pub(super) fn words(said: &Say, network: &str) -> Words {
    let en = Language::En;
    let not_you = "If this was not you, there is nothing to do: without your answer nothing happens.".to_owned();
    let alarm =
        "If this was not you, please set a new password at once and tell the managers of the network.".to_owned();
    match said {
        Say::Invitation { from, link, until, .. } => (
            "Invitation",
            vec![
                format!(
                    "{from} invites you to take part in the directory of {network}. When you accept, you choose a password."
                ),
                link.words(en),
                format!("The invitation is good until {}.", when(until, en)),
            ],
        ),
        Say::Registration { link, until } => (
            "Please confirm your registration",
            vec![
                format!(
                    "Somebody made an account with {network} with this address. When you confirm it, you choose a password."
                ),
                link.words(en),
                format!("You can confirm it until {}.", when(until, en)),
                not_you,
            ],
        ),
        Say::AccountExists => (
            "You have an account already",
            vec![
                format!(
                    "Somebody wanted to make an account with {network} with this address, or to use it for an account. There is one with this address already."
                ),
                "If you do not know your password any more, you can ask for a new one.".to_owned(),
                not_you,
            ],
        ),
        Say::GuardianAwaited => (
            "Your account waits for a consent",
            vec![
                format!(
                    "somebody wants an account at {network} with this address. It was said before that the address is a minor's; then there is no account until a guardian has agreed. The guardian got a letter about that."
                ),
                "If that is wrong, please write to those who run the network.".to_owned(),
            ],
        ),
        Say::Reset { link, until, .. } => (
            "New password",
            vec![
                "Somebody asked for a new password for your account. This is where you choose it:".to_owned(),
                link.words(en),
                format!("It works until {}, and once.", when(until, en)),
                not_you,
            ],
        ),
        Say::PasswordEnded { link, until, .. } => (
            "Please choose a new password",
            vec![
                "A manager of the network has ended the password of your account, and all its sessions. This is where you choose a new one:"
                    .to_owned(),
                link.words(en),
                format!(
                    "It works until {}, and once. After that, ask for another letter as somebody who forgot the password.",
                    when(until, en)
                ),
            ],
        ),
        Say::PasswordChanged => (
            "Your password was changed",
            vec![
                "The password of your account was changed. All other sessions have ended.".to_owned(),
                alarm,
            ],
        ),
        Say::OldAddress(address, link) => (
            "Your address is to be changed",
            vec![
                format!(
                    "The address of your account is to be {address}. If that is right, please confirm it here and at the new address:"
                ),
                link.words(en),
                alarm,
            ],
        ),
        Say::NewAddress(address, link) => (
            "Please confirm your new address",
            vec![
                format!(
                    "{address} is to be the new address of an account with {network}. If that is right, please confirm it:"
                ),
                link.words(en),
                not_you,
            ],
        ),
        Say::AddressChanged(address) => (
            "Your address was changed",
            vec![format!("The address of your account is {address} now."), alarm],
        ),
        Say::Erasure(link) => (
            "Erase your data",
            vec![
                format!(
                    "You want your account, and everything that {network} keeps of you, to be erased. There is no way back. This is how you confirm it:"
                ),
                link.words(en),
                "That is possible for two days. Who does not answer stays.".to_owned(),
                alarm,
            ],
        ),
        Say::SecondFactorOn => (
            "Second factor set up",
            vec![
                "Your account has a second factor now: signing in asks for a one-time password, too.".to_owned(),
                alarm,
            ],
        ),
        Say::SecondFactorOff => (
            "Second factor removed",
            vec!["Your account has no second factor any more.".to_owned(), alarm],
        ),
        Say::RecoveryCodeUsed(left) => (
            "A recovery code was used",
            vec![
                format!("Somebody signed in to your account with a recovery code. {left} are left."),
                alarm,
            ],
        ),
        Say::ApplicationReceived(reference) => (
            "Your application for membership has arrived",
            vec![
                format!(
                    "Somebody applied for membership of {network} with this address. The application is being looked at; you will hear from us."
                ),
                format!("Reference: {reference}"),
                "If this was not you, please tell us, with the reference.".to_owned(),
            ],
        ),
        Say::ApplicationAccepted { organisation, invited } => {
            let mut words = vec![format!("{organisation} is a member of {network} now.")];
            if let Some((link, until)) = invited {
                words.push("You look after your profile in the directory yourself. This is where you choose a password for that:".to_owned());
                words.push(link.words(en));
                words.push(format!("You can do so until {}.", when(until, en)));
            }
            ("Welcome as a member", words)
        }
        Say::DueAsked { organisation, due } => (
            "A due to pay",
            vec![
                format!(
                    "The due of {organisation} as a member of {network} for the time from {} to {} is {}. The last day to pay is {}.",
                    on(due.span.first, en),
                    on(due.span.last, en),
                    amount(due.amount_cents, en),
                    on(due.due_on, en)
                ),
                format!("Reference: {}", due.id),
            ],
        ),
        Say::GraceBegun {
            organisation,
            lapses_on,
        } => {
            let mut words = vec![format!(
                "The days of grace of {organisation} as a member of {network} have begun: a due has not been paid, or the term has ended."
            )];
            words.extend(lapses_on.map(|day| {
                format!(
                    "If it is neither paid nor renewed, the membership lapses on {}.",
                    on(day, en)
                )
            }));
            ("Your membership is in its days of grace", words)
        }
        Say::MembershipLapsed(organisation) => (
            "Your membership has lapsed",
            vec![
                format!("The membership of {organisation} in {network} has lapsed: its days of grace are over."),
                "If you want to come back, please get in touch with us.".to_owned(),
            ],
        ),
        Say::ResignationNoted { organisation, last_on } => (
            "Your resignation is noted",
            vec![
                format!(
                    "That {organisation} leaves {network} is noted. The last day of membership is {}.",
                    on(*last_on, en)
                ),
                "If that is not what you want, please get in touch with us.".to_owned(),
            ],
        ),
        Say::DueReminder { organisation, due } => (
            "A due has not been paid",
            vec![
                format!(
                    "The due of {organisation} as a member of {network} for the time from {} to {} has not been paid: {}. The last day to pay was {}.",
                    on(due.span.first, en),
                    on(due.span.last, en),
                    amount(due.amount_cents, en),
                    on(due.due_on, en)
                ),
                format!("Reference: {}", due.id),
                "If it has been paid meanwhile, there is nothing to do.".to_owned(),
            ],
        ),
        Say::GuardianAsked { minor, link, until } => (
            "May a minor have an account?",
            vec![
                format!(
                    "Whoever has the address {minor} wants an account with {network}, is a minor by their own account, and named you as guardian. With the account the minor takes part in the network; without your consent there is none. If you have parental responsibility and agree, please say so here, with your name:"
                ),
                link.words(en),
                format!("You can do so until {}.", when(until, en)),
                "If you do not know of this, or do not agree, there is nothing to do: without your answer there is no account.".to_owned(),
            ],
        ),
        Say::GuardianConsented { minor, link } => (
            "You agreed to the account of a minor",
            vec![
                format!("You agreed that whoever has the address {minor} has an account with {network}."),
                "You can take that back at any time. Then the account is suspended, and the profile is seen by managers alone:".to_owned(),
                link.words(en),
                "Please keep this letter.".to_owned(),
            ],
        ),
        Say::ApplicationRejected(reason) => {
            let last = if reason.is_empty() {
                "Please get in touch with us if you have questions.".to_owned()
            } else {
                format!("The reason: {reason}")
            };
            let first = format!("Your application for membership of {network} was turned down.");
            ("Your application for membership", vec![first, last])
        }
    }
}

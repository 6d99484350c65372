//! The words of the letters in German.

use werkstadt_domain::text::Language;

use super::{Say, Words, amount, on, when};

/// Subject and paragraphs of a letter from this network.
pub(super) fn words(said: &Say, network: &str) -> Words {
    let de = Language::De;
    let not_you =
        "Wenn Sie das nicht waren, brauchen Sie nichts zu tun: Ohne Ihre Antwort geschieht nichts.".to_owned();
    let alarm = "Wenn Sie das nicht waren, setzen Sie bitte sofort ein neues Passwort und melden Sie sich bei der Verwaltung des Netzwerks.".to_owned();
    match said {
        Say::Invitation { from, link, until, .. } => (
            "Einladung",
            vec![
                format!(
                    "{from} lädt Sie ein, im Verzeichnis von {network} mitzuarbeiten. Mit der Annahme wählen Sie ein Passwort."
                ),
                link.words(de),
                format!("Die Einladung gilt bis {}.", when(until, de)),
            ],
        ),
        Say::Registration { link, until } => (
            "Bitte bestätigen Sie Ihre Anmeldung",
            vec![
                format!(
                    "jemand hat mit dieser Adresse ein Konto bei {network} angelegt. Mit der Bestätigung wählen Sie ein Passwort."
                ),
                link.words(de),
                format!("Die Bestätigung ist möglich bis {}.", when(until, de)),
                not_you,
            ],
        ),
        Say::AccountExists => (
            "Sie haben schon ein Konto",
            vec![
                format!(
                    "jemand wollte mit dieser Adresse ein Konto bei {network} anlegen oder sie für ein Konto eintragen. Es gibt schon eines mit dieser Adresse."
                ),
                "Wenn Sie Ihr Passwort nicht mehr wissen, können Sie ein neues anfordern.".to_owned(),
                not_you,
            ],
        ),
        Say::GuardianAwaited => (
            "Ihr Konto wartet auf eine Zustimmung",
            vec![
                format!(
                    "mit dieser Adresse soll ein Konto bei {network} angelegt werden. Für dieselbe Adresse wurde angegeben, dass sie einer minderjährigen Person gehört; ein Konto gibt es dann erst, wenn eine sorgeberechtigte Person zugestimmt hat. Sie hat dazu einen Brief bekommen."
                ),
                "Wenn die Angabe falsch ist, melden Sie sich bei der Verwaltung des Netzwerks.".to_owned(),
            ],
        ),
        Say::Reset { link, until, .. } => (
            "Neues Passwort",
            vec![
                "jemand hat für Ihr Konto ein neues Passwort angefordert. Hier wählen Sie es:".to_owned(),
                link.words(de),
                format!("Das geht bis {}, und einmal.", when(until, de)),
                not_you,
            ],
        ),
        Say::PasswordEnded { link, until, .. } => (
            "Bitte wählen Sie ein neues Passwort",
            vec![
                "die Verwaltung des Netzwerks hat das Passwort Ihres Kontos und alle seine Sitzungen beendet. Hier wählen Sie ein neues:"
                    .to_owned(),
                link.words(de),
                format!(
                    "Das geht bis {}, und einmal. Danach fordern Sie einen weiteren Brief an wie jemand, der das Passwort vergessen hat.",
                    when(until, de)
                ),
            ],
        ),
        Say::PasswordChanged => (
            "Ihr Passwort wurde geändert",
            vec![
                "das Passwort Ihres Kontos wurde geändert. Alle anderen Sitzungen sind beendet.".to_owned(),
                alarm,
            ],
        ),
        Say::OldAddress(address, link) => (
            "Ihre Adresse soll geändert werden",
            vec![
                format!(
                    "die Adresse Ihres Kontos soll künftig {address} sein. Wenn das stimmt, bestätigen Sie es bitte hier und unter der neuen Adresse:"
                ),
                link.words(de),
                alarm,
            ],
        ),
        Say::NewAddress(address, link) => (
            "Bitte bestätigen Sie Ihre neue Adresse",
            vec![
                format!(
                    "{address} soll die neue Adresse eines Kontos bei {network} sein. Wenn das stimmt, bestätigen Sie es bitte:"
                ),
                link.words(de),
                not_you,
            ],
        ),
        Say::AddressChanged(address) => (
            "Ihre Adresse wurde geändert",
            vec![format!("die Adresse Ihres Kontos ist jetzt {address}."), alarm],
        ),
        Say::Erasure(link) => (
            "Ihre Daten löschen",
            vec![
                format!(
                    "Sie möchten, dass Ihr Konto und alles, was {network} über Sie gespeichert hat, gelöscht wird. Das lässt sich nicht rückgängig machen. So bestätigen Sie es:"
                ),
                link.words(de),
                "Das geht zwei Tage lang. Wer nicht antwortet, bleibt.".to_owned(),
                alarm,
            ],
        ),
        Say::SecondFactorOn => (
            "Zweiter Faktor eingerichtet",
            vec![
                "Ihr Konto hat jetzt einen zweiten Faktor: Die Anmeldung verlangt auch ein Einmalpasswort.".to_owned(),
                alarm,
            ],
        ),
        Say::SecondFactorOff => (
            "Zweiter Faktor entfernt",
            vec!["Ihr Konto hat keinen zweiten Faktor mehr.".to_owned(), alarm],
        ),
        Say::RecoveryCodeUsed(left) => (
            "Ein Wiederherstellungscode wurde benutzt",
            vec![
                format!(
                    "bei der Anmeldung an Ihrem Konto wurde ein Wiederherstellungscode benutzt. Noch {left} sind übrig."
                ),
                alarm,
            ],
        ),
        Say::ApplicationReceived(reference) => (
            "Ihr Antrag auf Mitgliedschaft ist angekommen",
            vec![
                format!(
                    "mit dieser Adresse wurde ein Antrag auf Mitgliedschaft bei {network} gestellt. Er wird geprüft; Sie hören von uns."
                ),
                format!("Aktenzeichen: {reference}"),
                "Wenn Sie das nicht waren, sagen Sie es uns bitte unter diesem Aktenzeichen.".to_owned(),
            ],
        ),
        Say::ApplicationAccepted { organisation, invited } => {
            let mut words = vec![format!("{organisation} ist jetzt Mitglied von {network}.")];
            if let Some((link, until)) = invited {
                words.push(
                    "Ihr Profil im Verzeichnis pflegen Sie selbst. Hier wählen Sie dafür ein Passwort:".to_owned(),
                );
                words.push(link.words(de));
                words.push(format!("Das ist möglich bis {}.", when(until, de)));
            }
            ("Willkommen als Mitglied", words)
        }
        Say::DueAsked { organisation, due } => (
            "Ein Beitrag ist zu zahlen",
            vec![
                format!(
                    "der Beitrag von {organisation} als Mitglied von {network} für die Zeit vom {} bis zum {} beträgt {}. Er ist bis zum {} zu zahlen.",
                    on(due.span.first, de),
                    on(due.span.last, de),
                    amount(due.amount_cents, de),
                    on(due.due_on, de)
                ),
                format!("Aktenzeichen: {}", due.id),
            ],
        ),
        Say::GraceBegun {
            organisation,
            lapses_on,
        } => {
            let mut words = vec![format!(
                "für {organisation} als Mitglied von {network} hat die Nachfrist begonnen: Ein Beitrag ist nicht bezahlt, oder die Laufzeit ist zu Ende."
            )];
            words.extend(lapses_on.map(|day| {
                format!(
                    "Wird weder gezahlt noch verlängert, erlischt die Mitgliedschaft am {}.",
                    on(day, de)
                )
            }));
            ("Für Ihre Mitgliedschaft läuft die Nachfrist", words)
        }
        Say::MembershipLapsed(organisation) => (
            "Ihre Mitgliedschaft ist erloschen",
            vec![
                format!("die Mitgliedschaft von {organisation} in {network} ist erloschen: Die Nachfrist ist vorbei."),
                "Wenn Sie wieder Mitglied werden möchten, melden Sie sich bitte bei uns.".to_owned(),
            ],
        ),
        Say::ResignationNoted { organisation, last_on } => (
            "Ihr Austritt ist vermerkt",
            vec![
                format!(
                    "der Austritt von {organisation} aus {network} ist vermerkt. Der letzte Tag der Mitgliedschaft ist der {}.",
                    on(*last_on, de)
                ),
                "Wenn Sie das nicht wollen, melden Sie sich bitte bei uns.".to_owned(),
            ],
        ),
        Say::DueReminder { organisation, due } => (
            "Ein Beitrag ist noch offen",
            vec![
                format!(
                    "der Beitrag von {organisation} als Mitglied von {network} für die Zeit vom {} bis zum {} ist noch offen: {}. Er war bis zum {} zu zahlen.",
                    on(due.span.first, de),
                    on(due.span.last, de),
                    amount(due.amount_cents, de),
                    on(due.due_on, de)
                ),
                format!("Aktenzeichen: {}", due.id),
                "Wenn er inzwischen bezahlt ist, brauchen Sie nichts zu tun.".to_owned(),
            ],
        ),
        Say::GuardianAsked { minor, link, until } => (
            "Darf eine minderjährige Person ein Konto haben?",
            vec![
                format!(
                    "wer die Adresse {minor} hat, möchte ein Konto bei {network}, ist nach eigener Angabe minderjährig und hat Sie als sorgeberechtigt genannt. Mit dem Konto nimmt die minderjährige Person am Netzwerk teil; ohne Ihre Einwilligung gibt es keines. Wenn Sie sorgeberechtigt sind und einwilligen, erklären Sie das bitte hier, mit Ihrem Namen:"
                ),
                link.words(de),
                format!("Das ist möglich bis {}.", when(until, de)),
                "Wenn Sie davon nichts wissen oder nicht einwilligen, brauchen Sie nichts zu tun: Ohne Ihre Antwort gibt es kein Konto.".to_owned(),
            ],
        ),
        Say::GuardianConsented { minor, link } => (
            "Sie haben in das Konto einer minderjährigen Person eingewilligt",
            vec![
                format!("Sie haben eingewilligt, dass die Person mit der Adresse {minor} ein Konto bei {network} hat."),
                "Sie können die Einwilligung jederzeit widerrufen. Dann wird das Konto gesperrt, und nur die Verwaltung des Netzwerks sieht das Profil noch:".to_owned(),
                link.words(de),
                "Bitte heben Sie diesen Brief auf.".to_owned(),
            ],
        ),
        Say::ApplicationRejected(reason) => {
            let last = if reason.is_empty() {
                "Bei Fragen melden Sie sich bitte bei uns.".to_owned()
            } else {
                format!("Begründung: {reason}")
            };
            let first = format!("Ihr Antrag auf Mitgliedschaft bei {network} wurde abgelehnt.");
            ("Ihr Antrag auf Mitgliedschaft", vec![first, last])
        }
    }
}

//! Reasons: a code and parameters for programs, a sentence in both languages for people.

use super::Rule;
use crate::text::Text;

/// Why a rule found what it found.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// Stable code.
    pub code: &'static str,
    /// What the sentence names.
    pub params: Vec<(&'static str, String)>,
    /// The sentence.
    pub text: Text,
}

impl Reason {
    fn new(code: &'static str, params: Vec<(&'static str, String)>, de: String, en: String) -> Self {
        let text = Text {
            de: Some(de),
            en: Some(en),
        };
        Self { code, params, text }
    }

    /// Wished skills that are covered, by label in both languages.
    pub(super) fn skills(rule: Rule, labels: &[Text], wished: usize) -> Self {
        let (de, en) = (
            names(labels, crate::text::Language::De),
            names(labels, crate::text::Language::En),
        );
        let (wish_de, wish_en) = match rule {
            Rule::PreferredSkills => ("gewünschten", "preferred"),
            _ => ("geforderten", "required"),
        };
        let count = labels.len();
        Self::new(
            if rule == Rule::PreferredSkills {
                "covers_preferred"
            } else {
                "covers_required"
            },
            vec![
                ("covered", count.to_string()),
                ("wished", wished.to_string()),
                ("skills", en.clone()),
            ],
            format!("Deckt {count} von {wished} {wish_de} Fähigkeiten: {de}."),
            format!("Covers {count} of {wished} {wish_en} skills: {en}."),
        )
    }

    /// Words of the request that the profile shares.
    pub(super) fn profile_text(words: &[String]) -> Self {
        let list = words.join(", ");
        Self::new(
            "profile_mentions",
            vec![("words", list.clone())],
            format!("Das Profil spricht davon: {list}."),
            format!("The profile mentions it: {list}."),
        )
    }

    /// The references that fit best.
    pub(super) fn references(titles: &[String]) -> Self {
        let list = titles.join("; ");
        Self::new(
            "references_fit",
            vec![("references", titles.len().to_string()), ("titles", list.clone())],
            format!("Passende Referenzen: {list}."),
            format!("References that fit: {list}."),
        )
    }

    /// Similar pieces of work in which it took part.
    pub(super) fn similar_work(titles: &[String], count: usize) -> Self {
        let list = titles.join("; ");
        Self::new(
            "took_part_in_similar_work",
            vec![("count", count.to_string()), ("titles", list.clone())],
            format!("War an {count} ähnlichen Vorhaben beteiligt, darunter: {list}."),
            format!("Took part in {count} similar pieces of work, among them: {list}."),
        )
    }

    /// Partners on board with whom it has worked.
    pub(super) fn track_record(partners: usize, of: usize, works: usize) -> Self {
        Self::new(
            "worked_with_partners",
            vec![
                ("partners", partners.to_string()),
                ("of", of.to_string()),
                ("works", works.to_string()),
            ],
            format!("Hat in {works} Vorhaben mit {partners} von {of} Partnern schon zusammengearbeitet."),
            format!("Has worked with {partners} of {of} partners before, in {works} pieces of work."),
        )
    }

    /// Open opportunities that answer the request.
    pub(super) fn cooperation(count: usize) -> Self {
        Self::new(
            "open_opportunity",
            vec![("count", count.to_string())],
            format!("Hat {count} passende offene Angebote oder Gesuche."),
            format!("Has {count} open opportunities that fit."),
        )
    }

    /// Distance to the place asked for.
    pub(super) fn proximity(km: f64) -> Self {
        let km = format!("{km:.1}");
        Self::new(
            "near",
            vec![("km", km.clone())],
            format!("{} km entfernt.", km.replace('.', ",")),
            format!("{km} km away."),
        )
    }

    /// Claims confirmed lately.
    pub(super) fn freshness(claims: usize) -> Self {
        Self::new(
            "claims_confirmed",
            vec![("claims", claims.to_string())],
            format!("{claims} der Fähigkeiten sind bestätigt."),
            format!("{claims} of the skills have been confirmed."),
        )
    }

    /// A rule that found nothing in favour.
    pub(super) fn nothing(rule: Rule) -> Self {
        let (de, en) = match rule {
            Rule::RequiredSkills => ("Keine der geforderten Fähigkeiten.", "None of the required skills."),
            Rule::PreferredSkills => ("Keine der gewünschten Fähigkeiten.", "None of the preferred skills."),
            Rule::ProfileText => ("Das Profil spricht nicht davon.", "The profile does not mention it."),
            Rule::BestReferences => ("Keine Referenz spricht davon.", "No reference mentions it."),
            Rule::SimilarWork => (
                "An keinem ähnlichen Vorhaben beteiligt.",
                "Took part in no similar piece of work.",
            ),
            Rule::TrackRecord => (
                "Noch nicht mit den Partnern gearbeitet.",
                "Has not worked with the partners yet.",
            ),
            Rule::Cooperation => ("Kein passendes offenes Angebot.", "No open opportunity that fits."),
            Rule::Proximity => ("Am Rand des Umkreises.", "At the rim of the circle."),
            Rule::Freshness => ("Lange nicht bestätigt.", "Not confirmed for long."),
        };
        Self::new(
            "nothing_found",
            vec![("rule", rule.code().to_owned())],
            de.to_owned(),
            en.to_owned(),
        )
    }

    /// A rule for which nothing is known about the candidate.
    pub(super) fn unknown(rule: Rule) -> Self {
        let (de, en) = match rule {
            Rule::RequiredSkills | Rule::PreferredSkills => ("Keine Fähigkeiten bekannt.", "No skills are known."),
            Rule::ProfileText => ("Kein Text bekannt.", "No text is known."),
            Rule::BestReferences => ("Keine Referenzen bekannt.", "No references are known."),
            Rule::SimilarWork | Rule::TrackRecord => ("Keine Vorhaben bekannt.", "No pieces of work are known."),
            Rule::Cooperation => ("Keine offenen Angebote oder Gesuche.", "No open opportunities."),
            Rule::Proximity => ("Kein Ort bekannt.", "No place is known."),
            Rule::Freshness => ("Nie bestätigt.", "Never confirmed."),
        };
        Self::new(
            "not_known",
            vec![("rule", rule.code().to_owned())],
            de.to_owned(),
            en.to_owned(),
        )
    }

    /// A wished skill that no claim covers.
    pub(super) fn missing_skill(label: &Text) -> Self {
        let de = label.best(crate::text::Language::De).unwrap_or_default();
        let en = label.best(crate::text::Language::En).unwrap_or_default();
        Self::new(
            "skill_missing",
            vec![("skill", en.to_owned())],
            format!("Es fehlt: {de}."),
            format!("Missing: {en}."),
        )
    }
}

fn names(labels: &[Text], language: crate::text::Language) -> String {
    let names: Vec<&str> = labels.iter().filter_map(|label| label.best(language)).collect();
    names.join(", ")
}

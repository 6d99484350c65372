//! Persons as vCards: those who consented to be seen by more than managers.

use werkstadt_domain::audience::Visibility;
use werkstadt_domain::page::Limit;
use werkstadt_domain::person::Person;
use werkstadt_domain::search::{PersonFilter, PersonPosition};
use werkstadt_domain::text::Language;

use super::cards::{Card, escaped};
use super::{Chunks, View};
use crate::problem::Problem;

/// The cards of a view.
pub fn people(view: View) -> Box<dyn Chunks> {
    Box::new(People {
        view,
        after: None,
        is_over: false,
    })
}

struct People {
    view: View,
    after: Option<PersonPosition>,
    is_over: bool,
}

impl Chunks for People {
    fn next(&mut self) -> Result<Option<Vec<u8>>, Problem> {
        if self.is_over {
            return Ok(None);
        }
        let limit = Limit::clamped(Limit::MAX);
        let (reader, all) = (self.view.reader(), PersonFilter::default());
        let page = self.view.snapshot.persons(&reader, &all, self.after.as_ref(), limit);
        self.is_over = page.after.is_none();
        self.after = page.after;
        let mut out = Vec::new();
        // A card leaves the directory, which takes the person's consent even where a manager asks.
        let cards = page.items.iter();
        let leaves = |person: &Person| person.visibility < Visibility::Managers && person.restriction.is_none();
        let cards = cards.filter(|person| leaves(person.stored.record.get()));
        self.view.told.persons(cards.clone())?;
        for person in cards {
            let seen = person.stored.record.get();
            let mut card = Card::new("individual", &seen.id.to_string());
            self.person(&mut card, seen);
            card.revised(&person.stored, self.view.audience);
            card.end(&mut out);
        }
        Ok(Some(out))
    }
}

impl People {
    fn person(&self, card: &mut Card, person: &Person) {
        let titles = person.titles.as_deref().unwrap_or_default();
        let name = format!("{titles} {} {}", person.given_name, person.family_name);
        card.text("FN", name.trim());
        let parts = [&person.family_name, &person.given_name].map(|part| escaped(part));
        card.raw("N", &format!("{};;{};", parts.join(";"), escaped(titles)));
        if let Some(email) = &person.email {
            card.text("EMAIL;TYPE=work", email);
        }
        if let Some(phone) = &person.phone {
            card.text("TEL;TYPE=work", phone);
        }
        for language in &person.languages {
            card.raw("LANG", language);
        }
        for one in person.affiliations.iter().filter(|one| one.is_current(self.view.today)) {
            let Some(profile) = self.view.snapshot.organisation(self.view.audience, one.organisation) else {
                continue;
            };
            card.text("ORG", &profile.get().organisation.record.name);
            if let Some(role) = &one.role {
                card.text("ROLE", role);
            }
        }
        let taxonomy = self.view.snapshot.taxonomy();
        let skills = person.skills.iter().filter_map(|(skill, _)| {
            let skill = self.view.snapshot.skill(taxonomy.current(*skill))?;
            skill.record.label.best(Language::De)
        });
        card.list("CATEGORIES", &skills.collect::<Vec<_>>());
    }
}

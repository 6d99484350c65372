//! What somebody types: compounds, beginnings, errors, phrases, exclusions, other words for the same.

use proptest::strategy::{Strategy, ValueTree};
use werkstadt_domain::audience::Audience;
use werkstadt_domain::organisation::FieldGroups;
use werkstadt_domain::page::Limit;
use werkstadt_domain::search::OrganisationFilter;
use werkstadt_domain::text::Text;

use super::world::{World, organisation_id, profile, today};
use crate::directory::{Delta, Directory, Marks, OrganisationQuery};

/// A directory of public organisations with these names and nothing else.
fn named(names: &[&str]) -> Directory {
    let runner = &mut proptest::test_runner::TestRunner::deterministic();
    let profiles = proptest::collection::vec(profile(0, 1), names.len());
    let mut profiles = profiles.new_tree(runner).unwrap().current();
    for ((number, profile), name) in (1..).zip(&mut profiles).zip(names) {
        let organisation = &mut profile.organisation.record;
        organisation.id = organisation_id(number);
        organisation.visibility = FieldGroups::default();
        organisation.name = (*name).to_owned();
        organisation.short_name = None;
        organisation.summary = Text::default();
        organisation.locations.clear();
        profile.claims = [].into();
        profile.references = [].into();
        profile.units = [].into();
    }
    World {
        profiles,
        opportunities: vec![],
    }
    .directory()
}

fn find(directory: &Directory, q: &str) -> Vec<String> {
    let query = OrganisationQuery {
        filter: OrganisationFilter {
            q: Some(q.to_owned()),
            ..OrganisationFilter::default()
        },
        limit: Limit::clamped(50),
        ..OrganisationQuery::default()
    };
    let page = directory.snapshot().organisations(Audience::Anonymous, &query, today());
    let names = page
        .items
        .iter()
        .map(|hit| hit.profile.get().organisation.record.name.clone());
    names.collect()
}

#[test]
fn compounds_and_their_parts_find_each_other() {
    let directory = named(&["Lasertechnik Jena", "Technik für Laser", "Laser und Optik"]);
    assert_eq!(
        find(&directory, "Lasertechnik"),
        ["Lasertechnik Jena", "Technik für Laser"]
    );
    assert_eq!(find(&directory, "technik laser ").len(), 2);
    assert_eq!(find(&directory, "laser ").len(), 2);
    assert_eq!(find(&directory, "Lasertechniken Jena"), ["Lasertechnik Jena"]);
}

#[test]
fn the_last_word_may_go_on() {
    let directory = named(&["Lasertechnik Jena", "Technik für Laser", "Laser und Optik"]);
    let found = find(&directory, "laser");
    assert_eq!(found.len(), 3);
    assert_eq!(
        found.last().map(String::as_str),
        Some("Lasertechnik Jena"),
        "the word itself comes first"
    );
    assert_eq!(find(&directory, "jena laserte"), ["Lasertechnik Jena"]);
    // While somebody types, what the other words find stays.
    for typed in ["jena l", "jena la", "jena las", "jena x"] {
        assert_eq!(find(&directory, typed), ["Lasertechnik Jena"], "{typed}");
    }
    assert!(find(&directory, "jena xy").is_empty() && find(&directory, "jena x ").is_empty());
    assert!(
        find(&directory, "laserte jena").is_empty(),
        "only the last word goes on"
    );
    assert!(find(&directory, "laserte ").is_empty());
    assert_eq!(find(&directory, "te"), ["Technik für Laser"]);
    assert!(find(&directory, "t").is_empty(), "one letter begins too much");
}

#[test]
fn errors_in_words_are_forgiven() {
    let directory = named(&["Lasertechnik Jena", "Medizin Erfurt", "Müller Optik"]);
    for (q, name) in [
        ("Lasertehcnik", "Lasertechnik Jena"),
        ("Lastertechnick", "Lasertechnik Jena"),
        ("Laser technik jean", "Lasertechnik Jena"),
        ("asertechnik", "Lasertechnik Jena"),
        ("Medicin", "Medizin Erfurt"),
        ("erfutr medizin", "Medizin Erfurt"),
        ("Mülller", "Müller Optik"),
        ("Muler optik", "Müller Optik"),
        ("mueler", "Müller Optik"),
    ] {
        assert_eq!(find(&directory, q), [name], "{q}");
    }
    for q in ["Lstrchnk", "Jxxa", "Mxxxller", "erf7rt"] {
        assert!(find(&directory, q).is_empty(), "{q}");
    }
}

#[test]
fn each_word_is_known_but_not_together() {
    // `Optik` occurs, so that it is no error at first; only beside `Jena` it must be one.
    let directory = named(&["Optic Jena", "Optik Weimar"]);
    assert_eq!(find(&directory, "Optik"), ["Optik Weimar"]);
    assert_eq!(find(&directory, "Optik Jena"), ["Optic Jena"]);
}

#[test]
fn phrases_and_exclusions() {
    let directory = named(&["Grüne Stadt Jena", "Stadt der Grünen", "Stadt Gera"]);
    assert_eq!(find(&directory, "\"gruene stadt\""), ["Grüne Stadt Jena"]);
    assert_eq!(find(&directory, "„Stadt Gera“ "), ["Stadt Gera"]);
    assert!(find(&directory, "\"grüne jena\"").is_empty());
    assert_eq!(find(&directory, "Stadt -Grüne"), ["Stadt Gera"], "in any form");
    assert_eq!(
        find(&directory, "Stadt -\"grüne stadt\" "),
        ["Stadt der Grünen", "Stadt Gera"]
    );
    assert_eq!(find(&directory, "-Jena -Gera"), ["Stadt der Grünen"]);
}

#[test]
fn other_words_for_a_concept_find_the_same() {
    let directory = named(&[
        "Institute of Machine Learning",
        "Labor für maschinelles Lernen",
        "Learning Machine",
    ]);
    let mut skill = super::world::skills().remove(0);
    skill.record.label = Text {
        de: Some("Maschinelles Lernen".to_owned()),
        en: Some("machine learning".to_owned()),
    };
    directory.apply(Delta {
        skills: vec![skill],
        ..Delta::default()
    });
    assert_eq!(find(&directory, "maschinelles Lernen ").len(), 3);
    assert_eq!(find(&directory, "Machine Learning ").len(), 3);
    assert_eq!(find(&directory, "machine ").len(), 2, "a part of a name is no concept");
}

#[test]
fn the_words_are_shown_where_they_stand() {
    let directory = named(&["🔬 Müller Lasertechnik", "Optik"]);
    let query = OrganisationQuery {
        filter: OrganisationFilter {
            q: Some("mueller laser".to_owned()),
            ..OrganisationFilter::default()
        },
        marks: Marks::Yes,
        ..OrganisationQuery::default()
    };
    let page = directory.snapshot().organisations(Audience::Anonymous, &query, today());
    let highlights: Vec<_> = page.items.iter().flat_map(|hit| &hit.highlights).collect();
    let [highlight] = highlights.as_slice() else {
        panic!("{highlights:?}")
    };
    // The microscope takes two units.
    assert_eq!(
        (highlight.pointer, &highlight.ranges[..]),
        ("/name", &[3..9, 10..22][..])
    );
}

#[test]
fn where_nothing_is_found_something_is_suggested() {
    let directory = named(&["Müller Lasertechnik Jena", "Größenmessung Jena", "Größenmessung Gera"]);
    let suggest = |q: &str| {
        let query = OrganisationQuery {
            filter: OrganisationFilter {
                q: Some(q.to_owned()),
                ..OrganisationFilter::default()
            },
            ..OrganisationQuery::default()
        };
        directory.snapshot().suggestions(Audience::Anonymous, &query, today())
    };
    assert_eq!(suggest("Größenvergleich"), ["Größenmessung"], "as it is spelt there");
    assert_eq!(suggest("Größenmessung Weimar"), ["Größenmessung"]);
    assert_eq!(suggest("Lasertechnik Gera"), ["Gera", "Lasertechnik"]);
    assert!(suggest("Weimar").is_empty());
}

//! What the lists hold is complete, and agrees with the code.

use std::collections::HashSet;

use super::*;
use crate::audience::Visibility;
use crate::invalid::Rule;
use crate::membership::MembershipStatus;
use crate::named::Named;
use crate::opportunity::{Cooperation, Direction, Status};
use crate::organisation::{Helix, Kind, SizeClass};
use crate::place::country;
use crate::reference::ReferenceKind;
use crate::skill::{SkillKind, SkillStatus};
use crate::text::language_code;

fn codes(name: &str) -> Vec<&'static str> {
    scheme(name).unwrap().terms().iter().map(|term| term.code).collect()
}

fn named<T: Named>() -> Vec<&'static str> {
    T::ALL.iter().map(|one| one.code()).collect()
}

#[test]
fn every_list_is_well_formed() {
    assert_eq!(schemes().len(), 20);
    assert!(schemes().is_sorted_by_key(|scheme| scheme.name));
    for list in schemes() {
        let known: HashSet<&str> = list.terms().iter().map(|term| term.code).collect();
        assert_eq!(known.len(), list.terms().len(), "{}: each code once", list.name);
        assert!(known.len() > 1, "{}", list.name);
        for term in list.terms() {
            assert!(
                !term.code.is_empty() && !term.de.is_empty() && !term.en.is_empty(),
                "{term:?}"
            );
            assert!(term.parent.is_none_or(|parent| known.contains(parent)), "{term:?}");
            assert!(term.de.trim() == term.de && term.en.trim() == term.en, "{term:?}");
        }
    }
}

#[test]
fn countries_and_languages_are_complete() {
    assert_eq!(codes("countries").len(), 250);
    assert!(codes("countries").iter().all(|code| country(code).is_ok()));
    assert_eq!(codes("languages").len(), 183);
    assert!(codes("languages").iter().all(|code| language_code(code).is_ok()));
}

#[test]
fn classifications_are_complete_at_their_levels() {
    for (name, sections, divisions) in [("wz2008", 21, 88), ("wz2025", 22, 87)] {
        let codes = codes(name);
        assert_eq!(codes.iter().filter(|code| code.len() == 1).count(), sections, "{name}");
        assert_eq!(codes.iter().filter(|code| code.len() == 2).count(), divisions, "{name}");
        let list = scheme(name).unwrap();
        assert!(
            list.terms()
                .iter()
                .all(|term| term.parent.is_some() == (term.code.len() == 2))
        );
        // Every code of the one edition has a counterpart in the other.
        assert!(
            codes.iter().all(|code| !industry::crossings(name, code).is_empty()),
            "{name}"
        );
    }
    let areas = codes("ags");
    assert_eq!(areas.iter().filter(|code| code.len() == 2).count(), 16);
    // Five cities, 17 districts, and what lies in the districts.
    let (whole, parts): (Vec<&str>, Vec<&str>) =
        areas.iter().partition(|code| code.len() == 2 || code.ends_with("000"));
    assert_eq!(whole.iter().filter(|code| code.starts_with("16")).count(), 1 + 5 + 17);
    assert_eq!(whole.len(), 16 + 106 + 17);
    assert_eq!(parts.len(), 626);
    let list = scheme("ags").unwrap();
    for code in parts {
        assert_eq!(
            list.find(code).unwrap().parent,
            Some(format!("{}000", &code[..5]).as_str())
        );
        assert_eq!(area::ags(code).as_deref(), Ok(code));
    }
}

#[test]
fn closed_lists_agree_with_the_code() {
    for (name, expected) in [
        ("helix", named::<Helix>()),
        ("kinds", named::<Kind>()),
        ("size-classes", named::<SizeClass>()),
        ("cooperation", named::<Cooperation>()),
        ("directions", named::<Direction>()),
        ("skill-kinds", named::<SkillKind>()),
        ("skill-statuses", named::<SkillStatus>()),
        ("opportunity-statuses", named::<Status>()),
        ("membership-statuses", named::<MembershipStatus>()),
        ("reference-kinds", named::<ReferenceKind>()),
        ("visibilities", named::<Visibility>()),
        ("consent-purposes", named::<crate::consent::Purpose>()),
        ("skill-levels", vec!["1", "2", "3", "4", "5"]),
    ] {
        let (mut own, mut expected) = (codes(name), expected);
        own.sort_unstable();
        expected.sort_unstable();
        assert_eq!(own, expected, "{name}");
    }
}

#[test]
fn codes_and_words_are_typed_ahead() {
    let typed = |name: &str, text: &str| -> Vec<&str> {
        scheme(name).unwrap().typed(text).iter().map(|term| term.code).collect()
    };
    assert_eq!(typed("wz2008", "j")[0], "J");
    assert_eq!(typed("wz2008", "Forschung"), ["72"]);
    assert_eq!(typed("wz2008", "software"), [""; 0]);
    assert_eq!(typed("wz2025", "softwareentw"), ["K"]);
    for spelling in ["München", "muenchen", "Munchen", "munich"] {
        assert_eq!(typed("ags", spelling)[0], "09162000", "{spelling}");
    }
    assert_eq!(typed("ags", "16053"), ["16053000"]);
    assert_eq!(typed("ags", "poessneck"), ["16075085"]);
    assert_eq!(typed("ags", "Eisenach"), ["16063105"]);
    assert_eq!(typed("legal-forms", "e. V."), ["ev", "nev"]);
    assert_eq!(typed("legal-forms", "genossensch europ"), ["sce"]);
    assert!(typed("kinds", " , ").is_empty());
}

#[test]
fn industries_are_known_down_to_divisions() {
    for good in [
        ("wz2008", "62.01"),
        ("wz2025", "J"),
        ("nace2", "45.11"),
        ("wz2025", "62"),
        ("wz2008", "6201"),
    ] {
        assert_eq!(industry::check(good.0, good.1), Ok(()), "{good:?}");
    }
    let unknown = |near: &str| Err(Rule::UnknownCode(near.to_owned()));
    assert_eq!(industry::check("wz2025", "45.11"), unknown("46"));
    assert_eq!(industry::check("wz2008", "V"), unknown("U"));
    assert_eq!(industry::check("wz2008", "34"), unknown("33"));
    for bad in ["", "6", ".62", "62x", "AB", "123456789"] {
        assert!(
            matches!(industry::check("wz2008", bad), Err(Rule::Malformed(_))),
            "{bad}"
        );
    }
    assert!(matches!(industry::check("isic4", "62"), Err(Rule::Malformed(_))));
}

#[test]
fn a_section_holds_its_divisions_and_editions_correspond() {
    assert!(industry::lies_in("wz2008", "62.01", "J") && industry::lies_in("wz2025", "62.10", "K"));
    assert!(!industry::lies_in("wz2025", "62.10", "J") && industry::lies_in("wz2025", "62.10", "62"));
    assert!(industry::lies_in("wz2008", "62.01", "wz2008:62") && !industry::lies_in("wz2008", "62.01", "wz2025:62"));
    assert!(industry::lies_in("nace2", "J", "J") && !industry::lies_in("nace2", "J", "62"));
    let motor = industry::crossings("wz2008", "45");
    assert_eq!(motor.iter().map(|one| one.code).collect::<Vec<_>>(), ["46", "47", "95"]);
    assert!(
        motor
            .iter()
            .all(|one| one.extent == Extent::Part && one.scheme == "wz2025")
    );
    assert_eq!(industry::crossings("wz2025", "99")[0].extent, Extent::Whole);
}

#[test]
fn keys_of_areas_are_known_where_the_list_is_complete() {
    for good in ["16053000", "09162000", "16071003", "03241001", "16063105", "11000000"] {
        assert_eq!(area::ags(good).as_deref(), Ok(good));
    }
    let unknown = |near: &str| Err(Rule::UnknownCode(near.to_owned()));
    assert_eq!(area::ags("16057000"), unknown("16055000"));
    assert_eq!(area::ags("16078001"), unknown("16077000"));
    assert_eq!(area::ags("16056000"), unknown("16063105"));
    for bad in ["17000000", "1605300", "16053ooo", ""] {
        assert!(matches!(area::ags(bad), Err(Rule::Malformed(_))), "{bad}");
    }
}

#[test]
fn a_sector_that_can_find_nothing_is_refused() {
    for good in ["J", "62", "6", "62.01", "wz2025:K", "nace2:26.7", "wz2008:6"] {
        assert_eq!(industry::check_sector(good), Ok(()), "{good}");
    }
    for bad in ["foo", "", "wz2003:J", "Z", "04", "wz2025:", "62.0x", "j"] {
        assert!(industry::check_sector(bad).is_err(), "{bad}");
    }
}

//! Search: filters, facets, order, pages, visibility.

use std::collections::BTreeMap;

use proptest::prelude::*;
use werkstadt_domain::audience::Audience;
use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::{Helix, Kind, OrganisationId, SizeClass};
use werkstadt_domain::page::Limit;
use werkstadt_domain::place::{Circle, Point};
use werkstadt_domain::search::{Facet, OrganisationFilter, OrganisationSort, SkillFilter, SkillMode};
use werkstadt_domain::skill::Level;
use werkstadt_domain::text::key;

use super::oracle;
use super::world::{CITIES, SKILLS, WORDS, World, skill_id, today, world};
use crate::directory::{Count, Delta, Directory, OrganisationPage, OrganisationQuery};

pub(super) fn filter() -> impl Strategy<Value = OrganisationFilter> {
    let words = proptest::collection::vec(proptest::sample::select(&WORDS[..]), 1..3);
    let q = proptest::option::weighted(0.4, words.prop_map(|words| words.join(" ")));
    let some = |p| proptest::bool::weighted(p);
    let kinds = (some(0.2), proptest::sample::subsequence(Kind::ALL, 4));
    let helix = (some(0.2), proptest::sample::subsequence(Helix::ALL, 2));
    let sizes = (some(0.2), proptest::sample::subsequence(SizeClass::ALL, 2));
    let skills = (
        some(0.3),
        proptest::collection::vec(1..=SKILLS, 1..3),
        any::<bool>(),
        proptest::option::of(1_u8..=5),
    );
    let rest = (
        some(0.2),
        proptest::sample::select(&CITIES[..]),
        proptest::option::weighted(0.2, any::<bool>()),
        some(0.2),
        proptest::sample::subsequence(vec!["J", "62", "wz2025:K", "wz2008:62.01", "26"], 1..3),
    );
    let circle = proptest::option::weighted(0.3, (50.0..52.0_f64, 10.0..13.0_f64, 1.0..150.0_f64));
    (q, kinds, helix, sizes, skills, rest, circle).prop_map(|(q, kinds, helix, sizes, skills, rest, circle)| {
        OrganisationFilter {
            q,
            kinds: if kinds.0 { kinds.1 } else { vec![] },
            helix: if helix.0 { helix.1 } else { vec![] },
            sizes: if sizes.0 { sizes.1 } else { vec![] },
            skills: if skills.0 {
                skills.1.into_iter().map(skill_id).collect()
            } else {
                vec![]
            },
            skill_mode: if skills.2 { SkillMode::All } else { SkillMode::Any },
            min_level: skills.3.map(|level| Level::new(level).unwrap()),
            cities: if rest.0 { vec![rest.1.to_owned()] } else { vec![] },
            member: rest.2,
            sectors: if rest.3 {
                rest.4.into_iter().map(str::to_owned).collect()
            } else {
                vec![]
            },
            within: circle.map(|(lat, lon, radius_km)| Circle {
                centre: Point { lat, lon },
                radius_km,
            }),
            ..OrganisationFilter::default()
        }
    })
}

/// Words as somebody types them: not finished, with an error, in quotes, excluded.
pub(super) fn typed() -> impl Strategy<Value = String> {
    let word = (proptest::sample::select(&WORDS[..]), 0_usize..9, 0_usize..8).prop_map(|(word, way, at)| {
        let letters: Vec<char> = word.chars().collect();
        let at = at % letters.len();
        let without = || {
            letters
                .iter()
                .enumerate()
                .filter(|(place, _)| *place != at)
                .map(|(_, letter)| letter)
        };
        match way {
            0..3 => word.to_owned(),
            3..5 => without().collect(),
            5 => letters.iter().take(at.max(3)).collect(),
            6 => format!("\"{word} Technik\""),
            7 => format!("-{word}"),
            _ => format!("{word}x"),
        }
    });
    let end = proptest::sample::select(&["", " "][..]);
    (proptest::collection::vec(word, 1..4), end).prop_map(|(words, end)| words.join(" ") + end)
}

pub(super) fn sort() -> impl Strategy<Value = OrganisationSort> {
    prop_oneof![
        Just(OrganisationSort::Relevance),
        Just(OrganisationSort::Name),
        Just(OrganisationSort::UpdatedAt),
        Just(OrganisationSort::Distance(Point { lat: 51.0, lon: 11.5 })),
    ]
}

fn audience() -> impl Strategy<Value = Audience> {
    proptest::sample::select(&Audience::ALL[..])
}

pub(super) fn everything(filter: &OrganisationFilter, sort: OrganisationSort) -> OrganisationQuery {
    OrganisationQuery {
        filter: filter.clone(),
        sort,
        after: None,
        limit: Limit::clamped(200),
        facets: Facet::ALL.to_vec(),
        count: Count::Exact,
        marks: crate::directory::Marks::Yes,
    }
}

pub(super) fn ids(page: &OrganisationPage) -> Vec<OrganisationId> {
    page.items.iter().map(|hit| hit.profile.get().id()).collect()
}

/// The hits of the oracle in order.
fn expected(
    world: &World,
    audience: Audience,
    filter: &OrganisationFilter,
    sort: OrganisationSort,
) -> Vec<OrganisationId> {
    let seen = oracle::seen(world, audience);
    let bags: Vec<_> = seen.iter().map(oracle::bag).collect();
    let (scores, _, every) = oracle::bm25(&[(None, filter.q.as_deref().unwrap_or_default())], &bags);
    let mut hits: Vec<(f64, String, OrganisationId)> = Vec::new();
    for ((profile, score), every) in seen.iter().zip(scores).zip(every) {
        let passes = oracle::passes(profile, filter).iter().all(|(_, passes)| *passes);
        if !passes || (filter.q.is_some() && !every) {
            continue;
        }
        let locations = profile
            .organisation
            .record
            .locations
            .iter()
            .filter_map(|location| location.point);
        let rank = match sort {
            OrganisationSort::Relevance if filter.q.is_some() => -(score * 1e9).round(),
            OrganisationSort::Relevance | OrganisationSort::Name => 0.0,
            OrganisationSort::UpdatedAt => {
                -(profile.organisation.changed_at.seen_by(audience).utc().timestamp() as f64)
            }
            OrganisationSort::Distance(from) => locations.map(|point| from.distance_km(point)).fold(1e6, f64::min),
        };
        hits.push((rank, key(&profile.organisation.record.name), profile.id()));
    }
    hits.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| (&a.1, a.2).cmp(&(&b.1, b.2))));
    hits.into_iter().map(|(.., id)| id).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn lists_equal_a_scan(world in world(24), filter in filter(), sort in sort(), audience in audience()) {
        let snapshot = world.directory().snapshot();
        let page = snapshot.organisations(audience, &everything(&filter, sort), today());
        prop_assert_eq!(ids(&page), expected(&world, audience, &filter, sort));
        prop_assert_eq!(page.total, Some(page.items.len() as u64));
        for hit in &page.items {
            let sum: f64 = hit.words.iter().map(|word| word.contribution).sum();
            prop_assert!(hit.score.is_none_or(|score| (score - sum).abs() < 1e-9));
        }
    }

    #[test]
    fn facets_count_under_the_other_filters(world in world(24), filter in filter(), audience in audience()) {
        let filter = OrganisationFilter { q: None, ..filter };
        let snapshot = world.directory().snapshot();
        let page = snapshot.organisations(audience, &everything(&filter, OrganisationSort::Name), today());
        for (facet, counts) in page.facets {
            let mut wanted: BTreeMap<String, u64> = BTreeMap::new();
            for profile in oracle::seen(&world, audience) {
                let others = oracle::passes(&profile, &filter).into_iter().filter(|(own, _)| *own != Some(facet));
                if others.into_iter().all(|(_, passes)| passes) {
                    for value in oracle::values(&profile, facet) {
                        *wanted.entry(value).or_default() += 1;
                    }
                }
            }
            let name = |value: String| if facet == Facet::City { key(&value) } else { value };
            prop_assert!(counts.is_sorted_by(|a, b| a.count >= b.count));
            let counts: BTreeMap<String, u64> = counts.into_iter().map(|count| (name(count.value), count.count)).collect();
            prop_assert_eq!(counts, wanted);
        }
    }

    #[test]
    fn pages_join_to_the_whole(
        world in world(24), filter in filter(), sort in sort(), audience in audience(), limit in 1_usize..5,
    ) {
        let snapshot = world.directory().snapshot();
        let mut query = everything(&filter, sort);
        let whole = ids(&snapshot.organisations(audience, &query, today()));
        query.limit = Limit::clamped(limit);
        let mut joined = Vec::new();
        loop {
            let page = snapshot.organisations(audience, &query, today());
            joined.extend(ids(&page));
            query.after = page.after;
            if query.after.is_none() {
                break;
            }
            prop_assert!(joined.len() <= whole.len());
        }
        prop_assert_eq!(joined, whole);
    }

    #[test]
    fn changes_one_by_one_equal_building_anew(
        first in world(12), second in world(12), gone in proptest::collection::vec(0_usize..12, 0..6),
        filter in filter(), sort in sort(), q in proptest::option::weighted(0.7, typed()),
    ) {
        let filter = OrganisationFilter { q: q.or(filter.q.clone()), ..filter };
        // The second world replaces the organisations of the same ids; then some are removed.
        let directory = first.directory();
        for profile in &second.profiles {
            directory.apply(Delta { profiles: vec![profile.clone()], ..Delta::default() });
        }
        let mut last: BTreeMap<OrganisationId, _> = first.profiles.iter().map(|p| (p.id(), p.clone())).collect();
        last.extend(second.profiles.iter().map(|p| (p.id(), p.clone())));
        for place in gone {
            let id = super::world::organisation_id(place as u128);
            last.remove(&id);
            directory.apply(Delta { removed_organisations: vec![id], ..Delta::default() });
        }
        let mut profiles: Vec<_> = last.into_values().collect();
        profiles.reverse();
        let world = World { profiles, opportunities: first.opportunities.clone() };
        let (anew, loaded) = (world.directory(), world.loaded());
        for audience in Audience::ALL {
            let ask = |directory: &Directory| directory.snapshot().organisations(audience, &everything(&filter, sort), today());
            prop_assert_eq!(format!("{:?}", ask(&directory)), format!("{:?}", ask(&anew)));
            prop_assert_eq!(format!("{:?}", ask(&loaded)), format!("{:?}", ask(&anew)));
            for typed in ["L", "Op", "Laser Mu", "Mue", "x"] {
                let suggest = |directory: &Directory| {
                    let found = directory.snapshot().suggest(audience, typed, 3);
                    found.iter().map(super::hidden::name).collect::<Vec<_>>()
                };
                prop_assert_eq!(suggest(&directory), suggest(&anew));
            }
        }
    }
}

#[test]
fn skills_are_found_by_label_in_either_language() {
    let directory = Directory::new();
    directory.rebuild(Delta {
        skills: super::world::skills(),
        ..Delta::default()
    });
    let snapshot = directory.snapshot();
    let find = |q: &str| {
        let filter = SkillFilter {
            q: Some(q.to_owned()),
            ..SkillFilter::default()
        };
        let page = snapshot.skills(&filter, None, Limit::default());
        page.items
            .iter()
            .map(|skill| skill.record.uri.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(find("MULLER 2")[0], "urn:skill:2");
    assert_eq!(find("mess"), find("Mess"));
    assert!(find("optik").contains(&"urn:skill:1".to_owned()));
    assert!(find("ptik").contains(&"urn:skill:1".to_owned()), "inside a word");
    assert_eq!(snapshot.skill_by_label("müller 2"), Some(skill_id(2)));
    assert_eq!(snapshot.skill_by_uri("urn:skill:3"), Some(skill_id(3)));
    let below = SkillFilter {
        broader: Some(skill_id(2)),
        ..SkillFilter::default()
    };
    assert_eq!(snapshot.skills(&below, None, Limit::default()).items.len(), 2);
}

//! Tables of a few rows, good and bad.

use std::cell::Cell;

use super::*;

const HEADER: &str = "uri,kind,skillType,reuseLevel,code,collections,label_de,label_en,alt_de,alt_en\n";

fn planned(concepts: &str, broader: &str, known: &[(&str, u128)]) -> Plan {
    let next = Cell::new(100_u128);
    let new_id = || {
        next.set(next.get() + 1);
        Uuid::from_u128(next.get())
    };
    let by_uri = |uri: &str| {
        let found = known.iter().find(|(other, _)| *other == uri);
        found.map(|(_, id)| SkillId::new(Uuid::from_u128(*id)))
    };
    let known = Known {
        by_uri: &by_uri,
        new_id: &new_id,
    };
    plan(
        format!("{HEADER}{concepts}").as_bytes(),
        format!("child,broader\n{broader}").as_bytes(),
        &known,
    )
}

#[test]
fn concepts_have_their_sort_labels_and_several_parents() {
    let plan = planned(
        "u:1,skillGroup,,,S1,,Gruppe,group,,\nu:2,skillGroup,,,061,,IKT,ICT,,\n\
         u:3,skill,knowledge,,,digital,Haskell,Haskell,,Haskell techniques|haskell|Haskell Techniques\n\
         u:4,skill,skill/competence,,,language|green,,write Bosnian,,\nu:5,skill,skill/competence,,,transversal,Lernen,learn,,\n\
         u:6,occupation,,,2654,,Leiter,director,,\n",
        "u:3,u:1\nu:3,u:2\nu:3,u:2\nu:3,u:6\nu:9,u:1\n",
        &[],
    );
    assert_eq!(plan.faults, []);
    let kinds: Vec<_> = plan.new.iter().map(|skill| skill.kind).collect();
    use SkillKind::{Knowledge, Language, Skill, Transversal};
    assert_eq!(kinds, [Skill, Knowledge, Knowledge, Language, Transversal]);
    let haskell = &plan.new[2];
    assert_eq!(haskell.alt_en, ["Haskell techniques"]);
    assert_eq!(haskell.broader, [plan.new[0].id, plan.new[1].id]);
    assert_eq!((plan.left_out, plan.unchanged), (3, 0));
}

#[test]
fn what_is_known_stays_and_goes_below_new_groups_only() {
    let plan = planned(
        "u:1,skillGroup,,,S1,,Gruppe,group,,\nu:2,skill,,,,,Neu,new,,\nu:3,skill,,,,,Alt,old,,\nu:4,skillGroup,,,S2,,Oben,above,,\n",
        "u:2,u:1\nu:3,u:1\nu:3,u:4\n",
        &[("u:3", 3), ("u:4", 4)],
    );
    let group = plan.new[0].id;
    assert_eq!((plan.new.len(), plan.unchanged), (2, 2));
    assert_eq!(
        plan.links,
        HashMap::from([(SkillId::new(Uuid::from_u128(3)), vec![group])])
    );
}

#[test]
fn every_faulty_row_is_named() {
    let long = "x".repeat(201);
    let plan = planned(
        &format!(
            "u:1,skill,,,,,,,,\nu:2,thing,,,,,A,,,\nu:3,skill,,,,,{long},b,{long},\nu:4,skill,,,,,A,,,\nu:4,skill,,,,,B,,,\nu:5\n,skill,,,,,C,,,\nu:6,skill,,,,,D,,,\n"
        ),
        "u:4,u:6\nu:6,u:4\nu:6\n",
        &[],
    );
    let faults: Vec<_> = plan
        .faults
        .iter()
        .map(|fault| (fault.file, fault.row, fault.column))
        .collect();
    let expected = [
        (CONCEPTS, 2, "label_de"),
        (CONCEPTS, 3, "kind"),
        (CONCEPTS, 4, "label_de"),
        (CONCEPTS, 4, "alt_de"),
        (CONCEPTS, 6, "uri"),
        (CONCEPTS, 7, ""),
        (CONCEPTS, 8, "uri"),
        (BROADER, 3, "broader"),
        (BROADER, 4, ""),
    ];
    assert_eq!(faults, expected);
    assert_eq!(plan.new.len(), 2);
    assert!(plan.faults[1].to_string().starts_with("concepts.csv row 3 kind: "));
}

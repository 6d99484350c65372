//! `werkstadt import esco DIR`.

use std::path::Path;

use werkstadt_domain::skill::Skill;
use werkstadt_persistence::audit::Author;
use werkstadt_persistence::{Error, skills};

use super::{CommandError, bytes_of, open, start_log};
use crate::boot::Booted;
use crate::config::Config;
use crate::skills::esco::{ATTRIBUTION, BROADER, CONCEPTS, Known, Plan, plan};

/// Imports the ESCO classification from a folder into the database that no server has open. Concepts that are there already
/// stay as they are, so it can be repeated.
pub(super) fn run(config: &Config, folder: &Path) -> Result<(), CommandError> {
    start_log(config);
    let table = |name: &str| {
        let file = folder.join(name);
        bytes_of(&file).map_err(|error| CommandError::Other(format!("{}: {error}", file.display())))
    };
    let (concepts, broader) = (table(CONCEPTS)?, table(BROADER)?);
    let booted = open(config)?;
    let snapshot = booted.state.directory().snapshot();
    let known = Known {
        by_uri: &|uri| snapshot.skill_by_uri(uri),
        new_id: &|| booted.state.world.id(),
    };
    let plan = plan(&concepts, &broader, &known);
    for fault in &plan.faults {
        eprintln!("{fault}");
    }
    let (faulty, left_out, unchanged) = (plan.faults.len(), plan.left_out, plan.unchanged);
    let (new, moved) = (plan.new.len(), plan.links.len());
    write(&booted, plan).map_err(|error| CommandError::Other(format!("nothing was written: {error}")))?;
    println!(
        "{new} concepts written, {moved} put below new ones, {unchanged} there already; \
         {left_out} rows of occupations or of concepts not in the tables left out; {faulty} faults."
    );
    println!("{ATTRIBUTION}");
    booted.follower.stop();
    Ok(())
}

/// Everything in one transaction: half a classification would be worse than none.
fn write(booted: &Booted, plan: Plan) -> Result<(), Error> {
    booted
        .state
        .store
        .write(Author::task("import"), booted.state.now(), move |unit| {
            skills::insert_all(unit, plan.new)?;
            let mut children: Vec<_> = plan.links.into_iter().collect();
            children.sort_unstable();
            for (child, above) in children {
                let before = skills::find(unit.db(), child)?;
                let mut broader = before.record.broader.clone();
                broader.extend(above);
                let after = Skill {
                    broader,
                    ..before.record.clone()
                };
                skills::update(unit, &before, after)?;
            }
            Ok(())
        })
}

//! How far the places are visible where persons work.

use std::collections::HashMap;

use diesel::prelude::*;
use werkstadt_domain::audience::Visibility;
use werkstadt_domain::organisation::FieldGroups;
use werkstadt_domain::person::{Affiliation, Person};

use crate::db::Db;
use crate::error::{Error, Result};
use crate::guard::IDS_PER_QUERY;
use crate::schema::{organisations, units};
use crate::shapes::{GroupsShape, named};
use crate::sqltypes::{Json, SqlId};

/// Notes at each affiliation how far the directory shows its organisation and unit now. What is not there any more is for
/// managers.
pub(crate) fn look_up<'a>(db: &mut Db, persons: impl IntoIterator<Item = &'a mut Person>) -> Result<()> {
    let mut affiliations: Vec<&mut Affiliation> = persons
        .into_iter()
        .flat_map(|person| &mut person.affiliations)
        .collect();
    let organisations = of_organisations(db, keys(&affiliations, |one| Some(one.organisation.into())))?;
    let units = of_units(db, keys(&affiliations, |one| one.unit.map(SqlId::from)))?;
    let of = |known: &HashMap<SqlId, Visibility>, key: SqlId| known.get(&key).copied().unwrap_or(Visibility::Managers);
    for affiliation in &mut affiliations {
        let organisation = of(&organisations, affiliation.organisation.into());
        let unit = affiliation.unit.map(|unit| of(&units, unit.into()));
        affiliation.place = unit.map_or(organisation, |unit| unit.max(organisation));
    }
    Ok(())
}

fn keys(affiliations: &[&mut Affiliation], key: impl Fn(&Affiliation) -> Option<SqlId>) -> Vec<SqlId> {
    let mut keys: Vec<SqlId> = affiliations.iter().filter_map(|one| key(one)).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn of_organisations(db: &mut Db, keys: Vec<SqlId>) -> Result<HashMap<SqlId, Visibility>> {
    let mut known = HashMap::with_capacity(keys.len());
    for chunk in keys.chunks(IDS_PER_QUERY) {
        let rows: Vec<(SqlId, Json<GroupsShape>)> = organisations::table
            .filter(organisations::id.eq_any(chunk))
            .select((organisations::id, organisations::visibility))
            .load(db)?;
        for (id, Json(groups)) in rows {
            let groups = FieldGroups::try_from(groups);
            let groups = groups.map_err(|fault| Error::inconsistent("organisations", id.0, fault))?;
            known.insert(id, groups.core);
        }
    }
    Ok(known)
}

fn of_units(db: &mut Db, keys: Vec<SqlId>) -> Result<HashMap<SqlId, Visibility>> {
    let mut known = HashMap::with_capacity(keys.len());
    for chunk in keys.chunks(IDS_PER_QUERY) {
        let rows: Vec<(SqlId, String)> = units::table
            .filter(units::id.eq_any(chunk))
            .select((units::id, units::visibility))
            .load(db)?;
        for (id, level) in rows {
            let level = named(&level).map_err(|fault| Error::inconsistent("units", id.0, fault))?;
            known.insert(id, level);
        }
    }
    Ok(known)
}

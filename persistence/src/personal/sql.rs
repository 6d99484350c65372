//! Whose a row is, as conditions in SQL.

use super::{Link, Subject, TABLES, Table};
use crate::changes::Noun;
use crate::db::Db;
use crate::dialect::plain;
use werkstadt_domain::named::Named;

/// The condition under which a row of the table is the subject's, or says something of them; none if no row can be.
pub(super) fn condition(db: &Db, table: &Table, subject: &Subject) -> Option<String> {
    any(table.links.iter().filter_map(|link| one(db, table, link, subject)))
}

/// The condition under which a row of the table is the subject's as a whole.
pub(super) fn own(db: &Db, table: &Table, subject: &Subject) -> Option<String> {
    let links = table.links.iter();
    let links = links.filter(|link| !matches!(link, Link::Within(_) | Link::Quoted(_)));
    any(links.filter_map(|link| one(db, table, link, subject)))
}

/// The condition that one link makes.
pub(super) fn one(db: &Db, table: &Table, link: &Link, subject: &Subject) -> Option<String> {
    let user = subject.user.map(|id| plain::id(db, id.uuid()));
    let person = subject.person.map(|id| plain::id(db, id.uuid()));
    match link {
        Link::User(column) => user.map(|id| format!("{column} = {id}")),
        Link::Person(column) => person.map(|id| format!("{column} = {id}")),
        Link::Address(_) | Link::Writer(..) => {
            let value = address(db, link)?;
            let same = |address: &String| format!("lower({value}) = {}", plain::text(address));
            let present = subject.addresses.iter().map(same);
            any(present.chain(formerly(db, table, link, subject)))
        }
        Link::Actor(kind, column) => user.map(|id| format!("({kind} = 'user' AND {column} = {id})")),
        Link::Named(noun, column) => {
            let user = user.map(|id| format!("({noun} = '{}' AND {column} = {id})", Noun::User.code()));
            let person = person.map(|id| format!("({noun} = '{}' AND {column} = {id})", Noun::Person.code()));
            any(user.into_iter().chain(person))
        }
        Link::Within(column) => {
            // As a whole: an address may be the end of another one.
            let addresses = subject.addresses.iter().map(|address| format!("\"{address}\""));
            let needles = addresses.chain(subject.ids());
            any(needles.map(|needle| plain::contains(db, (table.name, column), &needle)))
        }
        Link::Quoted(column) => {
            let needles = subject
                .addresses
                .iter()
                .chain(&subject.words)
                .cloned()
                .chain(subject.ids());
            any(needles.map(|needle| plain::contains(db, (table.name, column), &needle)))
        }
        Link::Of(column, other, key) => {
            let other = tables().find(|table| table.name == *other)?;
            let condition = own(db, other, subject)?;
            Some(format!(
                "{column} IN (SELECT {key} FROM {} WHERE {condition})",
                other.name
            ))
        }
    }
}

/// The condition that one link makes by addresses that the subject had: of rows from that time alone, where rows say from when they are.
pub(super) fn formerly(db: &Db, table: &Table, link: &Link, subject: &Subject) -> Option<String> {
    let value = address(db, link)?;
    if !table.columns.iter().any(|(name, _)| *name == "created_at") {
        return None;
    }
    any(subject.former.iter().map(|(address, until)| {
        let (address, until) = (plain::text(address), plain::instant(db, *until));
        format!("(lower({value}) = {address} AND created_at <= {until})")
    }))
}

/// The address by which a link says whose a row is.
fn address(db: &Db, link: &Link) -> Option<String> {
    match link {
        Link::Address(column) => Some((*column).to_owned()),
        Link::Writer(column, way) => Some(plain::member(db, column, way)),
        _ => None,
    }
}

/// All tables.
pub(super) fn tables() -> impl Iterator<Item = &'static Table> {
    TABLES.iter().copied().flatten()
}

fn any(conditions: impl Iterator<Item = String>) -> Option<String> {
    let conditions: Vec<String> = conditions.collect();
    (!conditions.is_empty()).then(|| format!("({})", conditions.join(" OR ")))
}

//! From the cells of a row to an organisation's line: values as people write them become values of the API. What cannot be read
//! stays as it is, and the schema of the line names the fault.

use serde_json::{Map, Value, json};
use werkstadt_domain::named::Named;
use werkstadt_domain::organisation::{Kind, OrganisationId};

use super::columns::{Field, Mapping, Target};
use super::table::Row;
use crate::problem::Breach;

mod kinds;
mod values;

/// A row, read.
#[derive(Debug)]
pub struct Reading {
    /// The line, as JSON Lines would have it.
    pub value: Value,
    /// What makes the row faulty: pointer and rule.
    pub faults: Vec<(String, Breach)>,
    /// What was assumed or left out.
    pub notices: Vec<(String, Breach)>,
}

/// Reads a row. Organisations whose kind is neither said nor to be guessed from the name are of the kind `usual`.
pub fn read(mapping: &Mapping, row: &Row, usual: Option<Kind>) -> Reading {
    let mut cells = Cells {
        mapping,
        row,
        faults: Vec::new(),
        notices: Vec::new(),
    };
    let mut line = Map::new();
    line.insert("record".to_owned(), json!("organisation"));
    cells.check();
    cells.core(&mut line, usual);
    cells.numbers(&mut line);
    cells.texts(&mut line);
    cells.lists(&mut line);
    if let Some(place) = cells.place() {
        line.insert("locations".to_owned(), json!([place]));
    }
    let contacts = cells.contacts();
    if !contacts.is_empty() {
        line.insert("contacts".to_owned(), Value::Array(contacts));
    }
    if let Some(membership) = cells.membership() {
        line.insert("membership".to_owned(), membership);
    }
    Reading {
        value: Value::Object(line),
        faults: cells.faults,
        notices: cells.notices,
    }
}

struct Cells<'a> {
    mapping: &'a Mapping,
    row: &'a Row,
    faults: Vec<(String, Breach)>,
    notices: Vec<(String, Breach)>,
}

impl<'a> Cells<'a> {
    /// The text of a field's cell, unless it is empty or no value.
    fn text(&self, field: Field) -> Option<&'a str> {
        let cell = self.row.cells.get(self.mapping.position(field)?)?;
        (!cell.is_empty() && !values::is_formula(cell)).then(|| values::unguarded(cell))
    }

    /// A formula is no value, and must not become one that another office program then runs. What was damaged on the way is none
    /// either.
    fn check(&mut self) {
        for (column, cell) in self.mapping.columns.iter().zip(&self.row.cells) {
            let form = if values::is_formula(cell) {
                "a value, not a formula"
            } else if cell.contains(char::REPLACEMENT_CHARACTER) {
                "readable characters"
            } else {
                continue;
            };
            if let Some(target) = &column.target {
                self.faults.push((target.pointer(), Breach::Form(form.to_owned())));
            }
        }
        // More cells than the header has are as often as not a separator within a value.
        for (column, cell) in self.mapping.columns.iter().zip(&self.row.cells) {
            if column.header.is_empty() && column.target.is_none() && !cell.is_empty() {
                let short: String = cell.chars().take(40).collect();
                let notice = Breach::LeftOut(format!("a cell below no name of a column, {short}"));
                self.notices.push((String::new(), notice));
            }
        }
    }

    fn note(&mut self, field: Field, breach: Breach) {
        self.notices.push((field.pointer().to_owned(), breach));
    }

    fn core(&mut self, line: &mut Map<String, Value>, usual: Option<Kind>) {
        // As exports write it. Other lists count their rows under this name, which says nothing here.
        if let Some(id) = self.text(Field::Id).filter(|text| OrganisationId::parse(text).is_ok()) {
            line.insert("id".to_owned(), json!(id));
        }
        let kind = self.kind(usual);
        line.insert("kind".to_owned(), json!(kind.code()));
        if let Some(name) = self.text(Field::Name) {
            line.insert("name".to_owned(), json!(name));
        }
        for (field, limit) in [(Field::ShortName, 100), (Field::LegalForm, 60)] {
            let Some(text) = self.text(field) else { continue };
            // Not worth losing the row for.
            if text.chars().count() > limit {
                self.note(field, Breach::LeftOut(format!("longer than {limit} characters")));
            } else {
                line.insert(field.code().to_owned(), json!(text));
            }
        }
        if let Some(size) = self.text(Field::Size) {
            let known = kinds::size(size).map_or(size, |class| class.code());
            line.insert("size".to_owned(), json!(known));
        }
        if let Some(headcount) = self.text(Field::Headcount) {
            line.insert("headcount".to_owned(), values::headcount(headcount));
        }
        if let Some(day) = self.text(Field::FoundedOn) {
            line.insert("founded_on".to_owned(), json!(values::day(day)));
        }
    }

    fn kind(&mut self, usual: Option<Kind>) -> Kind {
        let given = self.text(Field::Kind);
        let named = given.and_then(kinds::named);
        if let Some(kinds::Named::As(kind)) = named {
            return kind;
        }
        let fallback = match named {
            Some(_) => Kind::Association,
            None => Kind::Company,
        };
        let guessed = self.text(Field::Name).and_then(kinds::guess);
        let kind = guessed.or(usual).unwrap_or(fallback);
        // Where no column tells kinds, all of them are guessed, and one remark about the file says so.
        if self.mapping.position(Field::Kind).is_some() {
            self.note(Field::Kind, Breach::Assumed(kind.code().to_owned()));
        }
        kind
    }

    fn numbers(&mut self, line: &mut Map<String, Value>) {
        if let Some(number) = self.text(Field::VatId) {
            line.insert("vat_id".to_owned(), json!(values::vat_id(number)));
        }
        for field in [Field::WIdnr, Field::Lei, Field::RorId, Field::WikidataId] {
            if let Some(number) = self.text(field) {
                line.insert(field.code().to_owned(), json!(values::number(field, number)));
            }
        }
        self.register(line);
        let mut external = Vec::new();
        for (column, cell) in self.mapping.columns.iter().zip(&self.row.cells) {
            if let Some(Target::External(scheme)) = &column.target
                && !cell.is_empty()
            {
                external.push(json!({"scheme": scheme, "value": &**cell}));
            }
        }
        if !external.is_empty() {
            line.insert("external_ids".to_owned(), Value::Array(external));
        }
    }

    /// An entry is one only with court, type and number, wherever they stand.
    fn register(&mut self, line: &mut Map<String, Value>) {
        let whole = values::register(self.text(Field::Register).unwrap_or_default());
        let number = values::register(self.text(Field::RegisterNumber).unwrap_or_default());
        let court = self.text(Field::RegisterCourt).map(|text| values::register(text).court);
        let court = court.flatten().or(whole.court).or(number.court);
        let kind = self
            .text(Field::RegisterType)
            .map(|text| values::register_type(text).to_owned());
        let kind = kind.or(whole.kind).or(number.kind);
        let number = number.number.or(whole.number);
        match (court, kind, number) {
            (None, None, None) => {}
            (Some(court), Some(kind), Some(number)) => {
                let entry = json!({"court": court, "register": kind, "number": number});
                line.insert("register".to_owned(), entry);
            }
            _ => self.note(
                Field::Register,
                Breach::LeftOut("court, type and number are needed".to_owned()),
            ),
        }
    }

    fn texts(&mut self, line: &mut Map<String, Value>) {
        let languages = [
            ("summary", Field::SummaryDe, Field::SummaryEn),
            ("description", Field::DescriptionDe, Field::DescriptionEn),
        ];
        for (member, de, en) in languages {
            let mut texts = Map::new();
            texts.extend(self.text(de).map(|text| ("de".to_owned(), json!(text))));
            texts.extend(self.text(en).map(|text| ("en".to_owned(), json!(text))));
            if !texts.is_empty() {
                line.insert(member.to_owned(), Value::Object(texts));
            }
        }
        if let Some(address) = self.text(Field::Website) {
            line.insert("website".to_owned(), json!(values::web_address(address)));
        }
        let mut notes: Vec<String> = self.text(Field::Notes).map(str::to_owned).into_iter().collect();
        let mut industries: Vec<Value> = Vec::new();
        for (field, edition, header) in [
            (Field::Industries, "wz2008", "Branche"),
            (Field::Wz2008, "wz2008", "WZ 2008"),
            (Field::Wz2025, "wz2025", "WZ 2025"),
        ] {
            let Some(industry) = self.text(field) else { continue };
            let codes = values::industries(edition, industry);
            if codes.is_empty() {
                // Industries are codes. What was written in words is kept where managers find it.
                notes.push(format!("{header}: {industry}"));
            }
            for code in codes {
                if !industries.contains(&code) {
                    industries.push(code);
                }
            }
        }
        if !industries.is_empty() {
            line.insert("industries".to_owned(), Value::Array(industries));
        }
        if !notes.is_empty() {
            line.insert("notes".to_owned(), json!(notes.join("\n")));
        }
    }

    fn lists(&self, line: &mut Map<String, Value>) {
        if let Some(languages) = self.text(Field::Languages) {
            line.insert("languages".to_owned(), values::languages(languages));
        }
        if let Some(skills) = self.text(Field::Skills) {
            let claims = values::parts(skills).into_iter().map(|skill| json!({"skill": skill}));
            line.insert("skills".to_owned(), claims.collect());
        }
    }

    /// The one place of the row. A country alone is none.
    fn place(&self) -> Option<Value> {
        let mut place = Map::new();
        let mut put = |name: &str, value: Option<String>| {
            place.extend(
                value
                    .filter(|value| !value.is_empty())
                    .map(|value| (name.to_owned(), json!(value))),
            );
        };
        let country = self
            .text(Field::Country)
            .map_or_else(|| "DE".to_owned(), values::country);
        let both = self.text(Field::PostcodeAndCity).map(values::postcode_and_city);
        let (code, town) = both.unwrap_or_default();
        let street = [Field::Street, Field::HouseNumber].map(|field| self.text(field));
        put(
            "street",
            Some(street.into_iter().flatten().collect::<Vec<_>>().join(" ")),
        );
        let code = self.text(Field::Postcode).map(str::to_owned).or(code);
        put("postcode", code.map(|code| values::postcode(&code, &country)));
        put("city", self.text(Field::City).map(str::to_owned).or(town));
        put("ags", self.text(Field::Ags).map(values::ags));
        let pair = self
            .text(Field::Coordinates)
            .map(values::coordinates)
            .unwrap_or_default();
        let one = |field: Field, other: Option<Value>| self.text(field).map(values::decimal).or(other);
        place.extend(one(Field::Lat, pair.0).map(|value| ("lat".to_owned(), value)));
        place.extend(one(Field::Lon, pair.1).map(|value| ("lon".to_owned(), value)));
        if place.is_empty() {
            return None;
        }
        place.insert("country".to_owned(), json!(country));
        Some(Value::Object(place))
    }

    fn contacts(&self) -> Vec<Value> {
        let member = |name: &str, field: Field| {
            let text = self.text(field)?;
            let text = text.strip_prefix("mailto:").unwrap_or(text);
            Some((name.to_owned(), json!(text)))
        };
        let contact = |members: [(&str, Field); 4]| -> Map<String, Value> {
            members
                .into_iter()
                .filter_map(|(name, field)| member(name, field))
                .collect()
        };
        let mut first = contact([
            ("name", Field::ContactName),
            ("role", Field::ContactRole),
            ("email", Field::ContactEmail),
            ("phone", Field::ContactPhone),
        ]);
        let names = [Field::ContactGivenName, Field::ContactFamilyName].map(|field| self.text(field));
        let whole = names.into_iter().flatten().collect::<Vec<_>>().join(" ");
        if !whole.is_empty() && !first.contains_key("name") {
            first.insert("name".to_owned(), json!(whole));
        }
        let mut second = contact([
            ("name", Field::Contact2Name),
            ("role", Field::Contact2Role),
            ("email", Field::Contact2Email),
            ("phone", Field::Contact2Phone),
        ]);
        // Without a name it is the first one's other number.
        if let Some(name) = first
            .get("name")
            .filter(|_| !second.is_empty() && !second.contains_key("name"))
        {
            second.insert("name".to_owned(), name.clone());
        }
        let given = [first, second].into_iter().filter(|contact| !contact.is_empty());
        given.map(Value::Object).collect()
    }

    /// A row with a sort of membership, a status or a first day is of a member. What is not said is what it mostly is.
    fn membership(&self) -> Option<Value> {
        let kind = self.text(Field::MembershipType);
        let status = self.text(Field::MembershipStatus);
        let [since, until] = [Field::MemberSince, Field::MemberUntil].map(|field| self.text(field).map(values::day));
        if kind.is_none() && status.is_none() && since.is_none() && until.is_none() {
            return None;
        }
        let usual = if until.is_some() { "resigned" } else { "active" };
        let status = match status.map(|text| (kinds::membership(text), text)) {
            None => usual,
            Some((Some(known), _)) => known.code(),
            Some((None, text)) => text,
        };
        let mut membership = Map::new();
        membership.insert("type".to_owned(), json!(kind.unwrap_or("full")));
        membership.insert("status".to_owned(), json!(status));
        membership.extend(since.map(|day| ("since_on".to_owned(), json!(day))));
        membership.extend(until.map(|day| ("until_on".to_owned(), json!(day))));
        let representative = [
            ("name", Field::RepresentativeName),
            ("email", Field::RepresentativeEmail),
            ("phone", Field::RepresentativePhone),
        ];
        let representative = representative.map(|(member, field)| Some((member.to_owned(), json!(self.text(field)?))));
        let representative: Map<String, Value> = representative.into_iter().flatten().collect();
        if !representative.is_empty() {
            membership.insert("representative".to_owned(), Value::Object(representative));
        }
        Some(Value::Object(membership))
    }
}

#[cfg(test)]
mod tests;

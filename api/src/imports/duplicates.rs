//! Duplicates: whether a row means an organisation that is there already, by numbers that no two have, by name and town, or,
//! less surely, by web domain or name alone.

use std::collections::HashMap;

use werkstadt_domain::import::{fold, name_key, town, web_domain};
use werkstadt_domain::organisation::{ExternalId, Organisation, OrganisationId, RegisterEntry};
use werkstadt_persistence::imports::Known;

use super::options::OnDuplicate;

/// From so many organisations on, a web domain belongs to none of them.
const SHARED_FROM: usize = 4;

/// Why two organisations are taken for one, the surest reason first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The same id.
    Id,
    /// The same entry in a register.
    Register,
    /// The same VAT id.
    VatId,
    /// The same Wirtschafts-Identifikationsnummer.
    WIdnr,
    /// The same LEI.
    Lei,
    /// The same ROR id.
    RorId,
    /// The same Wikidata item.
    WikidataId,
    /// The same id in another system.
    ExternalId,
    /// The same name in the same town, whatever the spelling.
    NameAndTown,
    /// The same web domain.
    Domain,
    /// The same name, in different towns or of another legal form.
    Name,
}

impl Reason {
    /// The name in answers.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Register => "register",
            Self::VatId => "vat_id",
            Self::WIdnr => "w_idnr",
            Self::Lei => "lei",
            Self::RorId => "ror_id",
            Self::WikidataId => "wikidata_id",
            Self::ExternalId => "external_ids",
            Self::NameAndTown => "name_and_town",
            Self::Domain => "domain",
            Self::Name => "name",
        }
    }

    /// True for numbers of which the database admits each only once.
    const fn is_unique(self) -> bool {
        !matches!(self, Self::NameAndTown | Self::Domain | Self::Name)
    }

    /// True if it is sure enough to act on.
    const fn is_sure(self) -> bool {
        !matches!(self, Self::Domain | Self::Name)
    }
}

/// Who has it already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Other {
    /// An organisation of the directory.
    Directory(OrganisationId),
    /// A row before.
    Row(usize),
}

/// A match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Why.
    pub reason: Reason,
    /// What both have.
    pub value: String,
    /// Who has it.
    pub other: Other,
}

/// What becomes of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is taken; perhaps with a remark.
    New(Option<Found>),
    /// It stays out; the organisation that is there stays as it is.
    Skip(Found, OrganisationId),
    /// It changes the organisation that is there.
    Update(Found, OrganisationId),
    /// It cannot be taken beside the other one.
    Fault(Found),
}

/// All organisations by what tells them apart.
pub struct Index {
    by: HashMap<(Reason, String), Other>,
    ids: HashMap<OrganisationId, Other>,
    hosts: HashMap<String, usize>,
    /// The numbers of organisations of the directory, each as its sort and its value.
    numbers: HashMap<OrganisationId, Vec<(String, String)>>,
}

/// What is compared.
#[derive(Default)]
struct Marks<'a> {
    register: Option<&'a RegisterEntry>,
    numbers: [(Option<&'a String>, Option<Reason>); 5],
    external: &'a [ExternalId],
    name: &'a str,
    town: Option<String>,
    website: Option<&'a String>,
}

impl Index {
    /// The organisations of the directory.
    pub fn new(known: &[Known]) -> Self {
        let mut index = Self {
            by: HashMap::with_capacity(known.len() * 3),
            ids: known.iter().map(|one| (one.id, Other::Directory(one.id))).collect(),
            hosts: HashMap::new(),
            numbers: HashMap::new(),
        };
        for one in known {
            let marks = Marks::of_known(one);
            index.count_host(&marks);
            index.insert_known(one, &marks);
        }
        index
    }

    /// Adds an organisation of the file.
    pub fn add(&mut self, row: usize, organisation: &Organisation) {
        self.ids.insert(organisation.id, Other::Row(row));
        let marks = Marks::of(organisation);
        self.count_host(&marks);
        self.insert(&marks, Other::Row(row));
    }

    fn insert_known(&mut self, one: &Known, marks: &Marks<'_>) {
        let numbers = marks.numbers_by_sort();
        if !numbers.is_empty() {
            self.numbers.insert(one.id, numbers);
        }
        self.insert(marks, Other::Directory(one.id));
    }

    fn count_host(&mut self, marks: &Marks<'_>) {
        if let Some(host) = marks.website.and_then(|address| web_domain(address)) {
            *self.hosts.entry(host).or_default() += 1;
        }
    }

    fn insert(&mut self, marks: &Marks<'_>, other: Other) {
        for key in marks.keys() {
            self.by.entry(key).or_insert(other);
        }
    }

    /// Organisations of the directory that this one may be, each by the surest reason, the surest first.
    pub fn alike(&self, organisation: &Organisation) -> Vec<(Reason, OrganisationId)> {
        let marks = Marks::of(organisation);
        let mut alike: Vec<(Reason, OrganisationId)> = Vec::new();
        for found in self.hits(&marks) {
            if let Some(id) = found
                .other
                .directory()
                .filter(|id| alike.iter().all(|(_, other)| other != id))
            {
                alike.push((found.reason, id));
            }
        }
        alike
    }

    /// Who has what an organisation has, by the surest reason.
    fn find(&self, marks: &Marks<'_>) -> Option<Found> {
        let mut found = self.hits(marks).next()?;
        if matches!(found.reason, Reason::NameAndTown | Reason::Name) {
            found.value = marks.name.to_owned();
        }
        Some(found)
    }

    /// All that have what an organisation has, by each reason, the surest first.
    fn hits<'a>(&'a self, marks: &'a Marks<'a>) -> impl Iterator<Item = Found> + 'a {
        let is_own = |reason: Reason, value: &str| {
            reason != Reason::Domain || self.hosts.get(value).is_some_and(|count| *count < SHARED_FROM)
        };
        marks.keys().into_iter().filter_map(move |key| {
            let other = *self.by.get(&key)?;
            let (reason, value) = key;
            let doubtful = reason == Reason::NameAndTown && self.contradicts(other, marks);
            (is_own(reason, &value) && !doubtful).then_some(Found { reason, value, other })
        })
    }

    /// True if both have a number of one sort, and not the same: two of one name in one town are then two.
    fn contradicts(&self, other: Other, marks: &Marks<'_>) -> bool {
        let known = other.directory().and_then(|id| self.numbers.get(&id));
        let given = marks.numbers_by_sort();
        known.is_some_and(|known| {
            given.iter().any(|(sort, value)| {
                let mut same_sort = known.iter().filter(|(other, _)| other == sort).peekable();
                same_sort.peek().is_some() && same_sort.all(|(_, other)| other != value)
            })
        })
    }

    /// What becomes of a row. Only sure matches with the directory are acted on; two rows of one file that only look alike
    /// may well be two organisations, and are both taken.
    pub fn judge(&self, organisation: &Organisation, mode: OnDuplicate) -> Verdict {
        let by_id = self.ids.get(&organisation.id).map(|other| Found {
            reason: Reason::Id,
            value: organisation.id.to_string(),
            other: *other,
        });
        let Some(found) = by_id.or_else(|| self.find(&Marks::of(organisation))) else {
            return Verdict::New(None);
        };
        match found.other {
            Other::Directory(id) if found.reason.is_sure() => match mode {
                OnDuplicate::Skip => Verdict::Skip(found, id),
                OnDuplicate::Update => Verdict::Update(found, id),
                OnDuplicate::Create if found.reason.is_unique() => Verdict::Fault(found),
                OnDuplicate::Create => Verdict::New(Some(found)),
            },
            Other::Row(_) if found.reason.is_unique() => Verdict::Fault(found),
            _ => Verdict::New(Some(found)),
        }
    }
}

/// Two organisations of the directory that look like one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alike {
    /// Why.
    pub reason: Reason,
    /// What both have.
    pub value: String,
    /// The one with the smaller id, which was entered first.
    pub older: OrganisationId,
    /// The other one.
    pub newer: OrganisationId,
}

/// Organisations that look like one before them, in order of id, but for the pairs that were found to be two.
pub fn pairs(known: &[Known], is_distinct: impl Fn((OrganisationId, OrganisationId)) -> bool) -> Vec<Alike> {
    let mut index = Index::new(&[]);
    for one in known {
        index.count_host(&Marks::of_known(one));
    }
    let mut found = Vec::new();
    for one in known {
        let marks = Marks::of_known(one);
        let alike = index
            .find(&marks)
            .and_then(|found| Some((found.other.directory()?, found)));
        if let Some((older, Found { reason, value, .. })) = alike.filter(|(older, _)| !is_distinct((*older, one.id))) {
            let newer = one.id;
            found.push(Alike {
                reason,
                value,
                older,
                newer,
            });
        }
        index.insert_known(one, &marks);
    }
    found
}

impl<'a> Marks<'a> {
    fn of(organisation: &'a Organisation) -> Self {
        let ids = &organisation.identifiers;
        Self {
            register: ids.register.as_deref(),
            numbers: numbers([&ids.vat_id, &ids.w_idnr, &ids.lei, &ids.ror_id, &ids.wikidata_id]),
            external: &ids.external,
            name: &organisation.name,
            town: town(organisation),
            website: organisation.website.as_ref(),
        }
    }

    fn of_known(known: &'a Known) -> Self {
        Self {
            register: known.register.as_ref(),
            numbers: numbers([
                &known.vat_id,
                &known.w_idnr,
                &known.lei,
                &known.ror_id,
                &known.wikidata_id,
            ]),
            external: &known.external,
            name: &known.name,
            town: known.city.as_ref().map(|city| fold(city)),
            website: known.website.as_ref(),
        }
    }

    fn numbers_by_sort(&self) -> Vec<(String, String)> {
        let unique = self
            .keys()
            .into_iter()
            .filter(|(reason, _)| reason.is_unique() && *reason != Reason::ExternalId);
        let own = unique.map(|(reason, value)| (reason.code().to_owned(), value));
        let external = self
            .external
            .iter()
            .map(|id| (format!("{} {}", Reason::ExternalId.code(), id.scheme), id.value.clone()));
        own.chain(external).collect()
    }

    /// Reasons with values, the surest first.
    fn keys(&self) -> Vec<(Reason, String)> {
        let mut keys = Vec::with_capacity(4);
        keys.extend(self.register.map(|entry| {
            let value = format!("{} {} {}", entry.court, entry.register, entry.number);
            (Reason::Register, value)
        }));
        let numbers = self.numbers.iter().filter_map(|(number, reason)| reason.zip(*number));
        keys.extend(numbers.map(|(reason, number)| (reason, number.clone())));
        keys.extend(self.external.iter().map(|id| (Reason::ExternalId, shown(id))));
        let name = name_key(self.name);
        let town = self.town.as_deref().unwrap_or_default();
        keys.push((Reason::NameAndTown, format!("{}\n{town}", name.full)));
        keys.extend(
            self.website
                .and_then(|address| web_domain(address))
                .map(|host| (Reason::Domain, host)),
        );
        keys.push((Reason::Name, name.bare));
        keys
    }
}

fn numbers(values: [&Option<String>; 5]) -> [(Option<&String>, Option<Reason>); 5] {
    let reasons = [
        Reason::VatId,
        Reason::WIdnr,
        Reason::Lei,
        Reason::RorId,
        Reason::WikidataId,
    ];
    let mut pairs = [(None, None); 5];
    for ((pair, value), reason) in pairs.iter_mut().zip(values).zip(reasons) {
        *pair = (value.as_ref(), Some(reason));
    }
    pairs
}

fn shown(id: &ExternalId) -> String {
    format!("{} {}", id.scheme, id.value)
}

impl Other {
    /// The organisation of the directory, if it is one.
    pub const fn directory(self) -> Option<OrganisationId> {
        match self {
            Self::Directory(id) => Some(id),
            Self::Row(_) => None,
        }
    }
}

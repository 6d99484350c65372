//! The numbers of an organisation one by one: each can be one organisation's only.

use super::{ExternalId, Identifiers, RegisterEntry};

/// A number that no two organisations share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Number {
    /// The register entry, as a whole.
    Register(RegisterEntry),
    /// The VAT id.
    VatId(String),
    /// The Wirtschafts-Identifikationsnummer.
    WIdnr(String),
    /// The LEI.
    Lei(String),
    /// The ROR id.
    RorId(String),
    /// The Wikidata item.
    WikidataId(String),
    /// An id in another system.
    External(ExternalId),
}

impl Number {
    /// The member of an organisation that holds it, as a JSON pointer.
    pub const fn pointer(&self) -> &'static str {
        match self {
            Self::Register(_) => "/register",
            Self::VatId(_) => "/vat_id",
            Self::WIdnr(_) => "/w_idnr",
            Self::Lei(_) => "/lei",
            Self::RorId(_) => "/ror_id",
            Self::WikidataId(_) => "/wikidata_id",
            Self::External(_) => "/external_ids",
        }
    }

    /// The number as people write it.
    pub fn text(&self) -> String {
        match self {
            Self::Register(entry) => format!("{} {} {}", entry.court, entry.register, entry.number),
            Self::VatId(text) | Self::WIdnr(text) | Self::Lei(text) | Self::RorId(text) | Self::WikidataId(text) => {
                text.clone()
            }
            Self::External(id) => format!("{}:{}", id.scheme, id.value),
        }
    }
}

impl Identifiers {
    /// All numbers that are there.
    pub fn numbers(&self) -> Vec<Number> {
        let register = self.register.as_deref().cloned().map(Number::Register);
        let plain = [
            self.vat_id.clone().map(Number::VatId),
            self.w_idnr.clone().map(Number::WIdnr),
            self.lei.clone().map(Number::Lei),
            self.ror_id.clone().map(Number::RorId),
            self.wikidata_id.clone().map(Number::WikidataId),
        ];
        let external = self.external.iter().cloned().map(Number::External);
        register
            .into_iter()
            .chain(plain.into_iter().flatten())
            .chain(external)
            .collect()
    }

    /// Leaves a number out.
    pub fn remove(&mut self, number: &Number) {
        match number {
            Number::Register(_) => self.register = None,
            Number::VatId(_) => self.vat_id = None,
            Number::WIdnr(_) => self.w_idnr = None,
            Number::Lei(_) => self.lei = None,
            Number::RorId(_) => self.ror_id = None,
            Number::WikidataId(_) => self.wikidata_id = None,
            Number::External(id) => self.external.retain(|other| other != id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_removed_number_by_number_is_empty() {
        let id = |value: &str| ExternalId {
            scheme: "cordis".into(),
            value: value.into(),
        };
        let mut all = Identifiers {
            register: RegisterEntry::parse("Jena", "HRB", "1").ok().map(Box::new),
            vat_id: Some("DE1".into()),
            w_idnr: Some("W".into()),
            lei: Some("L".into()),
            ror_id: Some("R".into()),
            wikidata_id: Some("Q".into()),
            external: vec![id("1"), id("2")],
        };
        let numbers = all.numbers();
        assert_eq!(numbers.len(), 8);
        all.remove(&numbers[7]);
        assert_eq!(all.external, [id("1")]);
        numbers.iter().for_each(|number| all.remove(number));
        assert_eq!(all, Identifiers::default());
    }
}

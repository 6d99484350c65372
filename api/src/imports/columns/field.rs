//! The fields that a column can hold.

use werkstadt_domain::import::words;
use werkstadt_domain::named::Named;

/// A field of an organisation, as a column holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are those of the API")]
pub enum Field {
    Id,
    Kind,
    Name,
    ShortName,
    LegalForm,
    Register,
    RegisterCourt,
    RegisterType,
    RegisterNumber,
    VatId,
    WIdnr,
    Lei,
    RorId,
    WikidataId,
    FoundedOn,
    Size,
    Headcount,
    Industries,
    Wz2008,
    Wz2025,
    Website,
    Notes,
    SummaryDe,
    SummaryEn,
    DescriptionDe,
    DescriptionEn,
    Street,
    HouseNumber,
    Postcode,
    City,
    PostcodeAndCity,
    Country,
    Ags,
    Lat,
    Lon,
    Coordinates,
    Languages,
    Skills,
    ContactName,
    ContactRole,
    ContactEmail,
    ContactPhone,
    ContactGivenName,
    ContactFamilyName,
    Contact2Name,
    Contact2Role,
    Contact2Email,
    Contact2Phone,
    MembershipType,
    MembershipStatus,
    MemberSince,
    MemberUntil,
    RepresentativeName,
    RepresentativeEmail,
    RepresentativePhone,
}

/// What is known about a field: its name, and where its value stands in a record.
type About = (Field, &'static str, &'static str);

const ABOUT: [About; 55] = [
    (Field::Id, "id", "/id"),
    (Field::Kind, "kind", "/kind"),
    (Field::Name, "name", "/name"),
    (Field::ShortName, "short_name", "/short_name"),
    (Field::LegalForm, "legal_form", "/legal_form"),
    (Field::Register, "register", "/register"),
    (Field::RegisterCourt, "register_court", "/register/court"),
    (Field::RegisterType, "register_type", "/register/register"),
    (Field::RegisterNumber, "register_number", "/register/number"),
    (Field::VatId, "vat_id", "/vat_id"),
    (Field::WIdnr, "w_idnr", "/w_idnr"),
    (Field::Lei, "lei", "/lei"),
    (Field::RorId, "ror_id", "/ror_id"),
    (Field::WikidataId, "wikidata_id", "/wikidata_id"),
    (Field::FoundedOn, "founded_on", "/founded_on"),
    (Field::Size, "size", "/size"),
    (Field::Headcount, "headcount", "/headcount"),
    (Field::Industries, "industries", "/industries"),
    (Field::Wz2008, "wz2008", "/industries"),
    (Field::Wz2025, "wz2025", "/industries"),
    (Field::Website, "website", "/website"),
    (Field::Notes, "notes", "/notes"),
    (Field::SummaryDe, "summary_de", "/summary/de"),
    (Field::SummaryEn, "summary_en", "/summary/en"),
    (Field::DescriptionDe, "description_de", "/description/de"),
    (Field::DescriptionEn, "description_en", "/description/en"),
    (Field::Street, "street", "/locations/0/street"),
    (Field::HouseNumber, "house_number", "/locations/0/street"),
    (Field::Postcode, "postcode", "/locations/0/postcode"),
    (Field::City, "city", "/locations/0/city"),
    (Field::PostcodeAndCity, "postcode_and_city", "/locations/0/city"),
    (Field::Country, "country", "/locations/0/country"),
    (Field::Ags, "ags", "/locations/0/ags"),
    (Field::Lat, "lat", "/locations/0/lat"),
    (Field::Lon, "lon", "/locations/0/lon"),
    (Field::Coordinates, "coordinates", "/locations/0/lat"),
    (Field::Languages, "languages", "/languages"),
    (Field::Skills, "skills", "/skills"),
    (Field::ContactName, "contact_name", "/contacts/0/name"),
    (Field::ContactRole, "contact_role", "/contacts/0/role"),
    (Field::ContactEmail, "contact_email", "/contacts/0/email"),
    (Field::ContactPhone, "contact_phone", "/contacts/0/phone"),
    (Field::ContactGivenName, "contact_given_name", "/contacts/0/name"),
    (Field::ContactFamilyName, "contact_family_name", "/contacts/0/name"),
    (Field::Contact2Name, "contact_2_name", "/contacts/1/name"),
    (Field::Contact2Role, "contact_2_role", "/contacts/1/role"),
    (Field::Contact2Email, "contact_2_email", "/contacts/1/email"),
    (Field::Contact2Phone, "contact_2_phone", "/contacts/1/phone"),
    (Field::MembershipType, "membership_type", "/membership/type"),
    (Field::MembershipStatus, "membership_status", "/membership/status"),
    (Field::MemberSince, "member_since", "/membership/since_on"),
    (Field::MemberUntil, "member_until", "/membership/until_on"),
    (
        Field::RepresentativeName,
        "representative_name",
        "/membership/representative/name",
    ),
    (
        Field::RepresentativeEmail,
        "representative_email",
        "/membership/representative/email",
    ),
    (
        Field::RepresentativePhone,
        "representative_phone",
        "/membership/representative/phone",
    ),
];

impl Field {
    /// Where the value stands in a record, as a JSON pointer.
    pub fn pointer(self) -> &'static str {
        self.about().2
    }

    /// The field of a second contact that holds the same.
    pub(super) const fn of_second_contact(self) -> Option<Self> {
        match self {
            Self::ContactName => Some(Self::Contact2Name),
            Self::ContactRole => Some(Self::Contact2Role),
            Self::ContactEmail => Some(Self::Contact2Email),
            Self::ContactPhone => Some(Self::Contact2Phone),
            _ => None,
        }
    }

    fn about(self) -> About {
        let found = ABOUT.iter().find(|(field, ..)| *field == self).copied();
        found.unwrap_or((self, "", ""))
    }
}

impl Named for Field {
    const NAME: &'static str = "ImportField";
    const ALL: &'static [Self] = &[
        Self::Id,
        Self::Kind,
        Self::Name,
        Self::ShortName,
        Self::LegalForm,
        Self::Register,
        Self::RegisterCourt,
        Self::RegisterType,
        Self::RegisterNumber,
        Self::VatId,
        Self::WIdnr,
        Self::Lei,
        Self::RorId,
        Self::WikidataId,
        Self::FoundedOn,
        Self::Size,
        Self::Headcount,
        Self::Industries,
        Self::Wz2008,
        Self::Wz2025,
        Self::Website,
        Self::Notes,
        Self::SummaryDe,
        Self::SummaryEn,
        Self::DescriptionDe,
        Self::DescriptionEn,
        Self::Street,
        Self::HouseNumber,
        Self::Postcode,
        Self::City,
        Self::PostcodeAndCity,
        Self::Country,
        Self::Ags,
        Self::Lat,
        Self::Lon,
        Self::Coordinates,
        Self::Languages,
        Self::Skills,
        Self::ContactName,
        Self::ContactRole,
        Self::ContactEmail,
        Self::ContactPhone,
        Self::ContactGivenName,
        Self::ContactFamilyName,
        Self::Contact2Name,
        Self::Contact2Role,
        Self::Contact2Email,
        Self::Contact2Phone,
        Self::MembershipType,
        Self::MembershipStatus,
        Self::MemberSince,
        Self::MemberUntil,
        Self::RepresentativeName,
        Self::RepresentativeEmail,
        Self::RepresentativePhone,
    ];

    fn code(self) -> &'static str {
        self.about().1
    }
}

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// A field.
    Field(Field),
    /// An id in the system of this scheme.
    External(String),
}

impl Target {
    /// Reads a field's name, or `external_id:` and a scheme.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(scheme) = text.strip_prefix("external_id:") {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            let fits = !scheme.is_empty() && scheme.len() <= 32 && scheme.chars().all(plain);
            return fits.then(|| Self::External(scheme.to_owned()));
        }
        Field::from_code(text).map(Self::Field)
    }

    /// The scheme that a column `pic_id` or `Kunden-ID` names.
    pub(super) fn external(header: &str) -> Option<Self> {
        let words = words(header).replace(' ', "_");
        let scheme = words.strip_suffix("_id")?;
        Self::parse(&format!("external_id:{scheme}"))
    }

    /// The name in answers and parameters.
    pub fn code(&self) -> String {
        match self {
            Self::Field(field) => field.code().to_owned(),
            Self::External(scheme) => format!("external_id:{scheme}"),
        }
    }

    /// Where the value stands in a record, as a JSON pointer.
    pub fn pointer(&self) -> String {
        match self {
            Self::Field(field) => field.pointer().to_owned(),
            Self::External(_) => "/external_ids".to_owned(),
        }
    }
}

//! What people call their columns. The better name of a field stands first; between `|`.

use super::Field;

/// The fields with their names beside the one in the API.
pub(super) const FIELDS: [(Field, &str); 55] = [
    (Field::Id, "Werkstadt-ID"),
    (
        Field::Name,
        "Organisation | Organization | Organisationsname | Name der Organisation | Organisation name | Legal name \
        | Rechtlicher Name | Firmenname | Firma | Company name | Company | Unternehmensname | Unternehmen | Name \
        des Unternehmens | Institution | Einrichtung | Name der Einrichtung | Mitglied | Mitgliedsname | Member | \
        Verein | Langname | Vollständiger Name | Full name | Bezeichnung | Partner",
    ),
    (
        Field::Kind,
        "Art | Typ | Type | Organisationstyp | Art der Organisation | Organisation type | Organization type | \
        Organisationsart | Einrichtungsart | Unternehmensart | Kategorie | Category | Activity type | Sektor | \
        Sector",
    ),
    (
        Field::ShortName,
        "Kurzname | Kurzbezeichnung | Abkürzung | Kürzel | Acronym | Akronym | Abbreviation | Alias | Rufname | \
        Short",
    ),
    (
        Field::LegalForm,
        "Rechtsform | Gesellschaftsform | Unternehmensform | Legal entity type",
    ),
    (
        Field::Register,
        "Registereintrag | Handelsregister | Handelsregistereintrag | Vereinsregister | HRB | Register entry | \
        Commercial register | Trade register | HR-Nummer | Handelsregisternummer | Vereinsregisternummer | HR-Nr",
    ),
    (
        Field::RegisterCourt,
        "Registergericht | Amtsgericht | Court | Register court",
    ),
    (Field::RegisterType, "Registerart | Registertyp | Register type"),
    (
        Field::RegisterNumber,
        "Registernummer | Register-Nr | Registration number | Register number | Registration no",
    ),
    (
        Field::VatId,
        "USt-IdNr | USt-ID | UStID-Nr | Umsatzsteuer-ID | Umsatzsteuer-Identifikationsnummer | Umsatzsteuernummer \
        | VAT | VAT number | VAT no | VAT identification number | UID",
    ),
    (
        Field::WIdnr,
        "W-IdNr | Wirtschafts-ID | Wirtschafts-Identifikationsnummer",
    ),
    (Field::Lei, "LEI-Code | Legal Entity Identifier"),
    (Field::RorId, "ROR | ROR-ID | ror.org"),
    (Field::WikidataId, "Wikidata | Wikidata-ID | Wikidata item | QID"),
    (
        Field::FoundedOn,
        "Gründung | Gründungsdatum | Gegründet | Gegründet am | Gründungsjahr | Founded | Foundation date | \
        Founding year | Year founded | Established",
    ),
    (
        Field::Size,
        "Größe | Größenklasse | Unternehmensgröße | Size class | Company size",
    ),
    (
        Field::Headcount,
        "Mitarbeiter | Mitarbeiterzahl | Anzahl Mitarbeiter | Mitarbeitende | Anzahl Mitarbeitende | Beschäftigte \
        | Beschäftigtenzahl | Anzahl Beschäftigte | Employees | Number of employees | Staff | Personalstärke",
    ),
    (
        Field::Industries,
        "Branche | Branchen | Wirtschaftszweig | WZ | WZ-Code | Branchenschlüssel | Industry | NACE | NACE-Code | \
        Tätigkeitsfeld",
    ),
    (
        Field::Wz2008,
        "WZ 2008 | WZ-Code 2008 | WZ 2008-Code | WZ08 | Wirtschaftszweig 2008",
    ),
    (
        Field::Wz2025,
        "WZ 2025 | WZ-Code 2025 | WZ 2025-Code | WZ25 | Wirtschaftszweig 2025",
    ),
    (
        Field::Website,
        "Webseite | Web-Site | Homepage | Internetseite | Internet | Internetadresse | Web | URL | WWW | \
        Webadresse | Web address | Organisation URL | Link",
    ),
    (
        Field::Notes,
        "Notizen | Notiz | Bemerkung | Bemerkungen | Anmerkung | Anmerkungen | Kommentar | Hinweise | Comment | \
        Comments | Remarks | Note | Intern",
    ),
    (
        Field::SummaryDe,
        "Kurzbeschreibung | Kurzprofil | Zusammenfassung | Summary | Kurztext | Slogan | Claim",
    ),
    (
        Field::SummaryEn,
        "Kurzbeschreibung (englisch) | Kurzbeschreibung EN | Summary (English) | Short description",
    ),
    (
        Field::DescriptionDe,
        "Beschreibung | Profil | Langbeschreibung | Beschreibung DE | Über uns | Text",
    ),
    (
        Field::DescriptionEn,
        "Beschreibung EN | Beschreibung (englisch) | Description | Description (English) | About | Profile",
    ),
    (
        Field::Street,
        "Straße | Strasse | Straße / Hausnr. | Straße und Hausnummer | Straße, Nr. | Strasse/Nr | Str. | Adresse | \
        Anschrift | Address | Street address | Address line 1 | Postanschrift",
    ),
    (
        Field::HouseNumber,
        "Hausnummer | Hausnr | Haus-Nr. | Nr. | House no | Street number",
    ),
    (
        Field::Postcode,
        "PLZ | Postleitzahl | Post-Code | Postal code | ZIP | ZIP code | Post code",
    ),
    (
        Field::City,
        "Ort | Stadt | Town | Wohnort | Sitz | Gemeinde | Ortschaft | Standort | Place | Municipality | Ortsname",
    ),
    (
        Field::PostcodeAndCity,
        "PLZ Ort | PLZ/Ort | PLZ und Ort | PLZ, Stadt | Postleitzahl Ort | ZIP City",
    ),
    (
        Field::Country,
        "Land | Staat | Ländercode | Länderkennzeichen | Country code | Nation | ISO-Land",
    ),
    (
        Field::Ags,
        "Gemeindeschlüssel | Amtlicher Gemeindeschlüssel | Gemeindekennziffer | AGS-Nr | Municipality key",
    ),
    (
        Field::Lat,
        "Breite | Breitengrad | Latitude | Geo-Lat | geografische Breite | Y-Koordinate",
    ),
    (
        Field::Lon,
        "Länge | Längengrad | Longitude | lng | long | Geo-Lon | geografische Länge | X-Koordinate",
    ),
    (
        Field::Coordinates,
        "Koordinaten | Geokoordinaten | Geolocation | Geo | Lat/Lon | GPS",
    ),
    (Field::Languages, "Sprachen | Sprache | Language | Arbeitssprachen"),
    (
        Field::Skills,
        "Kompetenzen | Kompetenz | Fähigkeiten | Skill | Competences | Competencies | Expertise | Schlagworte | \
        Stichworte | Tags | Keywords | Schwerpunkte | Leistungen | Technologien",
    ),
    (
        Field::ContactName,
        "Ansprechpartner | Ansprechpartnerin | Ansprechperson | Kontaktperson | Kontakt | Contact | Contact person \
        | Geschäftsführer | Geschäftsführung | Vertreter",
    ),
    (
        Field::ContactRole,
        "Funktion | Position | Rolle | Role | Job title | Abteilung",
    ),
    (
        Field::ContactEmail,
        "E-Mail | Email | Mail | E-Mail-Adresse | Mailadresse | Kontakt E-Mail | Email address",
    ),
    (
        Field::ContactPhone,
        "Telefon | Tel. | Telefonnummer | Telefon-Nr. | Phone | Phone number | Telephone | Fon | Mobil | Handy",
    ),
    (
        Field::ContactGivenName,
        "Vorname | Vorname Ansprechpartner | First name | Given name | Forename",
    ),
    (
        Field::ContactFamilyName,
        "Nachname | Familienname | Zuname | Nachname Ansprechpartner | Last name | Family name | Surname",
    ),
    (
        Field::Contact2Name,
        "Ansprechpartner 2 | 2. Ansprechpartner | Zweiter Ansprechpartner | Ansprechperson 2 | Kontakt 2 | Contact 2 | \
        Second contact | Stellvertreter | Stellvertretung",
    ),
    (Field::Contact2Role, "Funktion 2 | Position 2 | Rolle 2 | Role 2"),
    (
        Field::Contact2Email,
        "E-Mail 2 | Email 2 | Mail 2 | 2. E-Mail | Zweite E-Mail | Weitere E-Mail | Email address 2",
    ),
    (
        Field::Contact2Phone,
        "Telefon 2 | Tel. 2 | 2. Telefon | Weitere Telefonnummer | Phone 2 | Second phone",
    ),
    (
        Field::MembershipType,
        "Mitgliedsart | Mitgliedschaft | Mitgliedstyp | Mitgliedskategorie | Art der Mitgliedschaft | Membership | \
        Type of membership | Membership category",
    ),
    (
        Field::MembershipStatus,
        "Mitgliedsstatus | Mitgliedstatus | Mitgliedschaftsstatus | Status der Mitgliedschaft",
    ),
    (
        Field::MemberSince,
        "Mitglied seit | Eintritt | Eintrittsdatum | Eintritt am | Beitritt | Beitrittsdatum | Beigetreten am | \
        Joined | Joined on | Date of joining",
    ),
    (
        Field::MemberUntil,
        "Mitglied bis | Austritt | Austrittsdatum | Austritt am | Ausgetreten am | Left on | Date of leaving",
    ),
    (
        Field::RepresentativeName,
        "Mitgliedsvertreter | Mitgliedsvertreterin | Mitgliedsvertretung | Vertreter des Mitglieds | Representative",
    ),
    (
        Field::RepresentativeEmail,
        "Mitgliedsvertreter E-Mail | E-Mail Mitgliedsvertreter | Mitgliedsvertretung E-Mail | E-Mail der Mitgliedsvertretung",
    ),
    (
        Field::RepresentativePhone,
        "Mitgliedsvertreter Telefon | Telefon Mitgliedsvertreter | Mitgliedsvertretung Telefon",
    ),
];

/// Columns that are understood, and that the directory has no place for.
pub(super) const NO_PLACE: &str = "Lfd. Nr. | Laufende Nummer | lfd | No. | # | Index | Zeile | KMU | SME | Bundesland | Region | Kreis \
    | Landkreis | State | NUTS | NUTS-Code | NUTS3 | NUTS 3 Code | Fax | Telefax | Faxnummer | Anrede | Titel \
    | Postfach | Logo | Stand | Datum | Status | Erfasst am | Geändert am | Umsatz | Mitgliedsnummer";

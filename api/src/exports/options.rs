//! What a caller may say about an export.

use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::imports::options::SeparatorName;
use crate::imports::table::Separator;

/// A format of an export of organisations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A table as text.
    Csv,
    /// A workbook of an office program.
    Xlsx,
    /// Lines that an import reads.
    JsonLines,
    /// vCard 4.0 (RFC 6350).
    Cards,
    /// `GeoJSON` (RFC 7946).
    GeoJson,
    /// JSON-LD in the words of schema.org.
    JsonLd,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 6] = [
        Self::Csv,
        Self::Xlsx,
        Self::JsonLines,
        Self::Cards,
        Self::GeoJson,
        Self::JsonLd,
    ];

    /// The format's media type, as an answer says it.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::JsonLines => "application/x-ndjson",
            Self::Cards => "text/vcard; charset=utf-8",
            Self::GeoJson => "application/geo+json",
            Self::JsonLd => "application/ld+json",
        }
    }

    /// What the names of its files end with.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::JsonLines => "jsonl",
            Self::Cards => "vcf",
            Self::GeoJson => "geojson",
            Self::JsonLd => "jsonld",
        }
    }

    /// The format of a media type without parameters, in lower case.
    pub fn of_media_type(media_type: &str) -> Option<Self> {
        let is = |format: &Self| format.media_type().split(';').next() == Some(media_type);
        Self::ALL.into_iter().find(is)
    }
}

/// How a table is written as text.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TableOptions {
    /// `true` begins with a byte order mark, which some office programs need to read UTF-8.
    pub bom: Option<bool>,
    /// What stands between cells: `semicolon` is what German office programs open at once. Left out: `comma`.
    pub separator: Option<SeparatorName>,
}

impl TableOptions {
    /// Whether to begin with a byte order mark.
    pub fn has_mark(&self) -> bool {
        self.bom == Some(true)
    }

    /// What stands between cells.
    pub fn separator(&self) -> u8 {
        self.separator.map_or(Separator::Comma, |choice| choice.0).byte()
    }
}

/// The bytes of a workbook (XLSX).
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct Workbook(pub Vec<u8>);

/// A feature collection.
#[derive(ToSchema)]
#[schema(example = json!({"type": "FeatureCollection", "features": []}))]
pub struct GeoJson {
    /// `FeatureCollection`.
    #[schema(rename = "type")]
    pub kind: String,
    /// Features (RFC 7946, 3.2).
    pub features: Vec<serde_json::Value>,
}

/// A graph of linked data.
#[derive(ToSchema)]
#[schema(example = json!({"@context": {"@vocab": "https://schema.org/"}, "@graph": []}))]
pub struct JsonLd {
    /// What the words mean (JSON-LD 1.1, 3.1).
    #[schema(rename = "@context")]
    pub context: serde_json::Value,
    /// The organisations.
    #[schema(rename = "@graph")]
    pub graph: Vec<serde_json::Value>,
}

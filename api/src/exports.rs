//! Exports: the directory in the formats of other programs, written page by page, so that its size does not matter.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::web::{self, Bytes};
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use futures_util::stream;
use werkstadt_domain::audience::Audience;
use werkstadt_domain::person::Reader;
use werkstadt_domain::profile::Profile;
use werkstadt_persistence::directory::{OrganisationQuery, Snapshot};

use crate::answer;
use crate::audit::Disclosures;
use crate::auth::Caller;
use crate::problem::Problem;

mod cards;
mod delimited;
pub mod handlers;
mod lines;
mod linked;
mod map;
pub mod network;
pub mod options;
mod pages;
pub mod people;
pub mod table;
mod workbook;

pub use delimited::Small;
pub use options::{Format, TableOptions};
use pages::{Pages, Written};
pub use table::{Cell, text};

/// The directory as one audience sees it on a day.
#[derive(Clone)]
pub struct View {
    /// The directory.
    pub snapshot: Arc<Snapshot>,
    /// The audience.
    pub audience: Audience,
    /// The day.
    pub today: NaiveDate,
    /// Notes what is told of people.
    pub told: Disclosures,
}

impl View {
    /// Its reader of persons. Whose own people somebody administers makes no difference here.
    fn reader(&self) -> Reader {
        Reader {
            audience: self.audience,
            owns: None,
            own: None,
            today: self.today,
        }
    }
}

/// Writes organisations in one format. What it has written is taken from `out` now and then.
pub trait Writer: Send {
    /// What stands before the first.
    ///
    /// # Errors
    /// [`crate::problem::Code::Internal`] if something cannot be written; a defect. So of the others.
    fn begin(&mut self, out: &mut Vec<u8>) -> Result<(), Problem>;

    /// One organisation, as the audience sees it.
    ///
    /// # Errors
    /// As [`Writer::begin`].
    fn organisation(&mut self, out: &mut Vec<u8>, profile: &Profile) -> Result<(), Problem>;

    /// What stands behind the last.
    ///
    /// # Errors
    /// As [`Writer::begin`].
    fn end(&mut self, out: &mut Vec<u8>) -> Result<(), Problem>;
}

/// Something written piece by piece.
pub trait Chunks: Send {
    /// The next piece, none at the end.
    ///
    /// # Errors
    /// [`crate::problem::Code::Internal`] if something cannot be written; a defect.
    fn next(&mut self) -> Result<Option<Vec<u8>>, Problem>;
}

/// The organisations that a query finds, all of them, in a format.
pub fn organisations(view: View, query: OrganisationQuery, format: Format, table: TableOptions) -> Box<dyn Chunks> {
    let writer: Box<dyn Writer> = match format {
        Format::Csv => Box::new(delimited::Delimited::new(view.clone(), table)),
        Format::Xlsx => Box::new(workbook::Workbook::new(view.clone())),
        Format::JsonLines => Box::new(lines::Lines::new(view.clone(), lines::Told::Some)),
        Format::Cards => Box::new(cards::Cards::new(view.clone())),
        Format::GeoJson => Box::new(map::Map::new(view.clone())),
        Format::JsonLd => Box::new(linked::Linked::new(view.clone())),
    };
    Box::new(Written::new(Pages::new(view, query), writer))
}

/// An answer that is written while it is sent, for a file of this name. Each piece is made on a thread for blocking work, and leaves
/// when it is noted whom it tells of.
pub fn answer(
    caller: &Caller,
    told: Option<Disclosures>,
    chunks: Box<dyn Chunks>,
    media_type: &str,
    file: &str,
) -> HttpResponse {
    let pieces = stream::try_unfold((chunks, told), |(mut chunks, told)| async move {
        let made = web::block(move || {
            let piece = chunks.next();
            if let Some(told) = &told {
                told.settle();
            }
            (piece, (chunks, told))
        });
        let (piece, rest) = made.await.map_err(Problem::internal)?;
        Ok::<_, actix_web::Error>(piece?.map(|piece| (Bytes::from(piece), rest)))
    });
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, media_type))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{file}\"")))
        .insert_header((header::CACHE_CONTROL, answer::caching(caller)))
        .streaming(pieces)
}

/// The format that the request would rather have than JSON, by `Accept` (RFC 9110, 12.5.1). Only what is named counts: `*/*` is
/// JSON.
pub fn accepted(request: &HttpRequest) -> Option<Format> {
    let headers = request.headers().get_all(header::ACCEPT);
    let entries = headers
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    let mut best: (f32, Option<Format>) = (0.0, None);
    for entry in entries {
        let mut parts = entry.split(';').map(str::trim);
        let media_type = parts.next().unwrap_or_default().to_ascii_lowercase();
        let weight = parts
            .find_map(|part| part.strip_prefix("q=")?.parse().ok())
            .unwrap_or(1.0);
        let format = Format::of_media_type(&media_type);
        let known = format.is_some() || ["*/*", "application/*", "application/json"].contains(&media_type.as_str());
        if known && weight > best.0 {
            best = (weight, format);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn the_format_is_the_best_one_accepted() {
        for (accept, format) in [
            ("", None),
            ("*/*", None),
            ("text/html,application/xhtml+xml,*/*;q=0.8", None),
            ("text/csv", Some(Format::Csv)),
            ("application/json, text/csv;q=0.9", None),
            (
                "application/json;q=0.2, TEXT/VCARD; charset=utf-8;q=0.9",
                Some(Format::Cards),
            ),
            ("application/geo+json, */*;q=0.1", Some(Format::GeoJson)),
            ("text/csv;q=0", None),
        ] {
            let request = TestRequest::default()
                .insert_header(("Accept", accept))
                .to_http_request();
            assert_eq!(accepted(&request), format, "{accept}");
        }
    }
}

//! From a query to pages of organisations, and from those to pieces of a file.

use werkstadt_domain::page::Limit;
use werkstadt_persistence::directory::{Count, Hit, Marks, OrganisationQuery};

use super::{Chunks, View, Writer};
use crate::problem::Problem;

/// What a query finds, page after page of one snapshot, so that changes meanwhile neither add nor drop anything.
pub(super) struct Pages {
    view: View,
    query: OrganisationQuery,
    is_over: bool,
}

impl Pages {
    /// From the first on.
    pub(super) fn new(view: View, query: OrganisationQuery) -> Self {
        Self {
            view,
            query: OrganisationQuery {
                after: None,
                limit: Limit::clamped(Limit::MAX),
                facets: Vec::new(),
                count: Count::No,
                marks: Marks::No,
                ..query
            },
            is_over: false,
        }
    }

    /// The next page, none at the end.
    pub(super) fn next(&mut self) -> Result<Option<Vec<Hit>>, Problem> {
        if self.is_over {
            return Ok(None);
        }
        let View {
            snapshot,
            audience,
            today,
            told,
        } = &self.view;
        let page = snapshot.organisations(*audience, &self.query, *today);
        told.contacts(page.items.iter().map(|hit| hit.profile.get()))?;
        self.is_over = page.after.is_none();
        self.query.after = page.after;
        Ok(Some(page.items))
    }
}

/// Pages, written.
pub(super) struct Written {
    pages: Pages,
    writer: Box<dyn Writer>,
    step: Step,
}

enum Step {
    Begin,
    Pages,
    Done,
}

impl Written {
    /// Nothing yet.
    pub(super) fn new(pages: Pages, writer: Box<dyn Writer>) -> Self {
        Self {
            pages,
            writer,
            step: Step::Begin,
        }
    }
}

impl Chunks for Written {
    fn next(&mut self) -> Result<Option<Vec<u8>>, Problem> {
        let mut out = Vec::new();
        match self.step {
            Step::Begin => {
                self.writer.begin(&mut out)?;
                self.step = Step::Pages;
            }
            Step::Pages => match self.pages.next()? {
                Some(hits) => {
                    for hit in hits {
                        self.writer.organisation(&mut out, hit.profile.get())?;
                    }
                }
                None => {
                    self.writer.end(&mut out)?;
                    self.step = Step::Done;
                }
            },
            Step::Done => return Ok(None),
        }
        Ok(Some(out))
    }
}

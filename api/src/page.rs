//! Lists: pages of a stable order, continued by signed cursors.

use std::borrow::Cow;

use actix_web::{HttpRequest, HttpResponse};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{IntoParams, PartialSchema, ToSchema};
use werkstadt_domain::audience::Audience;
use werkstadt_domain::page::Limit;

use crate::answer;
use crate::auth::Caller;
use crate::cursor::Cursors;
use crate::problem::Problem;
use crate::state::State;

/// Which page of a list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Where to go on: `next` of the page before.
    #[param(max_length = 2000)]
    pub cursor: Option<String>,
    /// Items on a page.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<usize>,
}

impl PageQuery {
    /// How many items.
    pub fn limit(&self) -> Limit {
        self.limit.map_or_else(Limit::default, Limit::clamped)
    }
}

/// A page of a list: the schema `XPage` of items `X` or `XHit`.
#[derive(Debug, Serialize)]
pub struct Page<T> {
    /// The items in order.
    pub items: Vec<T>,
    /// Address of this page.
    #[serde(rename = "self")]
    pub itself: String,
    /// Address of the next page, left out on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl<T: ToSchema> PartialSchema for Page<T> {
    #[expect(
        deprecated,
        reason = "the derived schemas write `example`; a page should have the same spelling"
    )]
    fn schema() -> RefOr<Schema> {
        let text = |description: &str| {
            ObjectBuilder::new()
                .schema_type(Type::String)
                .description(Some(description))
        };
        let items = ArrayBuilder::new()
            .items(Ref::from_schema_name(T::name()))
            .description(Some("The items in order."));
        let object = ObjectBuilder::new()
            .schema_type(Type::Object)
            .description(Some("A page of a list."))
            .property("items", items)
            .property("self", text("Address of this page."))
            .property("next", text("Address of the next page, left out on the last."))
            .required("items")
            .required("self")
            .example(Some(json!({"items": [], "self": "/v1/skills?limit=20"})));
        RefOr::T(Schema::Object(object.build()))
    }
}

impl<T: ToSchema> ToSchema for Page<T> {
    fn name() -> Cow<'static, str> {
        let item = T::name();
        Cow::Owned(format!("{}Page", item.strip_suffix("Hit").unwrap_or(&item)))
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}

/// A list that is being read. Its cursors fit the same path, the same query and the same audience only.
pub struct List<'a> {
    request: &'a HttpRequest,
    cursors: &'a Cursors,
    scope: String,
}

impl<'a> List<'a> {
    /// The list that a request asks for, as an audience sees it.
    pub fn new(request: &'a HttpRequest, state: &'a State, audience: Audience) -> Self {
        let mut kept: Vec<(String, String)> = form_urlencoded::parse(request.query_string().as_bytes())
            .filter(|(name, _)| name != "cursor" && name != "limit")
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        kept.sort_unstable();
        Self {
            request,
            cursors: &state.cursors,
            scope: format!("{} {audience:?} {kept:?}", request.path()),
        }
    }

    /// The position after which the page begins.
    ///
    /// # Errors
    /// [`crate::problem::Code::InvalidQuery`] for a cursor of another list.
    pub fn after<P: DeserializeOwned>(&self, page: &PageQuery) -> Result<Option<P>, Problem> {
        let cursor = page.cursor.as_deref();
        cursor.map(|cursor| self.cursors.read(&self.scope, cursor)).transpose()
    }

    /// The addresses of this page and of the one that begins after a position: the same query with another cursor.
    ///
    /// # Errors
    /// [`crate::problem::Code::Internal`] if the position cannot be written; a defect.
    pub fn addresses(&self, after: Option<impl Serialize>) -> Result<(String, Option<String>), Problem> {
        let address = self.request.uri().path_and_query();
        let itself = address.map_or_else(String::new, |address| address.as_str().to_owned());
        let Some(position) = after else {
            return Ok((itself, None));
        };
        let cursor = self.cursors.write(&self.scope, &position)?;
        let kept = form_urlencoded::parse(self.request.query_string().as_bytes()).filter(|(name, _)| name != "cursor");
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(kept)
            .append_pair("cursor", &cursor)
            .finish();
        Ok((itself, Some(format!("{}?{query}", self.request.path()))))
    }

    /// The page of these items.
    ///
    /// # Errors
    /// [`crate::problem::Code::Internal`] if something cannot be written; a defect.
    pub fn answer<T: Serialize>(
        &self,
        caller: &Caller,
        items: Vec<T>,
        after: Option<impl Serialize>,
    ) -> Result<HttpResponse, Problem> {
        let (itself, next) = self.addresses(after)?;
        let page = Page { items, itself, next };
        answer::page(caller, &page, page.next.as_deref())
    }
}

/// How many rows to read for a page: one more tells whether another page follows.
pub fn and_one_more(limit: Limit) -> i64 {
    i64::try_from(limit.get()).unwrap_or(i64::MAX).saturating_add(1)
}

/// The first items up to the limit, and the key of the last of them if more follow.
pub fn cut<T, K>(items: impl IntoIterator<Item = T>, limit: Limit, key: impl Fn(&T) -> K) -> (Vec<T>, Option<K>) {
    let mut items = items.into_iter();
    let page: Vec<T> = items.by_ref().take(limit.get()).collect();
    let after = items.next().and(page.last()).map(key);
    (page, after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_comes_with_a_page_that_is_not_the_last() {
        assert_eq!(cut([1, 2, 3], Limit::clamped(2), |item| *item), (vec![1, 2], Some(2)));
        assert_eq!(cut([1, 2], Limit::clamped(2), |item| *item), (vec![1, 2], None));
        assert_eq!(cut([0; 0], Limit::clamped(2), |item| *item), (vec![], None));
    }
}

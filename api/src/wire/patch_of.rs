//! The schema of a merge patch, named after the record that it changes.

use std::borrow::Cow;
use std::marker::PhantomData;

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A patch of what `C` creates: the schema `XPatch` beside `XCreate`. Here it is only named; its members are derived when the
/// document is finished.
pub struct MergePatchOf<C>(PhantomData<C>);

impl<C: ToSchema> PartialSchema for MergePatchOf<C> {
    fn schema() -> RefOr<Schema> {
        RefOr::T(Schema::Object(ObjectBuilder::new().build()))
    }
}

impl<C: ToSchema> ToSchema for MergePatchOf<C> {
    fn name() -> Cow<'static, str> {
        let create = C::name();
        Cow::Owned(format!("{}Patch", create.strip_suffix("Create").unwrap_or(&create)))
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((C::name().into_owned(), C::schema()));
        C::schemas(schemas);
    }
}

//! Closed lists of names: the domain's enumerations in requests.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::{Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};
use werkstadt_domain::account::{Role, Scope};
use werkstadt_domain::audience::Visibility;
use werkstadt_domain::membership::MembershipStatus;
use werkstadt_domain::named::Named;
use werkstadt_domain::opportunity::{Cooperation, Direction, Status};
use werkstadt_domain::organisation::{Helix, Kind, SizeClass};
use werkstadt_domain::person::ConsentGiver;
use werkstadt_domain::reference::ReferenceKind;
use werkstadt_domain::search::{Facet, SkillMode};
use werkstadt_domain::skill::{SkillKind, SkillStatus};
use werkstadt_domain::solution::Maturity;
use werkstadt_domain::text::Language;

/// One value of a closed list, by name. In responses lists are open, so plain strings are used there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choose<T>(pub T);

impl<T: Named> Serialize for Choose<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.code())
    }
}

impl<'de, T: Named> Deserialize<'de> for Choose<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(ByName(PhantomData))
    }
}

struct ByName<T>(PhantomData<T>);

impl<T: Named> Visitor<'_> for ByName<T> {
    type Value = Choose<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "one of {}", names::<T>().join(", "))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Choose<T>, E> {
        T::from_code(name)
            .map(Choose)
            .ok_or_else(|| E::custom(format_args!("unknown name {name:?}")))
    }
}

fn names<T: Named>() -> Vec<&'static str> {
    T::ALL.iter().map(|value| value.code()).collect()
}

impl<T: Named> PartialSchema for Choose<T> {
    fn schema() -> RefOr<Schema> {
        let object = ObjectBuilder::new()
            .schema_type(SchemaType::new(Type::String))
            .enum_values(Some(names::<T>()));
        RefOr::T(Schema::Object(object.build()))
    }
}

impl<T: Named> ToSchema for Choose<T> {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed(T::NAME)
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::NAME.to_owned(), Self::schema()));
    }
}

/// The values of a list of choices.
pub fn chosen<T: Copy>(choices: &[Choose<T>]) -> Vec<T> {
    choices.iter().map(|choice| choice.0).collect()
}

/// A kind of organisation.
pub type KindName = Choose<Kind>;
/// A sector of the quadruple helix.
pub type HelixName = Choose<Helix>;
/// A size class.
pub type SizeClassName = Choose<SizeClass>;
/// A visibility level.
pub type VisibilityName = Choose<Visibility>;
/// Offer or request.
pub type DirectionName = Choose<Direction>;
/// A sort of working together.
pub type CooperationName = Choose<Cooperation>;
/// A state of an opportunity.
pub type OpportunityStatusName = Choose<Status>;
/// A state of a membership.
pub type MembershipStatusName = Choose<MembershipStatus>;
/// A sort of reference.
pub type ReferenceKindName = Choose<ReferenceKind>;
/// A sort of skill.
pub type SkillKindName = Choose<SkillKind>;
/// A state of a skill.
pub type SkillStatusName = Choose<SkillStatus>;
/// How skills combine.
pub type SkillModeName = Choose<SkillMode>;
/// A facet.
pub type FacetName = Choose<Facet>;
/// How far a solution is.
pub type MaturityName = Choose<Maturity>;
/// Who gave a consent.
pub type ConsentGiverName = Choose<ConsentGiver>;
/// A language of the product.
pub type LanguageName = Choose<Language>;
/// A role.
pub type RoleName = Choose<Role>;
/// A scope.
pub type ScopeName = Choose<Scope>;

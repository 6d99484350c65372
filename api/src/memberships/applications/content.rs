//! What applications say: read, checked against the type of membership, and kept until they are decided.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use werkstadt_domain::invalid::{Fault, Faults, Invalid, Rule};
use werkstadt_domain::membership::application::MediaType;
use werkstadt_domain::membership::tier::{Field, Tier};
use werkstadt_domain::organisation::{Organisation, OrganisationId};
use werkstadt_domain::text::{email, line, paragraphs, phone};
use werkstadt_persistence::applications::{DocumentHead, StoredApplication};

use super::wire::{ApplicationCreate, DocumentCreate};
use crate::organisations::wire::{LocationBody, OrganisationCreate, RegisterBody};
use crate::problem::Problem;
use crate::state::State;
use crate::wire::{KindName, LanguageName, SizeClassName, optional};

/// Bytes of all documents of an application.
const MOST_BYTES: usize = 4 << 20;

/// Documents with their bytes.
pub type Files = Vec<(DocumentHead, Vec<u8>)>;

/// An organisation that wants to become a member.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Applicant, example = json!({"kind": "company", "name": "Beispiel Optik GmbH", "legal_form": "GmbH",
    "register": {"court": "Jena", "register": "HRB", "number": "500123"},
    "address": {"street": "Engelplatz 8", "postcode": "07743", "city": "Jena", "country": "DE"}, "website": "https://example.org"}))]
pub struct ApplicantBody {
    /// What it is.
    pub kind: KindName,
    /// Legal name, in one line.
    #[schema(format = "single-line", min_length = 1, max_length = 200)]
    pub name: String,
    /// Legal form.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "single-line", min_length = 1, max_length = 60)]
    pub legal_form: Option<String>,
    /// Register entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub register: Option<RegisterBody>,
    /// VAT id.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "vat-id", min_length = 4, max_length = 30)]
    pub vat_id: Option<String>,
    /// Its seat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<LocationBody>,
    /// Main web address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "web-address", min_length = 1, max_length = 500)]
    pub website: Option<String>,
    /// EU size class, which may decide the fee.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<SizeClassName>,
}

/// Who writes an application.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ApplicantContact, example = json!({"name": "Erika Beispiel", "email": "erika@example.org", "function": "Geschäftsführerin"}))]
pub struct ApplicantContactBody {
    /// The name.
    #[schema(format = "single-line", min_length = 1, max_length = 200)]
    pub name: String,
    /// The e-mail address.
    #[schema(format = "email", min_length = 3, max_length = 254)]
    pub email: String,
    /// The telephone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "phone", min_length = 3, max_length = 40)]
    pub phone: Option<String>,
    /// What the person is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "single-line", min_length = 1, max_length = 200)]
    pub function: Option<String>,
    /// In which letters are written; German if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<LanguageName>,
}

/// What an application says, as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Content {
    /// Who wants to become a member.
    pub organisation: ApplicantBody,
    /// Who writes.
    pub contact: ApplicantContactBody,
    /// Some words on why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// When its sender consented that it is processed.
    pub consented_at: DateTime<Utc>,
}

impl Content {
    /// What a kept application says.
    ///
    /// # Errors
    /// [`crate::problem::Code::Internal`] if it cannot be read; a defect.
    pub fn of(stored: &StoredApplication) -> Result<Self, Problem> {
        serde_json::from_value(stored.content.clone()).map_err(Problem::internal)
    }

    fn has(&self, field: Field) -> bool {
        let organisation = &self.organisation;
        match field {
            Field::LegalForm => organisation.legal_form.is_some(),
            Field::Register => organisation.register.is_some(),
            Field::VatId => organisation.vat_id.is_some(),
            Field::Address => organisation.address.is_some(),
            Field::Website => organisation.website.is_some(),
            Field::Size => organisation.size.is_some(),
            Field::Phone => self.contact.phone.is_some(),
            Field::Function => self.contact.function.is_some(),
            Field::Message => self.message.is_some(),
        }
    }
}

impl ApplicantBody {
    /// The organisation under an id.
    ///
    /// # Errors
    /// Every fault, with its place in this body.
    pub fn to_domain(&self, id: OrganisationId) -> Result<Organisation, Problem> {
        let mut body = serde_json::to_value(self).map_err(Problem::internal)?;
        if let Some(members) = body.as_object_mut()
            && let Some(address) = members.shift_remove("address")
        {
            members.insert("locations".to_owned(), json!([address]));
        }
        let create: OrganisationCreate = serde_json::from_value(body).map_err(Problem::internal)?;
        let here = |Invalid(faults)| {
            let place = |fault: Fault| Fault {
                pointer: fault.pointer.replace("/locations/0", "/address"),
                rule: fault.rule,
            };
            Invalid(faults.into_iter().map(place).collect())
        };
        Ok(create.into_domain(id).map_err(here)?)
    }
}

/// Reads an application for a type of membership: what it says, and its documents.
///
/// # Errors
/// [`crate::problem::Code::Invalid`] with every fault.
pub fn read(given: ApplicationCreate, tier: Option<&Tier>, state: &State) -> Result<(Content, Files), Problem> {
    let mut faults = Faults::new();
    let nowhere = state.id();
    match given.organisation.to_domain(nowhere) {
        Ok(_) => {}
        Err(problem) => nest(&mut faults, "/organisation", &problem)?,
    }
    let contact = &given.contact;
    faults.take("/contact/name", line(&contact.name, 200));
    faults.take("/contact/email", email(&contact.email));
    optional(&mut faults, "/contact/phone", contact.phone.as_ref(), phone);
    optional(&mut faults, "/contact/function", contact.function.as_ref(), |text| {
        line(text, 200)
    });
    let message = optional(&mut faults, "/message", given.message.as_ref(), |text| {
        paragraphs(text, 5000)
    });
    if !given.consent {
        faults.note("/consent", Rule::Required);
    }
    let documents = documents(&mut faults, &given.documents, tier, state);
    let content = Content {
        organisation: given.organisation,
        contact: given.contact,
        message,
        consented_at: state.now(),
    };
    match tier {
        Some(tier) => demands(&mut faults, tier, &content, &given.documents),
        None => faults.note("/type", Rule::UnknownReference),
    }
    Ok(faults.finish(Some((content, documents)))?)
}

/// What the type of membership asks for.
fn demands(faults: &mut Faults, tier: &Tier, content: &Content, documents: &[DocumentCreate]) {
    if !tier.admits(content.organisation.kind.0) {
        faults.note("/organisation/kind", Rule::Conflicts("type"));
    }
    for field in tier.fields.iter().filter(|field| !content.has(**field)) {
        faults.note(field.pointer(), Rule::Required);
    }
    for wanted in &tier.documents {
        if documents.iter().all(|given| given.code != wanted.code) {
            faults.note("/documents", Rule::Missing(wanted.code.clone()));
        }
    }
}

fn documents(faults: &mut Faults, given: &[DocumentCreate], tier: Option<&Tier>, state: &State) -> Files {
    let mut found = Vec::with_capacity(given.len());
    for (index, one) in given.iter().enumerate() {
        let at = |member: &str| format!("/documents/{index}/{member}");
        let is_known = |tier: &Tier| tier.documents.iter().any(|wanted| wanted.code == one.code);
        if !tier.is_none_or(is_known) {
            faults.note(at("code"), Rule::UnknownReference);
        }
        let file_name = faults.take(at("file_name"), line(&one.file_name, 120));
        let bytes = BASE64.decode(&one.content).map_err(|_| Rule::Malformed("Base64"));
        let Some(bytes) = faults.take(at("content"), bytes) else {
            continue;
        };
        let is = MediaType::of(&bytes).ok_or(Rule::Malformed("PDF, PNG or JPEG"));
        let is = faults.take(at("content"), is);
        if is.is_some_and(|is| is != one.media_type.0) {
            faults.note(at("media_type"), Rule::Conflicts("content"));
        }
        let head = file_name.zip(is).map(|(file_name, media_type)| DocumentHead {
            id: state.id(),
            code: one.code.clone(),
            file_name,
            media_type,
        });
        found.extend(head.map(|head| (head, bytes)));
    }
    if found.iter().map(|(_, bytes)| bytes.len()).sum::<usize>() > MOST_BYTES {
        faults.note("/documents", Rule::TooLong(MOST_BYTES));
    }
    found
}

/// Takes over the faults of a part.
fn nest(faults: &mut Faults, pointer: &str, problem: &Problem) -> Result<(), Problem> {
    use crate::problem::{Breach, Code, Place};
    if problem.code() != Code::Invalid {
        return Err(problem.clone());
    }
    for breach in problem.breaches() {
        if let (Place::Body(place), Breach::Rule(rule)) = breach {
            faults.note(format!("{pointer}{place}"), rule.clone());
        }
    }
    Ok(())
}

//! The collection: organisations with what they did, later projects, and who took part.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::SCHEME;
use crate::local::Failure;

/// Everything in a folder.
pub struct Collection {
    /// The import, JSON Lines.
    pub network: Vec<u8>,
    /// Later projects.
    pub queries: Vec<Query>,
    /// Who took part in each.
    pub relevant: HashMap<String, HashSet<String>>,
    /// Who is missing where the others are known.
    pub missing: Vec<Missing>,
}

/// A project that asks for partners.
#[derive(Deserialize)]
pub struct Query {
    /// Its id.
    pub id: String,
    /// Title.
    #[serde(default)]
    pub title: String,
    /// Objective.
    #[serde(default)]
    pub text: String,
    /// Keywords, separated by commas.
    #[serde(default)]
    pub keywords: String,
    /// Topics.
    #[serde(default)]
    pub topics: Vec<String>,
}

/// A project of which all partners but one are known.
#[derive(Deserialize)]
pub struct Missing {
    /// The project.
    pub id: String,
    /// The partners known.
    pub known: Vec<String>,
    /// The one to be found.
    pub hidden: String,
}

#[derive(Deserialize)]
struct Member {
    id: String,
    name: String,
    #[serde(default)]
    short: String,
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    city: String,
    #[serde(default)]
    zip: String,
    #[serde(default)]
    country: String,
    #[serde(default)]
    skills: Vec<String>,
    #[serde(default)]
    projects: Vec<Project>,
}

#[derive(Deserialize)]
struct Project {
    #[serde(default)]
    id: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    keywords: String,
    #[serde(default)]
    objective: String,
}

/// Who took part in which earlier project.
type Consortia = BTreeMap<String, Vec<String>>;

impl Collection {
    /// Reads a folder with `members.jsonl`, `queries.jsonl`, `qrels.tsv`, `missing.jsonl` and `train_consortia.json`.
    ///
    /// # Errors
    /// When a file is missing or not in its format.
    pub fn read(folder: &Path) -> Result<Self, Failure> {
        let members: Vec<Member> = lines(&folder.join("members.jsonl"))?;
        let consortia: Consortia = serde_json::from_slice(&fs::read(folder.join("train_consortia.json"))?)?;
        let mut relevant: HashMap<String, HashSet<String>> = HashMap::new();
        for line in fs::read_to_string(folder.join("qrels.tsv"))?.lines() {
            let fields: Vec<&str> = line.split('\t').collect();
            if let [query, _, member, grade] = fields.as_slice()
                && *grade != "0"
            {
                relevant
                    .entry((*query).to_owned())
                    .or_default()
                    .insert((*member).to_owned());
            }
        }
        Ok(Self {
            network: network(&members, &consortia)?,
            queries: lines(&folder.join("queries.jsonl"))?,
            relevant,
            missing: lines(&folder.join("missing.jsonl"))?,
        })
    }
}

fn lines<T: DeserializeOwned>(file: &Path) -> Result<Vec<T>, Failure> {
    let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| Ok(serde_json::from_str(line)?))
        .collect()
}

/// The members as an import: skills first, then organisations with their projects as references.
fn network(members: &[Member], consortia: &Consortia) -> Result<Vec<u8>, Failure> {
    let mut out = Vec::new();
    let skills: BTreeSet<&str> = members
        .iter()
        .flat_map(|member| &member.skills)
        .map(|skill| skill.trim())
        .collect();
    for skill in skills.iter().filter(|skill| !skill.is_empty()) {
        let line =
            json!({"record": "skill", "uri": uri(skill), "kind": "knowledge", "label": {"en": clip(skill, 200)}});
        push(&mut out, &line)?;
    }
    let known: HashSet<&str> = members.iter().map(|member| member.id.as_str()).collect();
    let told: HashSet<&str> = members
        .iter()
        .flat_map(|member| &member.projects)
        .map(|one| one.id.as_str())
        .collect();
    let mut untold: HashMap<&str, Vec<&str>> = HashMap::new();
    for (project, partners) in consortia.iter().filter(|(project, _)| !told.contains(project.as_str())) {
        // A project that no profile tells of is still track record; it is noted with the first partner known.
        if let Some(first) = partners.iter().find(|partner| known.contains(partner.as_str())) {
            untold.entry(first.as_str()).or_default().push(project);
        }
    }
    for member in members {
        let more = untold.remove(member.id.as_str()).unwrap_or_default();
        push(&mut out, &organisation(member, &more, consortia))?;
    }
    Ok(out)
}

fn push(out: &mut Vec<u8>, line: &Value) -> Result<(), Failure> {
    serde_json::to_writer(&mut *out, line)?;
    out.push(b'\n');
    Ok(())
}

fn organisation(member: &Member, untold: &[&str], consortia: &Consortia) -> Value {
    let kind = match member.kind.as_str() {
        "HES" => "university",
        "REC" => "research_institute",
        "PUB" => "public_administration",
        "OTH" => "association",
        _ => "company",
    };
    let mut skills: Vec<&str> = member
        .skills
        .iter()
        .map(|skill| skill.trim())
        .filter(|skill| !skill.is_empty())
        .collect();
    skills.sort_unstable();
    skills.dedup();
    let told = member
        .projects
        .iter()
        .map(|project| reference(project, consortia, &member.id));
    let empty = |id: &&str| Project {
        id: (*id).to_owned(),
        title: (*id).to_owned(),
        keywords: String::new(),
        objective: String::new(),
    };
    let untold = untold.iter().map(|id| reference(&empty(id), consortia, &member.id));
    let mut line = json!({
        "record": "organisation",
        "kind": kind,
        "name": clip(&member.name, 200),
        "external_ids": [{"scheme": SCHEME, "value": member.id}],
        "skills": skills.iter().map(|skill| json!({"skill": uri(skill)})).collect::<Value>(),
        "references": told.chain(untold).collect::<Value>(),
    });
    if !member.short.trim().is_empty() {
        line["short_name"] = json!(clip(&member.short, 100));
    }
    if let Some(place) = location(member) {
        line["locations"] = json!([place]);
    }
    line
}

fn location(member: &Member) -> Option<Value> {
    let city = member.city.trim();
    let country = Some(member.country.trim())
        .filter(|country| country.len() == 2)
        .unwrap_or("DE");
    let postcode = member.zip.trim();
    let plausible = postcode.len() == 5 && postcode.bytes().all(|byte| byte.is_ascii_digit());
    let mut place = json!({"city": clip(city, 100), "country": country.to_uppercase()});
    if plausible && country == "DE" {
        place["postcode"] = json!(postcode);
    }
    (!city.is_empty()).then_some(place)
}

fn reference(project: &Project, consortia: &Consortia, own: &str) -> Value {
    let partners = consortia
        .get(&project.id)
        .into_iter()
        .flatten()
        .filter(|partner| *partner != own);
    let partners = partners
        .take(300)
        .map(|partner| json!({"external_id": {"scheme": SCHEME, "value": partner}}));
    let keywords = project
        .keywords
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty());
    let title = Some(project.title.trim())
        .filter(|title| !title.is_empty())
        .unwrap_or(&project.id);
    let mut line = json!({
        "title": {"en": clip(title, 500)},
        "keywords": keywords.take(100).map(|word| clip(word, 200)).collect::<Value>(),
        "partners": partners.collect::<Value>(),
    });
    if !project.objective.trim().is_empty() {
        line["text"] = json!({"en": clip(project.objective.trim(), 20_000)});
    }
    if !project.id.is_empty() {
        line["project"] = json!({"scheme": "cordis", "value": project.id});
    }
    line
}

fn uri(skill: &str) -> String {
    let slug: String = skill
        .to_lowercase()
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { '-' })
        .collect();
    format!("urn:example:skill:{}", clip(&slug, 250))
}

/// At most this many characters.
pub fn clip(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

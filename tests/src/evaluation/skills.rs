//! Measuring the search for skills: does a label find its concept in the other language, and another name the concept?

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Value, json};

use super::data::clip;
use super::metrics::{Ranking, average};
use crate::local::{Failure, Local};

/// Everything in a folder.
pub struct Labels {
    concepts: Vec<Concept>,
    /// Concept, German label, English label.
    pairs: Vec<[String; 3]>,
    /// Concept, language, alternative label.
    synonyms: Vec<[String; 3]>,
}

#[derive(Deserialize)]
struct Concept {
    uri: String,
    kind: String,
    label_de: String,
    label_en: String,
}

/// Which labels a server has.
#[derive(Clone, Copy)]
enum Indexed {
    German,
    English,
    Both,
}

/// A text, and the concept that it should find.
struct Question<'a> {
    text: &'a str,
    concept: &'a str,
}

/// Longer labels and questions are refused.
const LONGEST: usize = 200;

impl Labels {
    /// Reads `concepts.csv`, every `xling_*.tsv` and every `synonym_*.tsv` of a folder. Concepts of a kind that nobody asks
    /// for are left out, and pairs whose labels are the same word.
    ///
    /// # Errors
    /// When a file is missing or not in its format.
    pub fn read(folder: &Path) -> Result<Self, Failure> {
        let file = folder.join("concepts.csv");
        let mut reader = csv::Reader::from_path(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let all: Vec<Concept> = reader.deserialize().collect::<Result<_, _>>()?;
        let pairs = rows(folder, "xling_")?;
        let pairs: Vec<_> = pairs
            .into_iter()
            .filter(|[_, de, en]| de.to_lowercase() != en.to_lowercase())
            .collect();
        let synonyms = rows(folder, "synonym_")?;
        let asked: HashSet<&str> = pairs.iter().chain(&synonyms).map(|[uri, ..]| uri.as_str()).collect();
        let kinds: HashSet<String> = all
            .iter()
            .filter(|one| asked.contains(one.uri.as_str()))
            .map(|one| one.kind.clone())
            .collect();
        let concepts = all.into_iter().filter(|one| kinds.contains(&one.kind)).collect();
        Ok(Self {
            concepts,
            pairs,
            synonyms,
        })
    }

    /// The concepts as an import.
    fn lines(&self, indexed: Indexed) -> Result<Vec<u8>, Failure> {
        let mut out = Vec::new();
        for concept in &self.concepts {
            let (de, en) = (clip(&concept.label_de, LONGEST), clip(&concept.label_en, LONGEST));
            let label = match indexed {
                Indexed::German => json!({"de": de}),
                Indexed::English => json!({"en": en}),
                Indexed::Both => json!({"de": de, "en": en}),
            };
            serde_json::to_writer(
                &mut out,
                &json!({"record": "skill", "uri": concept.uri, "label": label}),
            )?;
            out.push(b'\n');
        }
        Ok(out)
    }

    fn german(&self) -> impl Iterator<Item = Question<'_>> {
        self.pairs.iter().map(|[concept, text, _]| Question { text, concept })
    }

    fn english(&self) -> impl Iterator<Item = Question<'_>> {
        self.pairs.iter().map(|[concept, _, text]| Question { text, concept })
    }

    fn synonyms(&self, language: &str) -> impl Iterator<Item = Question<'_>> {
        let same = self.synonyms.iter().filter(move |[_, other, _]| other == language);
        same.map(|[concept, _, text]| Question { text, concept })
    }
}

/// Runs all three tasks and returns the figures.
///
/// # Errors
/// When a server does not start or does not answer as it should.
pub fn run(labels: &Labels) -> Result<Value, Failure> {
    let german = server(labels, Indexed::German)?;
    let backward = ask(&german, labels.english())?;
    let of_german = ask(&german, labels.synonyms("de"))?;
    drop(german);
    let english = server(labels, Indexed::English)?;
    let forward = ask(&english, labels.german())?;
    let of_english = ask(&english, labels.synonyms("en"))?;
    drop(english);
    let both = server(labels, Indexed::Both)?;
    let looked_up = ask(&both, labels.german().chain(labels.english()))?;
    let mut cross = figures(&[forward.as_slice(), &backward].concat());
    cross["de_to_en"] = figures(&forward);
    cross["en_to_de"] = figures(&backward);
    let mut synonym = figures(&[of_german.as_slice(), &of_english].concat());
    synonym["de"] = figures(&of_german);
    synonym["en"] = figures(&of_english);
    Ok(json!({"cross": cross, "cross_with_taxonomy": figures(&looked_up), "synonym": synonym}))
}

#[expect(clippy::print_stderr, reason = "progress belongs on standard error")]
fn server(labels: &Labels, indexed: Indexed) -> Result<Local, Failure> {
    let server = Local::start(2)?;
    let job = server.import(&labels.lines(indexed)?)?;
    eprintln!("loaded: {} concepts", job["created"]["skills"]);
    Ok(server)
}

fn figures(rankings: &[Ranking]) -> Value {
    json!({
        "queries": rankings.len(),
        "hits1": average(rankings, |ranking| ranking.recall(1)),
        "hits5": average(rankings, |ranking| ranking.recall(5)),
        "mrr": average(rankings, Ranking::reciprocal_rank),
    })
}

fn ask<'a>(server: &Local, questions: impl Iterator<Item = Question<'a>>) -> Result<Vec<Ranking>, Failure> {
    questions.map(|question| rank(server, &question)).collect()
}

/// Where the concept stands, read page by page until it was seen or the list ends.
fn rank(server: &Local, question: &Question<'_>) -> Result<Ranking, Failure> {
    let mut ranking = Ranking {
        relevant: HashSet::from([question.concept.to_owned()]),
        ranks: Vec::new(),
    };
    let mut next = Some(format!(
        "/v1/skills?limit=20&q={}",
        encoded(&clip(question.text, LONGEST))
    ));
    let mut above = 0;
    while let Some(address) = next {
        let page = server.get(&address)?;
        let items = page["items"].as_array().map(Vec::as_slice).unwrap_or_default();
        if let Some(at) = items.iter().position(|item| item["uri"] == question.concept) {
            ranking.ranks.push(above + at + 1);
            break;
        }
        above += items.len();
        next = page["next"].as_str().map(str::to_owned);
    }
    Ok(ranking)
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// The first three fields of every line of the files whose names begin so, in order of name.
fn rows(folder: &Path, beginning: &str) -> Result<Vec<[String; 3]>, Failure> {
    let mut files: BTreeSet<PathBuf> = BTreeSet::new();
    for entry in fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))? {
        let file = entry?.path();
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with(beginning) && name.ends_with(".tsv") {
            files.insert(file);
        }
    }
    if files.is_empty() {
        return Err(format!("{} has no {beginning}*.tsv", folder.display()).into());
    }
    let mut rows = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file)?;
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let fields: Vec<&str> = line.split('\t').map(str::trim).collect();
            let [first, second, third, ..] = fields.as_slice() else {
                return Err(format!("{}: three fields are needed: {line}", file.display()).into());
            };
            if *first != "uri" {
                rows.push([first, second, third].map(|field| (*field).to_owned()));
            }
        }
    }
    Ok(rows)
}

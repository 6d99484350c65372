//! Rules of the architecture that a machine can check, so that no reviewer need.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Lines of a file at most.
const LONGEST: usize = 400;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every Rust file of a crate, with its path below the root and its text.
fn sources(krate: &str) -> Vec<(String, String)> {
    let mut open = vec![root().join(krate)];
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() && !path.ends_with("target") && !path.ends_with("node_modules") {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let name = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(!found.is_empty(), "{krate} has no sources");
    found
}

fn everything() -> Vec<(String, String)> {
    ["domain", "persistence", "api", "openapi", "tests"]
        .into_iter()
        .flat_map(sources)
        .collect()
}

/// The names of a crate's dependencies, those for tests left out.
fn dependencies(krate: &str) -> BTreeSet<String> {
    let manifest = fs::read_to_string(root().join(krate).join("Cargo.toml")).unwrap();
    let section = manifest.split("\n[dependencies]\n").nth(1).unwrap_or_default();
    let lines = section.lines().take_while(|line| !line.starts_with('['));
    lines
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

fn none(found: Vec<String>, rule: &str) {
    assert!(found.is_empty(), "{rule}:\n{}", found.join("\n"));
}

#[test]
fn dependencies_point_one_way() {
    let forbidden = |krate: &str, names: &[&str]| {
        let all = dependencies(krate);
        names
            .iter()
            .filter(|name| all.contains(**name))
            .map(|name| format!("{krate} → {name}"))
            .collect::<Vec<_>>()
    };
    let outside = [
        "serde",
        "serde_json",
        "diesel",
        "actix-web",
        "tokio",
        "getrandom",
        "utoipa",
    ];
    let mut found = forbidden("domain", &outside);
    found.extend(forbidden("domain", &["werkstadt-persistence", "werkstadt-api"]));
    found.extend(forbidden(
        "persistence",
        &["actix-web", "utoipa", "tokio", "werkstadt-api"],
    ));
    found.extend(forbidden("api", &["diesel", "werkstadt-tests", "werkstadt-openapi"]));
    none(found, "dependencies in the wrong direction");
    assert!(
        dependencies("api").contains("werkstadt-persistence"),
        "the manifest is read"
    );
}

#[test]
fn every_file_says_what_it_is_and_fits_a_reader() {
    let mut found = Vec::new();
    for (name, text) in everything() {
        if !text.starts_with("//! ") {
            found.push(format!("{name} does not open with a sentence"));
        }
        if text.lines().count() > LONGEST {
            found.push(format!("{name} is longer than {LONGEST} lines"));
        }
        if name.ends_with("/mod.rs") {
            found.push(format!("{name}: a module is named by its file"));
        }
    }
    none(found, "files");
}

#[test]
fn each_border_is_crossed_in_one_place() {
    let only = |krate: &str, word: &str, homes: &[&str]| {
        let with = sources(krate).into_iter().filter(|(_, text)| text.contains(word));
        let elsewhere = with.filter(|(name, _)| !homes.iter().any(|home| name.starts_with(home)));
        elsewhere
            .map(|(name, _)| format!("{word} in {name}"))
            .collect::<Vec<_>>()
    };
    // Which engine it is: the dialect, and how a connection to it is opened and migrated.
    let engines = [
        "persistence/src/dialect",
        "persistence/src/connection.rs",
        "persistence/src/migrations.rs",
    ];
    let mut found = only("persistence", "Db::Sqlite", &engines);
    found.extend(only(
        "persistence",
        "begin_transaction",
        &["persistence/src/dialect.rs", "persistence/src/store.rs"],
    ));
    found.extend(only("persistence", ".transaction(", &[]));
    found.extend(only("api", "StatusCode::", &["api/src/problem", "api/src/edge.rs"]));
    found.extend(only("api", "diesel::", &[]));
    none(found, "knowledge outside its home");
}

#[test]
fn paths_that_the_documents_name_exist() {
    let mut found = Vec::new();
    for document in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"] {
        let text = fs::read_to_string(root().join(document)).unwrap();
        let quoted = text.split('`').skip(1).step_by(2);
        let crates = ["domain/", "persistence/", "api/", "openapi/", "tests/", ".ci/"];
        let paths = quoted.filter(|quote| {
            crates.iter().any(|krate| quote.starts_with(krate)) && !quote.contains([' ', '{', '*', '…'])
        });
        // `spaces` is the noun that ARCHITECTURE.md adds as an example.
        for path in paths.filter(|path| !path.contains("space")) {
            if !root().join(path).exists() {
                found.push(format!("{document}: {path}"));
            }
        }
    }
    none(found, "paths that do not exist");
}

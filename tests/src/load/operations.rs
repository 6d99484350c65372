//! The operations that are measured, each with two thousand different requests.

use serde_json::{Value, json};

use super::data::{Numbers, skill_uri, word};

/// An operation that is measured.
pub struct Operation {
    /// Its name in the report.
    pub name: &'static str,
    /// What is sent.
    pub requests: Vec<Vec<u8>>,
}

/// Different requests of each operation.
pub const DIFFERENT: u64 = 2000;

/// All operations; `ids` are organisations that exist.
pub fn operations(ids: &[String]) -> Vec<Operation> {
    let get = |path: String| request("GET", &path, "", b"");
    let mut numbers = Numbers::new(7);
    let mut rows = vec![Operation {
        name: "get",
        requests: ids.iter().map(|id| get(format!("/v1/organisations/{id}"))).collect(),
    }];
    let mut add = |name, one: &mut dyn FnMut(&mut Numbers) -> Vec<u8>| {
        let requests = (0..DIFFERENT).map(|_| one(&mut numbers)).collect();
        rows.push(Operation { name, requests });
    };
    add("text", &mut |numbers| get(search(&two_words(numbers).join("+"))));
    add("typo", &mut |numbers| {
        let [one, mut other] = two_words(numbers);
        // One letter is left out.
        other.remove(usize::try_from(1 + numbers.below(6)).unwrap_or(1));
        get(search(&format!("{other}+{one}")))
    });
    // In this order: the requests stay the same from version to version.
    add("suggest", &mut |numbers| {
        let [word, _] = two_words(numbers);
        let letters = usize::try_from(3 + numbers.below(4)).unwrap_or(3);
        get(format!("/v1/suggest?q={}", &word[..letters]))
    });
    add("geo_text", &mut |numbers| {
        let [word, _] = two_words(numbers);
        get(search(&word) + "&near=50.927,11.586&radius_km=50")
    });
    add("facets", &mut |numbers| {
        let (one, other) = (skill_uri(numbers.skewed(200)), skill_uri(numbers.skewed(200)));
        get(format!(
            "/v1/organisations?skill={one}&skill={other}&skill_mode=any&kind=company&facets=helix&facets=size&facets=city&limit=20"
        ))
    });
    add("match", &mut matching);
    rows
}

fn matching(numbers: &mut Numbers) -> Vec<u8> {
    let words: Vec<String> = (0..8).map(|_| word(30 + numbers.skewed(5000))).collect();
    let mut needs = vec![numbers.skewed(500), numbers.skewed(500), numbers.skewed(500)];
    needs.sort_unstable();
    needs.dedup();
    let needs: Vec<Value> = needs
        .iter()
        .map(|skill| json!({"skill": skill_uri(*skill), "min_level": 2}))
        .collect();
    let body = json!({"text": {"de": words.join(" ")}, "required_skills": needs, "helix": ["business"], "limit": 20});
    let head = "Content-Type: application/json\r\n";
    request("POST", "/v1/matches", head, body.to_string().as_bytes())
}

/// Not the very commonest words: people do not search for those.
fn two_words(numbers: &mut Numbers) -> [String; 2] {
    [(); 2].map(|()| word(30 + numbers.skewed(5000)))
}

fn search(q: &str) -> String {
    format!("/v1/organisations?q={q}&limit=20")
}

/// A request as it is sent.
pub fn request(method: &str, path: &str, head: &str, body: &[u8]) -> Vec<u8> {
    let length = if method == "POST" {
        format!("Content-Length: {}\r\n", body.len())
    } else {
        String::new()
    };
    let mut bytes = format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{head}{length}\r\n").into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

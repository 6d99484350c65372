//! A generated network: as many organisations as wanted, always the same ones. Words and skills are distributed as in real
//! texts: a few common ones, many rare ones.

use serde_json::{Value, json};

/// A generator of numbers that is the same everywhere (`SplitMix64`).
pub struct Numbers(u64);

impl Numbers {
    /// Starts at a seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// A number below `end`, small ones much more often: about as Zipf's law has it.
    pub fn skewed(&mut self, end: u64) -> u64 {
        let uniform = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        let skewed = ((end as f64 + 1.0).powf(uniform) - 1.0).floor();
        (skewed as u64).min(end.saturating_sub(1))
    }
}

/// Skills of the taxonomy.
pub const SKILLS: u64 = 3000;
/// Distinct words of the texts.
pub const WORDS: u64 = 40_000;

const KINDS: [&str; 8] = [
    "company",
    "company",
    "company",
    "startup",
    "university",
    "research_institute",
    "public_administration",
    "association",
];

const CITIES: [(&str, f64, f64); 8] = [
    ("Jena", 50.927, 11.586),
    ("Erfurt", 50.978, 11.029),
    ("Weimar", 50.980, 11.324),
    ("Gera", 50.880, 12.083),
    ("Ilmenau", 50.687, 10.914),
    ("Berlin", 52.520, 13.405),
    ("München", 48.137, 11.575),
    ("Hamburg", 53.551, 9.994),
];

/// The n-th word: pronounceable, so that it is treated like one.
pub fn word(n: u64) -> String {
    const HEADS: [&str; 16] = [
        "ba", "de", "fi", "go", "ku", "la", "me", "ni", "po", "ru", "sa", "te", "vi", "wo", "zu", "ja",
    ];
    const TAILS: [&str; 5] = ["n", "r", "s", "t", "l"];
    let mut rest = n;
    let mut text = String::new();
    for _ in 0..4 {
        let (next, head) = (rest / 16, rest % 16);
        text.push_str(
            usize::try_from(head)
                .ok()
                .and_then(|head| HEADS.get(head))
                .copied()
                .unwrap_or("ba"),
        );
        rest = next;
    }
    text.push_str(
        usize::try_from(n % 5)
            .ok()
            .and_then(|tail| TAILS.get(tail))
            .copied()
            .unwrap_or("n"),
    );
    text
}

/// The URI of the n-th skill.
pub fn skill_uri(n: u64) -> String {
    format!("urn:example:skill:{n}")
}

/// The n-th skill as a line of an import.
pub fn skill(n: u64) -> Value {
    let label = format!("{} {}", word(n * 7 + 3), word(n * 13 + 5));
    let broader: Vec<String> = if n < 30 { vec![] } else { vec![skill_uri(n % 30)] };
    json!({"record": "skill", "uri": skill_uri(n), "label": {"de": label, "en": format!("{label} en")}, "broader": broader})
}

/// The n-th organisation as a line of an import.
pub fn organisation(n: u64) -> Value {
    let mut numbers = Numbers::new(n);
    let mut words = |count: u64| {
        let text: Vec<String> = (0..count).map(|_| word(numbers.skewed(WORDS))).collect();
        text.join(" ")
    };
    let (name, summary, description) = (words(2), words(12), words(40));
    let mut skills: Vec<u64> = (0..4 + numbers.below(8)).map(|_| numbers.skewed(SKILLS)).collect();
    skills.sort_unstable();
    skills.dedup();
    let claims = skills
        .iter()
        .map(|skill| json!({"skill": skill_uri(*skill), "level": 1 + numbers.below(5)}))
        .collect::<Value>();
    let pick = |index: u64, len: usize| usize::try_from(index).unwrap_or_default() % len;
    let (city, lat, lon) = CITIES[pick(numbers.below(8), CITIES.len())];
    let shift = |numbers: &mut Numbers| (numbers.below(2000) as f64 - 1000.0) / 5000.0;
    json!({
        "record": "organisation",
        "kind": KINDS[pick(numbers.below(8), KINDS.len())],
        "name": format!("{name} {n} GmbH"),
        "summary": {"de": summary},
        "description": {"de": description},
        "languages": ["de"],
        "locations": [{"city": city, "country": "DE", "postcode": "07743", "lat": lat + shift(&mut numbers), "lon": lon + shift(&mut numbers)}],
        "skills": claims,
    })
}

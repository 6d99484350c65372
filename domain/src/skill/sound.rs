//! Spelling by sound: what makes cognates of German and English look alike.

/// A folded word as it sounds: `Kryptographie` and `cryptography` come close, `Zentrum` and `centre` too.
///
/// Regular correspondences of spelling only, none of single words: `c` is `k`, before a light vowel `z`; `ph` is `f`, `th` is
/// `t`, `y` is `i`, `w` is `v`, `x` is `ks`; `sch` and `sh` are `s`; `t` before `io`, `ia`, `ie` is `z`; the High German `pf`
/// and `tz` are `p` and `z`. Then double letters count once.
pub fn sound(folded: &str) -> String {
    let letters: Vec<char> = folded.chars().collect();
    let mut out = String::with_capacity(folded.len());
    let mut at = 0;
    while let Some(rest) = letters.get(at..).filter(|rest| !rest.is_empty()) {
        let (sounds, taken) = step(rest, at == 0);
        match sounds {
            Some(sounds) => sounds.chars().for_each(|sound| push(&mut out, sound)),
            None => rest.iter().take(taken).for_each(|letter| push(&mut out, *letter)),
        }
        at += taken;
    }
    out
}

/// The consonants of a word as it [`sound`]s, after its first letter, with voiced ones as voiceless: vowels and voice are
/// what cognates differ in most.
pub fn skeleton(sound: &str) -> String {
    let mut out = String::with_capacity(sound.len());
    for (at, letter) in sound.chars().enumerate() {
        match letter {
            'a' | 'e' | 'i' | 'o' | 'u' if at > 0 => {}
            'd' => out.push('t'),
            'b' => out.push('p'),
            'g' => out.push('k'),
            'v' => out.push('f'),
            'z' => out.push('s'),
            other => out.push(other),
        }
    }
    out
}

/// How the first letters sound, if not as they are written, and how many letters that takes.
fn step(rest: &[char], is_first: bool) -> (Option<&'static str>, usize) {
    let (sounds, taken) = match rest {
        ['s', 'c', 'h', ..] => ("s", 3),
        ['t', 'c', 'h', ..] => ("k", 3),
        ['s', 'h', ..] => ("s", 2),
        ['c', 'h' | 'k', ..] => ("k", 2),
        ['p', 'h', ..] => ("f", 2),
        ['t', 'h', ..] => ("t", 2),
        ['r', 'h', ..] => ("r", 2),
        ['g', 'h', ..] => ("g", 2),
        ['p', 'f', ..] => ("p", 2),
        ['t', 'z', ..] => ("z", 2),
        ['q', 'u', ..] => ("kw", 2),
        ['t', 'i', 'o' | 'a' | 'e', ..] if !is_first => ("zi", 2),
        ['c', 'e' | 'i' | 'y', ..] => ("z", 1),
        ['c', ..] => ("k", 1),
        ['x', ..] => ("ks", 1),
        ['y' | 'j', ..] => ("i", 1),
        ['w', ..] => ("v", 1),
        _ => return (None, 1),
    };
    (Some(sounds), taken)
}

/// Adds a letter unless it repeats the last one; digits may repeat.
fn push(out: &mut String, letter: char) {
    if letter.is_numeric() || !out.ends_with(letter) {
        out.push(letter);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn cognates_come_close() {
        for (one, other) in [
            ("fotografie", "photografie"),
            ("kommunikation", "communication"),
            ("prozess", "process"),
            ("disk", "disc"),
            ("aktion", "action"),
            ("system", "sistem"),
            ("wasser", "vaser"),
        ] {
            assert_eq!(sound(one), sound(other));
        }
        assert_eq!(sound("2000"), "2000");
        assert_eq!(skeleton("vaser"), skeleton("vater").replace('t', "s"));
        assert_eq!(skeleton(&sound("datenbank")), skeleton(&sound("tatenpank")));
    }

    proptest! {
        #[test]
        fn any_word_has_a_sound(word in "[a-z0-9äöüß+#🙂]{0,30}") {
            let sounds = sound(&word);
            prop_assert_eq!(sounds.is_empty(), word.is_empty());
            prop_assert!(skeleton(&sounds).chars().count() <= sounds.chars().count());
        }
    }
}

//! Edits: how many errors two words are apart, as far as errors are forgiven.

/// A bit for each letter that occurs; some letters share one.
pub(super) fn marks(text: &str) -> u32 {
    text.chars()
        .fold(0, |marks, letter| marks | 1 << (u32::from(letter) % 32))
}

/// The band of a table of distances: two edits to either side of its diagonal.
const BAND: usize = 5;

/// How many edits (letters put in, left out, replaced, or two neighbours swapped, none of which is edited again) two words are apart,
/// if at most `most`, which is 2 or less. Cells farther than two from the diagonal take more edits than that.
pub(super) fn distance(from: &[char], to: &[char], most: usize) -> Option<usize> {
    const FAR: usize = usize::MAX / 2;
    let middle = BAND / 2;
    let letter = |word: &[char], at: usize| at.checked_sub(1).and_then(|at| word.get(at)).copied();
    // The cell at `place` of row `i` compares the first `i` letters with the first `i + place − middle`.
    let (mut above, mut row): ([usize; BAND], [usize; BAND]) = ([FAR; BAND], [FAR; BAND]);
    for (ahead, cell) in row.iter_mut().skip(middle).enumerate() {
        *cell = ahead;
    }
    for i in 1..=from.len() {
        let mut next = [FAR; BAND];
        let mut before = FAR;
        for (place, cell) in next.iter_mut().enumerate() {
            let Some(j) = (i + place).checked_sub(middle).filter(|j| *j <= to.len()) else {
                continue;
            };
            let at = |row: &[usize; BAND], place: usize| row.get(place).copied().unwrap_or(FAR);
            let (mine, other) = (letter(from, i), letter(to, j));
            let replaced = if j == 0 {
                FAR
            } else {
                at(&row, place) + usize::from(mine != other)
            };
            let swapped = i > 1 && j > 1 && mine == letter(to, j - 1) && letter(from, i - 1) == other;
            let swapped = if swapped { at(&above, place) + 1 } else { FAR };
            *cell = replaced.min(swapped).min(at(&row, place + 1) + 1).min(before + 1);
            before = *cell;
        }
        if next.iter().all(|cell| *cell > most) && row.iter().all(|cell| *cell > most) {
            return None;
        }
        (above, row) = (row, next);
    }
    let last = (to.len() + middle).checked_sub(from.len())?;
    row.get(last).copied().filter(|distance| *distance <= most)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn few_edits_are_counted(from in "[abä]{0,9}", to in "[abä]{0,9}", most in 0_usize..3) {
            let letters = |text: &str| text.chars().collect::<Vec<_>>();
            let expected = Some(strsim::osa_distance(&from, &to)).filter(|distance| *distance <= most);
            prop_assert_eq!(distance(&letters(&from), &letters(&to), most), expected);
            if expected.is_some() {
                prop_assert!((marks(&from) ^ marks(&to)).count_ones() as usize <= 2 * most);
            }
        }
    }
}

//! Names by number and numbers by name, in one block of text: there are as many as words in the language, and more.

use std::hash::BuildHasher;

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

/// Grows only.
#[derive(Debug, Default)]
pub(in crate::directory) struct Names {
    /// All of them, one behind the other.
    text: String,
    /// Where each ends. Four gigabytes are more words than there are.
    ends: Vec<u32>,
    numbers: HashTable<u32>,
}

impl Names {
    /// The number of a name.
    pub(in crate::directory) fn find(&self, name: &str) -> Option<u32> {
        let same = |number: &u32| self.get(*number) == Some(name);
        self.numbers.find(FxBuildHasher.hash_one(name), same).copied()
    }

    /// The number of a name, a new one if need be.
    pub(in crate::directory) fn add(&mut self, name: &str) -> u32 {
        self.find(name).unwrap_or_else(|| self.push(name))
    }

    /// The number of a new name.
    fn push(&mut self, name: &str) -> u32 {
        let number = self.ends.len() as u32;
        self.text.push_str(name);
        self.ends.push(self.text.len() as u32);
        let (text, ends) = (&self.text, &self.ends);
        let hash = |number: &u32| FxBuildHasher.hash_one(at(text, ends, *number).unwrap_or_default());
        self.numbers.insert_unique(FxBuildHasher.hash_one(name), number, hash);
        number
    }

    /// The name with a number.
    pub(in crate::directory) fn get(&self, number: u32) -> Option<&str> {
        at(&self.text, &self.ends, number)
    }

    /// Bytes on the heap.
    pub(in crate::directory) fn bytes(&self) -> usize {
        self.text.capacity() + self.ends.capacity() * 4 + self.numbers.capacity() * 5
    }
}

fn at<'a>(text: &'a str, ends: &[u32], number: u32) -> Option<&'a str> {
    let number = number as usize;
    let end = *ends.get(number)?;
    let start = number.checked_sub(1).and_then(|before| ends.get(before)).copied();
    text.get(start.unwrap_or_default() as usize..end as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_numbers_in_the_order_of_their_coming() {
        let mut names = Names::default();
        let all: Vec<String> = (0..500).map(|number| format!("Name {number}")).collect();
        for (number, name) in (0..).zip(&all) {
            assert_eq!(names.find(name), None);
            assert_eq!(names.add(name), number);
            assert_eq!(names.add(name), number);
        }
        assert_eq!(names.add(""), 500);
        assert_eq!((names.find(""), names.get(500)), (Some(500), Some("")));
        assert!(
            all.iter()
                .zip(0..)
                .all(|(name, number)| names.get(number) == Some(name))
        );
        assert_eq!(names.get(501), None);
    }
}

//! A mailbox that takes all letters of a server.

use std::sync::{Mutex, PoisonError};

use werkstadt_api::letters::{Post, PostFault, Written};

/// Letters that came.
#[derive(Default)]
pub struct Mailbox {
    letters: Mutex<Vec<Written>>,
    broken: Mutex<Option<PostFault>>,
}

/// A letter that came.
#[derive(Clone, Debug)]
pub struct Received {
    /// The letter.
    pub letter: Written,
}

impl Mailbox {
    /// Those to an address, the last one last.
    pub fn of(&self, address: &str) -> Vec<Received> {
        let letters = self.letters.lock().unwrap_or_else(PoisonError::into_inner);
        let of_address = letters.iter().filter(|letter| letter.to == address);
        of_address.map(|letter| Received { letter: letter.clone() }).collect()
    }

    /// Takes nothing from now on, or everything again.
    pub fn fail(&self, fault: Option<PostFault>) {
        *self.broken.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }
}

impl Post for Mailbox {
    fn send(&self, letter: &Written) -> Result<(), PostFault> {
        if let Some(fault) = &*self.broken.lock().unwrap_or_else(PoisonError::into_inner) {
            return Err(fault.clone());
        }
        let mut letters = self.letters.lock().unwrap_or_else(PoisonError::into_inner);
        letters.push(letter.clone());
        Ok(())
    }
}

impl Received {
    /// The token that it carries.
    ///
    /// # Panics
    /// If there is none.
    pub fn token(&self) -> String {
        let body = &self.letter.body;
        let start = body.find("wa_").unwrap_or_else(|| panic!("no token in {body}"));
        let token = body.get(start..).unwrap_or_default();
        token.split_whitespace().next().unwrap_or_default().to_owned()
    }
}

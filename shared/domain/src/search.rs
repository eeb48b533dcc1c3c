//! What a name is found by: its words, in a form in which case and accents make no difference.

use std::collections::BTreeSet;
use std::fmt;

use crate::slug::{Fold, fold, is_apostrophe};
use crate::text::LINE;
use crate::value::string_value;

/// How many words of a text count, the first ones: as many as can be written with a product of the most
/// variants in one transaction.
pub const MAX_WORDS: usize = 7;
/// How many characters of a word count.
const MAX_LENGTH: usize = 40;

string_value! {
    /// What is looked for: up to 100 characters, of which the words count.
    pub struct SearchText {
        format: "search-text",
        length: 1..=100,
        pattern: LINE,
        check: |text| crate::text::line(text, 100, "must be 1 to 100 characters"),
    }
}

/// A word of a name, in the form that words are compared in: letters and digits, in lower case and
/// without accents.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Word(String);

impl Word {
    /// The first words of a text, each once.
    #[must_use]
    pub fn all(text: &str) -> BTreeSet<Self> {
        let mut words = BTreeSet::new();
        let text: String = text.chars().filter(|c| !is_apostrophe(*c)).collect();
        for word in text.split(|c: char| !c.is_alphanumeric()) {
            let word: String = folded(word).chars().take(MAX_LENGTH).collect();
            if !word.is_empty() {
                words.insert(Self(word));
            }
            if words.len() == MAX_WORDS {
                break;
            }
        }
        words
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it begins as another word goes.
    #[must_use]
    pub fn begins_with(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }
}

/// Whether a name of these words has, for each of the words that are looked for, one that begins with it.
#[must_use]
pub fn is_found(words: &BTreeSet<Word>, sought: &BTreeSet<Word>) -> bool {
    sought
        .iter()
        .all(|sought| words.iter().any(|word| word.begins_with(sought)))
}

fn folded(word: &str) -> String {
    let mut text = String::new();
    for c in word.chars().flat_map(char::to_lowercase) {
        match fold(c) {
            Fold::Letters(letters) => text.push_str(letters),
            Fold::Same => text.push(c),
        }
    }
    text
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

//! What names are found by.

use std::collections::BTreeSet;

use domain::search::{MAX_WORDS, Word, is_found};
use proptest::prelude::{prop_assert, proptest};

fn words(text: &str) -> Vec<String> {
    Word::all(text).iter().map(ToString::to_string).collect()
}

#[test]
fn case_accents_and_signs_make_no_difference() {
    assert_eq!(words("Chef's KNIFE, 20 cm"), ["20", "chefs", "cm", "knife"]);
    assert_eq!(words("Ärmel-\u{c9}clair"), ["aermel", "eclair"]);
    assert_eq!(words("Чай чай ЧАЙ"), ["чай"]);
    assert_eq!(words(" -- !? "), [""; 0]);
}

#[test]
fn the_first_words_count_and_of_each_the_beginning() {
    let many = "one two two three four five six seven eight";
    assert_eq!(Word::all(many).len(), MAX_WORDS);
    assert!(!words(many).contains(&"eight".to_owned()));
    assert!(words(many).contains(&"seven".to_owned()));
    assert_eq!(words(&"x".repeat(100)), ["x".repeat(40)]);
}

#[test]
fn every_word_sought_must_begin_one() {
    let name = Word::all("Hand coffee grinder");
    for (sought, found) in [
        ("coffee", true),
        ("GRI cof", true),
        ("hand coffee grinder", true),
        ("c", true),
        ("coffees", false),
        ("coffee tea", false),
        ("offee", false),
        ("!", true),
    ] {
        assert_eq!(is_found(&name, &Word::all(sought)), found, "{sought}");
    }
}

#[test]
fn a_word_is_its_text() {
    let words = Word::all("grinder");
    assert_eq!(words.first().map(Word::as_str), Some("grinder"));
}

proptest! {
    #[test]
    fn a_name_is_found_by_itself_and_by_how_it_begins(name in "\\PC{1,100}", cut in 1_usize..100) {
        let words = Word::all(&name);
        prop_assert!(words.len() <= MAX_WORDS);
        prop_assert!(is_found(&words, &Word::all(&name)));
        for word in &words {
            let begin: String = word.as_str().chars().take(cut).collect();
            let begin: BTreeSet<Word> = Word::all(&begin);
            prop_assert!(is_found(&words, &begin), "{begin:?}");
        }
    }
}

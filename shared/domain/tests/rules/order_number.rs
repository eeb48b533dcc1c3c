//! Order numbers survive being read out, and do not survive being mistyped.

use std::time::Duration;

use domain::order::OrderNumber;
use proptest::prelude::{any, prop_assert, prop_assert_eq, prop_assume, proptest};

use crate::given::{Seeded, now};

/// What the reader takes a character for.
fn meaning(character: char) -> char {
    match character.to_ascii_uppercase() {
        'I' | 'L' => '1',
        'O' => '0',
        other => other,
    }
}

#[test]
fn looks_like_one() {
    let number = OrderNumber::new(now(), &Seeded::new(1)).to_string();
    assert_eq!(number.len(), 13);
    assert!(number.starts_with("S-"));
    for other in [
        "",
        "S-",
        &number[..12],
        &format!("{number}0"),
        &number.replace("S-", "T-"),
        "S-éééééé",
    ] {
        assert!(OrderNumber::parse(other).is_err(), "{other}");
    }
}

#[test]
fn sorts_by_time() {
    let entropy = Seeded::new(3);
    let first = OrderNumber::new(now(), &entropy);
    let second = OrderNumber::new(now().plus(Duration::from_secs(1)), &entropy);
    assert!(first < second);
    assert!(first.to_string()[..12] < second.to_string()[..12]);
}

proptest! {
    #[test]
    fn is_read_in_any_case_and_with_look_alikes(seed in any::<u64>(), seconds in 0_u64..1 << 30) {
        let number = OrderNumber::new(now().plus(Duration::from_secs(seconds)), &Seeded::new(seed));
        let text = number.to_string();
        prop_assert_eq!(OrderNumber::parse(&text), Ok(number));
        prop_assert_eq!(OrderNumber::parse(&text.to_lowercase()), Ok(number));
        prop_assert_eq!(OrderNumber::parse(&text.replace('0', "o")), Ok(number));
        prop_assert_eq!(OrderNumber::parse(&text.replace('1', "l")), Ok(number));
        prop_assert_eq!(OrderNumber::parse(&text.replace('1', "I")), Ok(number));
    }

    #[test]
    fn one_wrong_character_is_caught(seed in any::<u64>(), at in 0_usize..13, wrong in 33_u8..127) {
        let text = OrderNumber::new(now(), &Seeded::new(seed)).to_string();
        let wrong = char::from(wrong);
        let mut characters: Vec<char> = text.chars().collect();
        prop_assume!(meaning(characters[at]) != meaning(wrong));
        characters[at] = wrong;
        let mistyped: String = characters.into_iter().collect();
        prop_assert!(OrderNumber::parse(&mistyped).is_err(), "{} for {}", mistyped, text);
    }

    #[test]
    fn two_neighbours_swapped_are_caught(seed in any::<u64>(), at in 2_usize..11) {
        let text = OrderNumber::new(now(), &Seeded::new(seed)).to_string();
        let mut characters: Vec<char> = text.chars().collect();
        prop_assume!(characters[at] != characters[at + 1]);
        characters.swap(at, at + 1);
        let swapped: String = characters.into_iter().collect();
        prop_assert!(OrderNumber::parse(&swapped).is_err(), "{} for {}", swapped, text);
    }
}

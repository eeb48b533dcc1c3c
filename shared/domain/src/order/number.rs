//! Order numbers that people read out, type in and mistype.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::clock::{Entropy, Timestamp};
use crate::rule::Broken;
use crate::value::parsed_text;

/// An order's number for humans, such as `S-0JQ2M8K4TZ7`.
///
/// Ten digits of Crockford's base 32 (30 bits of time in seconds, 20 random ones) and a check
/// character that catches every single mistyped digit. It needs no counter, and tells nobody how
/// much the shop sells. At a million orders a day some five of them share a number with another:
/// it is a name to search by, never a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OrderNumber(u64);

const PREFIX: &str = "S-";
const DIGITS: u32 = 10;
/// The first 32 are digits; all 37 are check characters.
const SYMBOLS: &[u8; 37] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ*~$=U";
/// Where the count of seconds begins, 2024-01-01T00:00:00Z; thirty bits last until 2058.
const EPOCH_SECONDS: i64 = 1_704_067_200;
const TIME_MASK: u64 = (1 << 30) - 1;
const RANDOM_BITS: u32 = 20;

impl OrderNumber {
    /// The schema's `format` keyword for this type.
    pub const FORMAT: &'static str = "order-number";

    /// A fresh number.
    #[must_use]
    pub fn new(now: Timestamp, entropy: &dyn Entropy) -> Self {
        let mut random = [0; 4];
        entropy.fill(&mut random);
        let seconds = now.as_seconds().saturating_sub(EPOCH_SECONDS);
        let time = u64::try_from(seconds).unwrap_or(0) & TIME_MASK;
        let random = u64::from(u32::from_be_bytes(random)) & ((1 << RANDOM_BITS) - 1);
        Self((time << RANDOM_BITS) | random)
    }

    /// Reads a number in any case, with I and L for 1 and O for 0, and verifies its check
    /// character.
    pub fn parse(text: &str) -> Result<Self, Broken> {
        const RULE: Broken = Broken("must be an order number");
        let mut characters = text.bytes().map(|byte| byte.to_ascii_uppercase());
        if !PREFIX.bytes().all(|want| characters.next() == Some(want)) {
            return Err(RULE);
        }
        let mut value = 0;
        for _ in 0..DIGITS {
            let digit = characters.next().and_then(symbol_value).ok_or(RULE)?;
            if digit >= 32 {
                return Err(RULE);
            }
            value = value * 32 + digit;
        }
        let check = characters.next().and_then(symbol_value).ok_or(RULE)?;
        if check != value % 37 || characters.next().is_some() {
            return Err(RULE);
        }
        Ok(Self(value))
    }
}

/// What a character stands for, among digits and check characters.
fn symbol_value(character: u8) -> Option<u64> {
    let character = match character {
        b'I' | b'L' => b'1',
        b'O' => b'0',
        other => other,
    };
    SYMBOLS
        .iter()
        .position(|symbol| *symbol == character)
        .and_then(|position| u64::try_from(position).ok())
}

/// The character of a value below 37.
fn symbol(value: u64) -> char {
    usize::try_from(value)
        .ok()
        .and_then(|index| SYMBOLS.get(index))
        .map_or('0', |symbol| char::from(*symbol))
}

impl fmt::Display for OrderNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits: String = (0..DIGITS)
            .rev()
            .map(|place| symbol((self.0 >> (5 * place)) & 31))
            .collect();
        write!(f, "{PREFIX}{digits}{}", symbol(self.0 % 37))
    }
}

impl From<OrderNumber> for String {
    fn from(number: OrderNumber) -> Self {
        number.to_string()
    }
}

impl TryFrom<String> for OrderNumber {
    type Error = Broken;

    fn try_from(text: String) -> Result<Self, Broken> {
        Self::parse(&text)
    }
}

parsed_text!(
    OrderNumber,
    "order-number",
    13,
    13,
    // As the shop writes it; it reads lower case and lookalikes too. The check is for the parser.
    r"^S-[0-9A-HJKMNP-TV-Z]{10}[0-9A-HJKMNP-Z*~$=]$",
    "An order's number for people: `S-`, ten digits and letters, and a check character."
);

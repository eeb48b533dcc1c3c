//! Names that stand in addresses of pages.

use uuid::Uuid;

use crate::id::{CategoryId, ProductId};
use crate::rule::Broken;
use crate::text::Title;
use crate::value::string_value;

const MAX_LENGTH: usize = 100;

string_value! {
    /// A name for use in a URL, unique among its kind: words of `[a-z0-9]` joined by single
    /// hyphens, 1 to 100 characters.
    pub struct Slug {
        format: "slug",
        length: 1..=100,
        pattern: "^[a-z0-9]+(-[a-z0-9]+)*$",
        check: check,
    }
}

impl Slug {
    /// A product's slug, which resembles its title; where nothing of it can stand in a slug, the end
    /// of the id.
    #[must_use]
    pub fn from_title(title: &Title, id: ProductId) -> Self {
        Self::resembling(title).unwrap_or_else(|| Self::numbered("product", id.as_uuid()))
    }

    /// The same for a category.
    #[must_use]
    pub fn of_category(title: &Title, id: CategoryId) -> Self {
        Self::resembling(title).unwrap_or_else(|| Self::numbered("category", id.as_uuid()))
    }

    /// The words of a title that can stand in a slug, if there are any.
    fn resembling(title: &Title) -> Option<Self> {
        let mut text = String::new();
        for c in title.as_str().chars().flat_map(char::to_lowercase) {
            match fold(c) {
                Fold::Letters(letters) => text.push_str(letters),
                Fold::Same if c.is_ascii_alphanumeric() => text.push(c),
                Fold::Same if is_apostrophe(c) => {}
                Fold::Same if text.is_empty() || text.ends_with('-') => {}
                Fold::Same => text.push('-'),
            }
        }
        text.truncate(MAX_LENGTH);
        let text = text.trim_end_matches('-');
        (!text.is_empty()).then(|| Self(text.to_owned()))
    }

    /// The last twelve digits of an id are random; the first ones are shared by ids of one time.
    fn numbered(kind: &str, id: &Uuid) -> Self {
        let id = id.as_hyphenated().to_string();
        let tail = id.rsplit('-').next().unwrap_or_default();
        Self(format!("{kind}-{tail}"))
    }
}

/// What is left out within a word: `chef's` is `chefs`.
pub(crate) const fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}')
}

fn check(text: &str) -> Result<(), Broken> {
    if text.is_empty() || text.chars().count() > MAX_LENGTH {
        return Err(Broken("must be 1 to 100 characters"));
    }
    let is_word = |word: &str| {
        !word.is_empty()
            && word
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    };
    if text.split('-').all(is_word) {
        Ok(())
    } else {
        Err(Broken(
            "must be lower-case letters and digits in words joined by single hyphens",
        ))
    }
}

/// What a lower-case letter becomes.
pub(crate) enum Fold {
    /// These.
    Letters(&'static str),
    /// It stays as it is.
    Same,
}

/// The ASCII letters that a lower-case letter of a European alphabet is commonly written with.
pub(crate) fn fold(c: char) -> Fold {
    let letters = match c {
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'ä' | 'æ' => "ae",
        'ç' | 'ć' | 'č' => "c",
        'ð' | 'ď' | 'đ' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ė' | 'ę' | 'ě' => "e",
        'ğ' | 'ģ' => "g",
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'į' | 'ı' => "i",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ő' | 'ō' => "o",
        'ö' | 'ø' | 'œ' => "oe",
        'ŕ' | 'ř' => "r",
        'ś' | 'ş' | 'š' | 'ș' => "s",
        'ß' => "ss",
        'ţ' | 'ť' | 'ț' => "t",
        'þ' => "th",
        'ù' | 'ú' | 'û' | 'ū' | 'ů' | 'ű' | 'ų' => "u",
        'ü' => "ue",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        // What lower-casing leaves of a capital I with a dot.
        '\u{307}' => "",
        _ => return Fold::Same,
    };
    Fold::Letters(letters)
}

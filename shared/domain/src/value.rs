//! How a value type is made: text that has passed a rule, and words from a closed list.

use crate::word::Word;

/// Makes a newtype around text that only its parser can fill.
///
/// `length` counts code points and goes into the schema, as does `pattern`, which says the rest of
/// the rule to those who cannot call the parser; `check` is the whole rule.
macro_rules! string_value {
    (
        $(#[doc = $doc:literal])*
        pub struct $name:ident {
            format: $format:literal,
            length: $min:literal..=$max:literal,
            pattern: $pattern:expr,
            check: $check:expr,
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(
            Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
        )]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The schema's `format` keyword for this type.
            pub const FORMAT: &'static str = $format;

            /// Takes the text as it is, or names the rule that it breaks.
            pub fn parse(text: &str) -> Result<Self, $crate::rule::Broken> {
                let check: $crate::rule::Check = $check;
                check(text)?;
                Ok(Self(text.to_owned()))
            }

            /// The text as it was given.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::rule::Broken;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                let check: $crate::rule::Check = $check;
                check(&text)?;
                Ok(Self(text))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        $crate::value::parsed_text!(
            $name, $format, $min, $max, $pattern, $crate::value::prose([$($doc),*])
        );
    };
}

/// The lines of a doc comment as one text.
pub(crate) fn prose<const LINES: usize>(lines: [&str; LINES]) -> String {
    lines.map(str::trim).join(" ").replace("  ", "\n\n")
}

/// What every type with a `parse` shares: `FromStr` and an inline string schema with a `format`.
///
/// The pattern is one that ECMAScript, Python and Rust read alike, and that has no end in sight of a
/// line break: it says what the parser says, as far as a pattern can.
macro_rules! parsed_text {
    ($name:ident, $format:literal, $min:literal, $max:literal, $pattern:expr, $about:expr) => {
        $crate::value::from_text!($name);

        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "string",
                    "format": $format,
                    "minLength": $min,
                    "maxLength": $max,
                    "pattern": $pattern,
                    "description": $about,
                })
            }
        }
    };
}

/// What every type that is a code of a closed international list shares: `FromStr` and a named schema
/// of all codes.
macro_rules! listed_text {
    ($name:ident, $format:literal, $about:literal) => {
        $crate::value::from_text!($name);

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "string",
                    "format": $format,
                    "enum": Self::all().map(Self::code).collect::<Vec<_>>(),
                    "description": $about,
                })
            }
        }
    };
}

/// `FromStr` by way of `parse`.
macro_rules! from_text {
    ($name:ident) => {
        impl std::str::FromStr for $name {
            type Err = $crate::rule::Broken;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }
    };
}

/// Makes an enum whose members are words on the wire: text, serde and schema from one list.
macro_rules! word_enum {
    (
        $(#[doc = $doc:literal])*
        pub enum $name:ident {
            $( $(#[doc = $variant_doc:literal])* $variant:ident => $word:literal, )+
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
        )]
        pub enum $name {
            $( $(#[doc = $variant_doc])* #[serde(rename = $word)] $variant, )+
        }

        impl $name {
            /// Every member, in order of declaration.
            pub const ALL: &'static [Self] = &[$( Self::$variant, )+];

            /// The word that stands for this member on the wire and in tables.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $( Self::$variant => $word, )+
                }
            }

            /// The member that a word stands for.
            pub fn parse(text: &str) -> Result<Self, $crate::rule::Broken> {
                match text {
                    $( $word => Ok(Self::$variant), )+
                    _ => Err($crate::rule::Broken("must be one of the allowed words")),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        $crate::value::from_text!($name);

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "string",
                    "enum": [$( $word, )+],
                    "description": $crate::value::glossary::<Self>(),
                })
            }
        }

        impl $crate::word::Word for $name {
            const ALL: &'static [Self] = &[$( Self::$variant, )+];

            fn about() -> String {
                $crate::value::prose([$($doc),*])
            }

            fn meaning(self) -> String {
                match self {
                    $( Self::$variant => $crate::value::prose([$($variant_doc),*]), )+
                }
            }
        }
    };
}

/// What an enum is, and what each of its words means.
pub(crate) fn glossary<W: Word>() -> String {
    let list: String = W::ALL
        .iter()
        .map(|word| format!("\n- `{word}`: {}", word.meaning()))
        .collect();
    format!("{}\n{list}", W::about())
}

pub(crate) use {from_text, listed_text, parsed_text, string_value, word_enum};

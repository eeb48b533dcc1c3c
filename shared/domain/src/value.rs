//! How a value type is made: text that has passed a rule, and words from a closed list.

/// Makes a newtype around text that only its parser can fill.
///
/// `length` counts code points and goes into the schema; `check` is the whole rule.
macro_rules! string_value {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            format: $format:literal,
            length: $min:literal..=$max:literal,
            check: $check:expr,
        }
    ) => {
        $(#[$meta])*
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

        $crate::value::parsed_text!($name, $format, $min, $max);
    };
}

/// What every type with a `parse` shares: `FromStr` and an inline string schema with a `format`.
macro_rules! parsed_text {
    ($name:ident, $format:literal, $min:literal, $max:literal) => {
        impl std::str::FromStr for $name {
            type Err = $crate::rule::Broken;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

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
                })
            }
        }
    };
}

/// Makes an enum whose members are words on the wire: text, serde and schema from one list.
macro_rules! word_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$variant_meta:meta])* $variant:ident => $word:literal, )+
        }
    ) => {
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
        )]
        pub enum $name {
            $( $(#[$variant_meta])* #[serde(rename = $word)] $variant, )+
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

        impl std::str::FromStr for $name {
            type Err = $crate::rule::Broken;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "string",
                    "enum": [$( $word, )+],
                })
            }
        }
    };
}

pub(crate) use {parsed_text, string_value, word_enum};

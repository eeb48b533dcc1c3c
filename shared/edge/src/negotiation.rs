//! What the client can take: media types (RFC 9110, section 12.5.1) and content codings (12.5.3).

use std::io::Write;

use crate::problem::{Code, Failure};

/// The media type of everything in the envelope.
pub(crate) const JSON: &str = "application/json";
/// The media type of errors for those who ask for it (RFC 9457).
pub(crate) const PROBLEM: &str = "application/problem+json";

/// Bodies below this many bytes are sent as they are.
const LEAST_BYTES: usize = 256;
/// Brotli's effort, 0 to 11: beyond this one the CPU costs more than the bytes.
const BROTLI_QUALITY: u32 = 4;
/// Brotli's window, as a power of two: 256 KiB.
const BROTLI_WINDOW: u32 = 18;

/// One element of an `Accept` or `Accept-Encoding` header.
struct Choice<'a> {
    name: &'a str,
    /// Its weight in thousandths; 0 forbids it.
    weight: u16,
}

fn choices(header: &str) -> impl Iterator<Item = Choice<'_>> {
    header.split(',').filter_map(|element| {
        let mut parts = element.split(';').map(str::trim);
        let name = parts.next().filter(|name| !name.is_empty())?;
        let weight = parts
            .find_map(|parameter| {
                parameter
                    .strip_prefix("q=")
                    .or(parameter.strip_prefix("Q="))
            })
            .map_or(1_000, thousandths);
        Some(Choice { name, weight })
    })
}

/// A weight such as `0.25`; what is no weight counts as the full one.
fn thousandths(text: &str) -> u16 {
    match text.split_once('.').unwrap_or((text, "")) {
        ("0", decimals) if decimals.len() <= 3 => {
            format!("{decimals:0<3}").parse().unwrap_or(1_000)
        }
        _ => 1_000,
    }
}

/// The weight of a media type under an `Accept` header: the most specific range decides.
fn weight(header: &str, media_type: &str) -> u16 {
    let (kind, _) = media_type.split_once('/').unwrap_or((media_type, ""));
    let specificity = |range: &str| {
        if range.eq_ignore_ascii_case(media_type) {
            Some(2)
        } else if range
            .strip_suffix("/*")
            .is_some_and(|of| of.eq_ignore_ascii_case(kind))
        {
            Some(1)
        } else {
            (range == "*/*").then_some(0)
        }
    };
    choices(header)
        .filter_map(|choice| Some((specificity(choice.name)?, choice.weight)))
        .max()
        .map_or(0, |(_, weight)| weight)
}

/// Whether the client takes one of these media types; who sends no `Accept` takes anything.
///
/// # Errors
/// 406.
pub(crate) fn acceptable(accept: Option<&str>, media_types: &[&str]) -> Result<(), Failure> {
    let Some(accept) = accept.filter(|accept| !accept.trim().is_empty()) else {
        return Ok(());
    };
    if media_types.contains(&"*/*") {
        return Ok(());
    }
    let essence = |media_type: &str| media_type.split(';').next().unwrap_or_default().to_owned();
    if media_types
        .iter()
        .any(|media_type| weight(accept, &essence(media_type)) > 0)
    {
        return Ok(());
    }
    Err(Failure::new(Code::NotAcceptable)
        .error(format!("Accept: must allow {}", media_types.join(" or "))))
}

/// Whether errors are to be problems (RFC 9457): the client names their media type and likes it no
/// less than JSON by name.
pub(crate) fn wants_problem(accept: Option<&str>) -> bool {
    let Some(accept) = accept else { return false };
    let named = |media_type: &str| {
        choices(accept)
            .find(|choice| choice.name.eq_ignore_ascii_case(media_type))
            .map(|choice| choice.weight)
    };
    match (named(PROBLEM), named(JSON)) {
        (None | Some(0), _) => false,
        (Some(_), None) => true,
        (Some(problem), Some(json)) => problem >= json,
    }
}

/// How a body is coded on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    /// `br`.
    Brotli,
    /// `gzip`.
    Gzip,
}

impl Coding {
    /// Its name in headers.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }

    /// The coding to use for a body, if any: the one the client likes best, Brotli among equals.
    pub(crate) fn choose(accepted: Option<&str>, media_type: &str, length: usize) -> Option<Self> {
        let shrinks = ["text/", "application/json", "application/problem+json"]
            .iter()
            .any(|kind| media_type.starts_with(kind))
            || ["javascript", "svg+xml", "xml"]
                .iter()
                .any(|kind| media_type.contains(kind));
        let accepted = accepted.filter(|_| shrinks && length >= LEAST_BYTES)?;
        let weight = |coding: Self| {
            let by = |name: &str| {
                choices(accepted)
                    .find(|choice| choice.name.eq_ignore_ascii_case(name))
                    .map(|choice| choice.weight)
            };
            by(coding.name()).or_else(|| by("*")).unwrap_or(0)
        };
        let (brotli, gzip) = (weight(Self::Brotli), weight(Self::Gzip));
        match (brotli, gzip) {
            (0, 0) => None,
            _ if brotli >= gzip => Some(Self::Brotli),
            _ => Some(Self::Gzip),
        }
    }

    /// The coded body.
    pub(crate) fn code(self, body: &[u8]) -> std::io::Result<Vec<u8>> {
        match self {
            Self::Brotli => {
                let mut coder = brotli::CompressorWriter::new(
                    Vec::with_capacity(body.len() / 4),
                    4_096,
                    BROTLI_QUALITY,
                    BROTLI_WINDOW,
                );
                coder.write_all(body)?;
                Ok(coder.into_inner())
            }
            Self::Gzip => {
                let mut coder = flate2::write::GzEncoder::new(
                    Vec::with_capacity(body.len() / 4),
                    flate2::Compression::default(),
                );
                coder.write_all(body)?;
                coder.finish()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Coding, JSON, PROBLEM, acceptable, wants_problem};

    #[test]
    fn the_most_specific_range_decides() {
        let json = [JSON, PROBLEM];
        for takes in [
            None,
            Some(""),
            Some("*/*"),
            Some("application/*"),
            Some("text/html, application/json;q=0.1"),
            Some("Application/JSON; charset=utf-8"),
            Some("application/problem+json"),
            Some("*/*;q=0, application/json"),
        ] {
            assert!(acceptable(takes, &json).is_ok(), "{takes:?}");
        }
        for refuses in [
            "text/html",
            "application/xml, image/*",
            "application/*;q=0",
            "application/json;q=0, application/problem+json;q=0.000",
        ] {
            assert!(acceptable(Some(refuses), &json).is_err(), "{refuses}");
        }
    }

    #[test]
    fn problems_are_for_those_who_name_them() {
        assert!(wants_problem(Some("application/problem+json")));
        assert!(wants_problem(Some(
            "application/json, application/problem+json"
        )));
        assert!(!wants_problem(Some(
            "application/json, application/problem+json;q=0.5"
        )));
        assert!(!wants_problem(Some("application/problem+json;q=0")));
        assert!(!wants_problem(Some("*/*")));
        assert!(!wants_problem(None));
    }

    #[test]
    fn the_coding_is_what_the_client_likes_best() {
        let choose = |accepted| Coding::choose(Some(accepted), JSON, 1_000);
        assert_eq!(choose("gzip, br"), Some(Coding::Brotli));
        assert_eq!(choose("gzip;q=1.0, br;q=0.5"), Some(Coding::Gzip));
        assert_eq!(choose("br;q=0, *"), Some(Coding::Gzip));
        assert_eq!(choose("*"), Some(Coding::Brotli));
        assert_eq!(choose("identity, deflate"), None);
        assert_eq!(Coding::choose(Some("br"), JSON, 100), None);
        assert_eq!(Coding::choose(Some("br"), "image/png", 100_000), None);
        assert_eq!(Coding::choose(None, JSON, 1_000), None);
    }
}

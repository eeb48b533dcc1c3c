//! Where a parcel can be followed.

use crate::text::{LINE, line};
use crate::value::string_value;

string_value! {
    /// Who carries a parcel, such as "DHL"; 1 to 50 characters.
    pub struct Carrier {
        format: "carrier",
        length: 1..=50,
        pattern: LINE,
        check: |text| line(text, 50, "must be 1 to 50 characters"),
    }
}

string_value! {
    /// A carrier's number for a parcel, 1 to 64 characters.
    pub struct TrackingNumber {
        format: "tracking-number",
        length: 1..=64,
        pattern: LINE,
        check: |text| line(text, 64, "must be 1 to 64 characters"),
    }
}

string_value! {
    /// Where a parcel can be followed: an `https` URL of up to 500 characters.
    pub struct TrackingUrl {
        format: "tracking-url",
        length: 9..=500,
        pattern: format!("^https://{}", crate::text::HOST),
        check: |text| {
            const RULE: &str = "must be an https URL of up to 500 characters";
            if text.chars().count() > 500 {
                return Err(crate::rule::Broken(RULE));
            }
            crate::text::url(text, &["https://"], RULE)
        },
    }
}

/// Where a parcel can be followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tracking {
    /// Who carries it.
    pub carrier: Option<Carrier>,
    /// The carrier's number for it.
    pub number: TrackingNumber,
    /// The page that shows where it is.
    pub url: Option<TrackingUrl>,
}

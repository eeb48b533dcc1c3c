//! Stock keeping units.

use crate::text::word;
use crate::value::string_value;

string_value! {
    /// What a variant is sold and counted under, unique in the shop: `[A-Za-z0-9._-]{1,64}`.
    pub struct Sku {
        format: "sku",
        length: 1..=64,
        pattern: "^[A-Za-z0-9._-]+$",
        check: |text| {
            word(text, "._-", "must be 1 to 64 letters, digits, dots, hyphens or underscores")
        },
    }
}

//! W3C Trace Context: <https://www.w3.org/TR/trace-context/>.

use data_encoding::HEXLOWER;
use domain::clock::Entropy;

/// Continues an incoming `traceparent` with a new span, or begins a trace.
#[must_use]
pub fn traceparent(incoming: Option<&str>, entropy: &dyn Entropy) -> String {
    let mut bytes = [0_u8; 24];
    entropy.fill(&mut bytes);
    let (trace, span) = bytes.split_at(16);
    let trace = match incoming.and_then(trace_id) {
        Some(known) => known.to_owned(),
        None => HEXLOWER.encode(trace),
    };
    format!("00-{trace}-{}-01", HEXLOWER.encode(span))
}

/// The trace id of a well-formed `traceparent` of any version that may still follow version 00.
fn trace_id(header: &str) -> Option<&str> {
    let mut parts = header.trim().split('-');
    let (version, trace, span, flags) =
        (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let whole = is_hex(version, 2) && is_hex(trace, 32) && is_hex(span, 16) && is_hex(flags, 2);
    let real = trace.bytes().any(|byte| byte != b'0') && span.bytes().any(|byte| byte != b'0');
    let alone = version != "00" || parts.next().is_none();
    (whole && real && alone && version != "ff").then_some(trace)
}

fn is_hex(part: &str, length: usize) -> bool {
    part.len() == length
        && part
            .bytes()
            .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::trace_id;

    #[test]
    fn only_well_formed_parents_are_continued() {
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        assert_eq!(
            trace_id(&format!("00-{trace}-00f067aa0ba902b7-01")),
            Some(trace)
        );
        for bad in [
            format!("00-{trace}-00f067aa0ba902b7-01-extra"),
            format!("ff-{trace}-00f067aa0ba902b7-01"),
            format!("00-{}-00f067aa0ba902b7-01", trace.to_uppercase()),
            format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32)),
            "nonsense".to_owned(),
        ] {
            assert_eq!(trace_id(&bad), None, "{bad}");
        }
    }
}

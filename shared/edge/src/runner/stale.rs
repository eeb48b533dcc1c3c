//! Running a handler again when its object changed under it: with full jitter, so that those who meet
//! on one object do not meet again.

use std::time::Duration;

/// How often a handler is run in all.
pub(crate) const TRIES: u32 = 8;
/// The ceiling of the first pause; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_millis(160);

/// Waits before the try that follows try `number`, counted from 1.
pub(crate) async fn pause(number: u32) {
    let ceiling = FIRST_PAUSE
        .saturating_mul(1 << number.min(8))
        .min(LONGEST_PAUSE);
    tokio::time::sleep(ceiling.mul_f64(fastrand::f64())).await;
}

//! The Lambda binary of `pricing-release-coupon`.
edge::serve!(pricing);

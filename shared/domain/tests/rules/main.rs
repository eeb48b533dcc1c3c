//! The rules of the domain, tried with examples and with whatever chance comes up with.

// The attribute tells the lints that a module is part of the tests, helper functions included.
#[cfg(test)]
mod attempts;
#[cfg(test)]
mod cart;
#[cfg(test)]
mod category;
#[cfg(test)]
mod fulfilment;
#[cfg(test)]
mod given;
#[cfg(test)]
mod goods_events;
#[cfg(test)]
mod lifecycle;
#[cfg(test)]
mod machine;
#[cfg(test)]
mod money;
#[cfg(test)]
mod notification;
#[cfg(test)]
mod order;
#[cfg(test)]
mod order_events;
#[cfg(test)]
mod order_number;
#[cfg(test)]
mod order_paying;
#[cfg(test)]
mod payment;
#[cfg(test)]
mod people;
#[cfg(test)]
mod pricing;
#[cfg(test)]
mod product;
#[cfg(test)]
mod refunds;
#[cfg(test)]
mod returns;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod search;
#[cfg(test)]
mod session;
#[cfg(test)]
mod stock;
#[cfg(test)]
mod time;
#[cfg(test)]
mod values;
#[cfg(test)]
mod wording;

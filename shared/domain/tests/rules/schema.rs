//! Schemas say what the parsers do.

use domain::address::{AddressLine, PostalCode};
use domain::order::{Actor, OrderNumber, OrderStatus, PaymentStatus};
use domain::payment::{NextAction, PaymentState};
use domain::rule::rule_of;
use domain::text::{
    Description, ImageUrl, OptionName, OptionValue, PaymentMethod, PersonName, Reason, TaxCategory,
    Title, Url,
};
use domain::{
    Address, Country, Currency, Email, EventId, LineId, Money, MovementId, NotificationId, OrderId,
    Password, PaymentId, ProductId, Quantity, SessionId, Sku, Slug, Timestamp, UserId,
};
use schemars::{JsonSchema, schema_for};
use serde_json::{Value, json};

fn schema<T: JsonSchema>() -> Value {
    schema_for!(T).to_value()
}

fn longest(schema: &Value, character: &str) -> String {
    let length = schema["maxLength"].as_u64().unwrap().try_into().unwrap();
    character.repeat(length)
}

macro_rules! published {
    ($($name:ident),+ $(,)?) => {
        [$((stringify!($name), $name::FORMAT, schema::<$name>())),+]
    };
}

#[test]
fn every_string_type_publishes_a_format_that_has_a_rule() {
    let published = published![
        Actor,
        AddressLine,
        Country,
        Currency,
        Description,
        Email,
        EventId,
        ImageUrl,
        LineId,
        MovementId,
        NotificationId,
        OptionName,
        OptionValue,
        OrderId,
        OrderNumber,
        Password,
        PaymentId,
        PaymentMethod,
        PersonName,
        PostalCode,
        ProductId,
        Reason,
        SessionId,
        Sku,
        Slug,
        TaxCategory,
        Timestamp,
        Title,
        Url,
        UserId,
    ];
    for (name, format, schema) in published {
        assert_eq!(schema["type"], "string", "{name}");
        assert_eq!(schema["format"], format, "{name}");
        let check = rule_of(format).unwrap_or_else(|| panic!("{name}: no rule for {format}"));
        let max: usize = schema["maxLength"].as_u64().unwrap().try_into().unwrap();
        assert!(
            check(&"a".repeat(max + 1)).is_err(),
            "{name}: {max} is not its maximum"
        );
        if let Some(below) = schema["minLength"].as_u64().unwrap().checked_sub(1) {
            assert!(
                check(&"a".repeat(below.try_into().unwrap())).is_err(),
                "{name}"
            );
        }
    }
}

#[test]
fn the_longest_text_that_a_schema_allows_passes_where_length_is_the_rule() {
    assert!(PersonName::parse(&longest(&schema::<PersonName>(), "é")).is_ok());
    assert!(Title::parse(&longest(&schema::<Title>(), "é")).is_ok());
    assert!(Description::parse(&longest(&schema::<Description>(), "é")).is_ok());
    assert!(Reason::parse(&longest(&schema::<Reason>(), "é")).is_ok());
    assert!(AddressLine::parse(&longest(&schema::<AddressLine>(), "é")).is_ok());
    assert!(PostalCode::parse(&longest(&schema::<PostalCode>(), "é")).is_ok());
    assert!(OptionName::parse(&longest(&schema::<OptionName>(), "é")).is_ok());
    assert!(OptionValue::parse(&longest(&schema::<OptionValue>(), "é")).is_ok());
    assert!(Password::parse(&longest(&schema::<Password>(), "É")).is_ok());
    assert!(Sku::parse(&longest(&schema::<Sku>(), "a")).is_ok());
    assert!(Slug::parse(&longest(&schema::<Slug>(), "a")).is_ok());
}

#[test]
fn numbers_carry_their_bounds() {
    assert_eq!(schema::<Quantity>()["minimum"], json!(Quantity::MIN.get()));
    assert_eq!(schema::<Quantity>()["maximum"], json!(Quantity::MAX.get()));
    let money = schema::<Money>();
    assert_eq!(
        money["properties"]["amount"]["maximum"],
        json!(Money::MAX_AMOUNT)
    );
    assert_eq!(
        money["properties"]["amount"]["minimum"],
        json!(-Money::MAX_AMOUNT)
    );
    assert_eq!(money["properties"]["currency"]["format"], "currency");
    assert_eq!(money["additionalProperties"], false);
}

#[test]
fn words_and_objects() {
    let words: Vec<Value> = OrderStatus::ALL.iter().map(|word| json!(word)).collect();
    assert_eq!(schema::<OrderStatus>()["enum"], json!(words));
    assert_ne!(schema::<PaymentStatus>(), schema::<PaymentState>());
    let address = schema::<Address>();
    assert_eq!(
        address["required"],
        json!(["name", "line1", "city", "postalCode", "country"])
    );
    assert_eq!(address["additionalProperties"], false);
    assert_eq!(schema::<NextAction>()["required"], json!(["type", "url"]));
}

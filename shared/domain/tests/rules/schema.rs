//! Schemas say what the parsers do.

use domain::address::{AddressLine, PostalCode};
use domain::money::Price;
use domain::order::{
    Actor, Carrier, NoteText, OrderNumber, OrderStatus, PaymentStatus, TrackingNumber, TrackingUrl,
};
use domain::payment::{NextAction, PaymentState};
use domain::pricing::Rate;
use domain::product::{MAX_OPTIONS, Options};
use domain::rule::rule_of;
use domain::search::SearchText;
use domain::text::{
    Description, ImageUrl, OptionName, OptionValue, PaymentMethod, PersonName, ProviderRef, Reason,
    TaxCategory, Title, Url,
};
use domain::{
    Address, CategoryId, Country, Currency, Email, EventId, LineId, Money, MovementId,
    NotificationId, OrderId, Password, PaymentId, ProductId, Quantity, SessionId, Sku, Slug,
    Timestamp, UserId,
};
use jsonschema::Validator;
use proptest::prelude::{Strategy, any, prop_oneof, proptest};
use proptest::test_runner::{Config, TestRunner};
use schemars::{JsonSchema, schema_for};
use serde_json::{Value, json};

use crate::given::Seeded;

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
        Carrier,
        CategoryId,
        Country,
        Currency,
        Description,
        Email,
        EventId,
        ImageUrl,
        LineId,
        MovementId,
        NoteText,
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
        ProviderRef,
        Reason,
        SearchText,
        SessionId,
        Sku,
        Slug,
        TaxCategory,
        Timestamp,
        Title,
        TrackingNumber,
        TrackingUrl,
        Url,
        UserId,
    ];
    for (name, format, schema) in published {
        assert_eq!(schema["type"], "string", "{name}");
        assert_eq!(schema["format"], format, "{name}");
        let check = rule_of(format).unwrap_or_else(|| panic!("{name}: no rule for {format}"));
        assert!(schema["description"].is_string(), "{name}");
        if let Some(listed) = schema["enum"].as_array() {
            for word in listed {
                assert!(check(word.as_str().unwrap()).is_ok(), "{name}: {word}");
            }
            continue;
        }
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
    assert!(NoteText::parse(&longest(&schema::<NoteText>(), "é")).is_ok());
    assert!(Carrier::parse(&longest(&schema::<Carrier>(), "é")).is_ok());
    assert!(TrackingNumber::parse(&longest(&schema::<TrackingNumber>(), "é")).is_ok());
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
    assert_eq!(schema::<Rate>()["maximum"], json!(1_000_000));
    let money = schema::<Money>();
    assert_eq!(
        money["properties"]["amount"]["maximum"],
        json!(Money::MAX_AMOUNT)
    );
    assert_eq!(
        money["properties"]["amount"]["minimum"],
        json!(-Money::MAX_AMOUNT)
    );
    assert_eq!(money["additionalProperties"], false);
    let price = schema::<Price>();
    assert_eq!(price["properties"]["amount"]["minimum"], 0);
    assert_eq!(
        price["properties"]["amount"]["maximum"],
        json!(Money::MAX_AMOUNT)
    );
}

#[test]
fn what_is_small_stands_where_it_is_used_and_under_its_name() {
    for (inline, name) in [
        (Options::inline_schema(), Options::schema_name()),
        (Quantity::inline_schema(), Quantity::schema_name()),
        (Rate::inline_schema(), Rate::schema_name()),
        (Password::inline_schema(), Password::schema_name()),
    ] {
        assert!(inline, "{name}");
    }
    assert_eq!(Options::schema_name(), "Options");
    assert_eq!(Quantity::schema_name(), "Quantity");
    assert_eq!(Rate::schema_name(), "Rate");
    let options = schema::<Options>();
    assert_eq!(options["type"], "object");
    assert_eq!(options["maxProperties"], json!(MAX_OPTIONS));
}

#[test]
fn what_the_code_says_of_a_value_its_schema_says_too() {
    let email = schema::<Email>();
    let said = email["description"].as_str().unwrap();
    assert!(said.len() > 20 && !said.contains("  "), "{said}");
    let status = schema::<OrderStatus>();
    let said = status["description"].as_str().unwrap();
    for word in OrderStatus::ALL {
        assert!(said.contains(&format!("\n- `{word}`: ")), "{said}");
    }
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

/// A text and, as far as one can guess them, texts that are barely right or barely wrong.
fn texts() -> impl Strategy<Value = String> {
    let letters = "[aZ0-9 ._@:/?#é\u{c9}\u{0}\u{9}\u{a}\u{85}\u{a0}\u{2028}\"<>`\\\\-]{0,12}";
    prop_oneof![
        any::<String>(),
        letters,
        "\\PC{0,40}",
        "[a-z0-9-]{1,8}",
        "[A-Za-z0-9._-]{60,66}",
        "[a-z.!+]{1,5}@[a-z0-9.-]{1,8}\\.[a-z0-9-]{1,4}",
        "[a-z]{62,66}@([a-z-]{1,65}\\.){1,2}[a-z0-9]{2}",
        "https?://?[a-z/?# .é<]{0,9}",
        "(guest|system|customer|staff)(:[0-9a-fA-F]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{11,13})?",
        "[0-9a-fA-F]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{11,13}",
        "[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{0,10})?([Zz]|\\+[0-9]{2}:?[0-9]{2})",
        "[a-zA-Z\u{c0}-\u{df}\u{391}-\u{3aa}\u{400}-\u{430}0-9]{7,10}",
    ]
}

/// Whether the schema lets a text through, as those see it who have nothing but the schema.
fn allows(validator: &Validator, text: &str) -> bool {
    validator.is_valid(&json!(text))
}

fn agree<T: JsonSchema>(parses: impl Fn(&str) -> bool) {
    let name = T::schema_name();
    let validator = jsonschema::validator_for(&schema::<T>()).unwrap();
    TestRunner::new(Config::with_cases(1_000))
        .run(&texts(), |text| {
            for text in [text.clone(), format!("{text}\n"), text.trim().to_owned()] {
                let (parsed, allowed) = (parses(&text), allows(&validator, &text));
                assert_eq!(parsed, allowed, "{name}: parsed, allowed {text:?}");
            }
            Ok(())
        })
        .unwrap();
}

macro_rules! agree {
    ($($name:ident),+ $(,)?) => {
        $(agree::<$name>(|text| $name::parse(text).is_ok());)+
    };
}

#[test]
fn a_schema_allows_what_its_parser_takes_and_nothing_else() {
    agree!(
        Actor,
        AddressLine,
        Country,
        Currency,
        Description,
        Email,
        ImageUrl,
        OptionName,
        OptionValue,
        OrderId,
        Password,
        PaymentMethod,
        PersonName,
        PostalCode,
        ProviderRef,
        Reason,
        SearchText,
        Sku,
        Slug,
        TaxCategory,
        Title,
        Url,
    );
}

#[test]
fn where_a_pattern_cannot_say_it_all_the_schema_allows_at_least_what_is_written() {
    let moments = jsonschema::validator_for(&schema::<Timestamp>()).unwrap();
    let numbers = jsonschema::validator_for(&schema::<OrderNumber>()).unwrap();
    proptest!(|(millis in -62_135_596_800_000_i64..253_402_128_000_000, seed in any::<u64>())| {
        let moment = Timestamp::from_millis(millis).unwrap();
        assert!(allows(&moments, &moment.to_string()), "{moment}");
        let number = OrderNumber::new(moment, &Seeded::new(seed));
        assert!(allows(&numbers, &number.to_string()), "{number}");
    });
    TestRunner::new(Config::with_cases(1_000))
        .run(&texts(), |text| {
            assert!(
                Timestamp::parse(&text).is_err() || allows(&moments, &text),
                "{text:?}"
            );
            Ok(())
        })
        .unwrap();
}

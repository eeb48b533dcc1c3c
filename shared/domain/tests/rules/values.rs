//! What text may stand for which value.

use domain::address::{AddressLine, PostalCode};
use domain::order::{Actor, OrderStatus};
use domain::text::{
    Description, ImageUrl, OptionName, PaymentMethod, PersonName, TaxCategory, Title, Url,
};
use domain::{Address, Broken, Country, Currency, Email, ProductId, Quantity, Sku, Slug, UserId};
use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

use crate::given::address;

#[test]
fn email_addresses() {
    let local = "a".repeat(64);
    let label = "b".repeat(63);
    for text in [
        "a@b.co",
        "Ada.Lovelace+shop@Mail.Example.COM",
        "o'hara@example.org",
        "x_y-z@a-b.example",
        "a@xn--bcher-kva.example",
        &format!("{local}@{label}.example"),
    ] {
        assert!(Email::parse(text).is_ok(), "{text}");
    }
    let long = format!("{local}@{}example", format!("{label}.").repeat(3));
    assert!(long.len() > 254);
    for text in [
        "",
        "@",
        "a",
        "a@",
        "@b.co",
        "a@b",
        "a@b@c.co",
        "a b@c.co",
        " a@b.co",
        "a@b.co\n",
        "a@b.co\0",
        ".a@b.co",
        "a.@b.co",
        "a..b@c.co",
        "a@.b.co",
        "a@b..co",
        "a@b.co.",
        "a@-b.co",
        "a@b-.co",
        "a@b_c.co",
        "a@127.0.0.1",
        "a@b.c",
        "ä@b.co",
        "a@bücher.example",
        "\"a\"@b.co",
        "<a@b.co>",
        "a,b@c.co",
        &format!("a{local}@b.co"),
        &format!("a@b{label}.co"),
        &long,
    ] {
        assert_eq!(
            Email::parse(text),
            Err(Broken("must be an email address")),
            "{text}"
        );
    }
    let email = Email::parse("Ada@Example.COM").unwrap();
    assert_eq!(email.as_str(), "Ada@Example.COM");
    assert_eq!(email.canonical(), "ada@example.com");
}

#[test]
fn names_count_characters_and_not_bytes() {
    assert!(PersonName::parse(&"é".repeat(100)).is_ok());
    assert_eq!(
        PersonName::parse(&"é".repeat(101)),
        Err(Broken("must be 1 to 100 characters"))
    );
    assert_eq!(Title::parse(""), Err(Broken("must be 1 to 100 characters")));
    assert_eq!(Title::parse(" \u{a0}"), Err(Broken("must not be blank")));
    assert_eq!(
        Title::parse("a\u{7f}"),
        Err(Broken("must not contain control characters"))
    );
    assert!(OptionName::parse(&"x".repeat(51)).is_err());
    assert!(AddressLine::parse("line\nbreak").is_err());
    assert!(PostalCode::parse(&"1".repeat(17)).is_err());
}

#[test]
fn descriptions_have_paragraphs() {
    assert!(Description::parse("").is_ok());
    assert!(Description::parse("one\r\n\ttwo\n").is_ok());
    assert!(Description::parse("bell \u{7}").is_err());
    assert!(Description::parse(&"ü".repeat(5_000)).is_ok());
    assert!(Description::parse(&"ü".repeat(5_001)).is_err());
}

#[test]
fn urls() {
    assert!(ImageUrl::parse("https://cdn.example/a%20b.png?w=1#x").is_ok());
    for text in [
        "http://cdn.example/a.png",
        "https://",
        "https:///a.png",
        "https://?x",
        "https://cdn.example/a b.png",
        "https://cdn.example/\"onload=\"",
        "javascript:alert(1)",
        "//cdn.example/a.png",
        &format!("https://cdn.example/{}", "a".repeat(2_029)),
    ] {
        assert!(ImageUrl::parse(text).is_err(), "{text}");
    }
    assert!(Url::parse("http://127.0.0.1:9000/pay").is_ok());
    assert!(Url::parse("ftp://example.org/").is_err());
}

#[test]
fn codes_and_tokens() {
    assert!(Sku::parse("TEE-red.M_1").is_ok());
    assert!(Sku::parse(&"s".repeat(64)).is_ok());
    for text in ["", "a b", "a/b", "ä", "a\n", &"s".repeat(65)] {
        assert!(Sku::parse(text).is_err(), "{text}");
    }
    assert!(PaymentMethod::parse("pm_test_ok").is_ok());
    assert!(PaymentMethod::parse("pm-test").is_err());
    assert_eq!(TaxCategory::default().as_str(), "standard");
    assert!(TaxCategory::parse(TaxCategory::default().as_str()).is_ok());
}

#[test]
fn quantities() {
    for units in [1_i64, 999] {
        assert!(Quantity::try_from(units).is_ok());
    }
    for units in [i64::MIN, -1, 0, 1_000, 1 << 32, (1 << 32) + 1, i64::MAX] {
        assert_eq!(
            Quantity::try_from(units),
            Err(Broken("must be 1 to 999")),
            "{units}"
        );
    }
    assert!(serde_json::from_str::<Quantity>("1.5").is_err());
    assert_eq!(
        serde_json::to_string(&Quantity::try_from(7_u32).unwrap()).unwrap(),
        "7"
    );
}

#[test]
fn the_tables_of_the_standards() {
    let countries: Vec<&str> = Country::all().map(Country::code).collect();
    assert_eq!(countries.len(), 249);
    assert!(countries.is_sorted_by(|a, b| a < b), "sorted, none twice");
    assert!(countries.iter().all(|code| code.len() == 2));
    assert!(Country::parse("gb").is_err());
    assert!(Country::parse("UK").is_err());

    let mut currencies: Vec<Currency> = Currency::all().collect();
    let count = currencies.len();
    currencies.sort();
    currencies.dedup();
    assert_eq!(currencies.len(), count, "none twice");
    assert!(currencies.iter().all(|currency| currency.code().len() == 3));
    let exponent = |code| Currency::parse(code).unwrap().exponent();
    assert_eq!(
        ["EUR", "JPY", "KWD", "CLF", "HUF"].map(exponent),
        [2, 0, 3, 4, 2]
    );
    assert_eq!(Currency::EUR, Currency::parse("EUR").unwrap());
    assert_eq!(Currency::EUR.exponent(), exponent("EUR"));
    for gone in ["DEM", "HRK", "XXX", "XAU", "eur", ""] {
        assert!(Currency::parse(gone).is_err(), "{gone}");
    }
}

#[test]
fn slugs() {
    for text in ["a", "1", "a-b", "blue-suede-shoes-2"] {
        assert!(Slug::parse(text).is_ok(), "{text}");
    }
    for text in [
        "",
        "-",
        "-a",
        "a-",
        "a--b",
        "A",
        "a b",
        "ä",
        &"a".repeat(101),
    ] {
        assert!(Slug::parse(text).is_err(), "{text}");
    }
    let slug = |title: &str| {
        let title = Title::parse(title).unwrap();
        Slug::from_title(&title, ProductId::from_u128(0xabc)).to_string()
    };
    assert_eq!(slug("Men's  T-Shirt (Red)!"), "mens-t-shirt-red");
    assert_eq!(
        slug("Crème Brûlée für Größe 5"),
        "creme-brulee-fuer-groesse-5"
    );
    assert_eq!(slug("İstanbul"), "istanbul");
    assert_eq!(slug(&"ß".repeat(100)), "s".repeat(100));
    assert_eq!(slug("東京"), "product-000000000abc");
    assert_eq!(slug("--"), "product-000000000abc");
}

#[test]
fn addresses() {
    let text = serde_json::to_value(address()).unwrap();
    assert_eq!(text["postalCode"], "SW1Y 4JH");
    assert!(text.get("line2").is_none());
    let with = |field: &str, value: &str| {
        let mut text = text.clone();
        text[field] = value.into();
        serde_json::from_value::<Address>(text)
    };
    assert!(with("line2", "Flat 3").is_ok());
    assert!(with("planet", "Earth").is_err());
    assert!(with("country", "XX").is_err());
}

#[test]
fn words_and_actors() {
    assert_eq!(
        OrderStatus::parse("pendingPayment"),
        Ok(OrderStatus::PendingPayment)
    );
    assert!(OrderStatus::parse("PendingPayment").is_err());
    for status in OrderStatus::ALL {
        let text = serde_json::to_string(status).unwrap();
        assert_eq!(text, format!("\"{status}\""));
        assert_eq!(serde_json::from_str::<OrderStatus>(&text).unwrap(), *status);
    }
    let id = UserId::from_u128(1);
    for actor in [
        Actor::Customer(id),
        Actor::Guest,
        Actor::Staff(id),
        Actor::System,
    ] {
        assert_eq!(Actor::parse(&actor.to_string()), Ok(actor));
    }
    for text in ["", "customer", "customer:", "guest:1", "robot"] {
        assert!(Actor::parse(text).is_err(), "{text}");
    }
}

#[test]
fn every_letter_of_a_european_alphabet_becomes_one_that_an_address_can_have() {
    let folded = [
        ("àáâãåāăą", "a"),
        ("äæ", "ae"),
        ("çćč", "c"),
        ("ðďđ", "d"),
        ("èéêëēėęě", "e"),
        ("ğģ", "g"),
        ("ìíîïīįı", "i"),
        ("ķ", "k"),
        ("ĺļľł", "l"),
        ("ñńņň", "n"),
        ("òóôõőō", "o"),
        ("öøœ", "oe"),
        ("ŕř", "r"),
        ("śşšș", "s"),
        ("ß", "ss"),
        ("ţťț", "t"),
        ("þ", "th"),
        ("ùúûūůűų", "u"),
        ("ü", "ue"),
        ("ýÿ", "y"),
        ("źżž", "z"),
    ];
    for (letters, ascii) in folded {
        for letter in letters.chars() {
            let title = Title::parse(&letter.to_string()).unwrap();
            let slug = Slug::from_title(&title, ProductId::from_u128(1));
            assert_eq!(slug.to_string(), ascii, "{letter}");
        }
    }
}

#[test]
fn lengths_are_exact() {
    let address = |local: usize, domain: usize| {
        let labels = [
            "a".repeat(60),
            "b".repeat(60),
            "c".repeat(60),
            "d".repeat(domain),
        ];
        Email::parse(&format!("{}@{}.com", "x".repeat(local), labels.join(".")))
    };
    // 254 characters in all, the last of which is one too many.
    assert!(address(60, 6).is_ok());
    assert!(address(60, 7).is_err());
    let url = |length: usize| {
        let start = "https://cdn.example/";
        ImageUrl::parse(&format!("{start}{}", "a".repeat(length - start.len())))
    };
    assert!(url(2_048).is_ok());
    assert!(url(2_049).is_err());
}

proptest! {
    #[test]
    fn a_slug_made_from_any_title_is_a_slug(title in "\\PC{1,100}") {
        if let Ok(title) = Title::parse(&title) {
            let slug = Slug::from_title(&title, ProductId::from_u128(1));
            prop_assert!(Slug::parse(slug.as_str()).is_ok(), "{}", slug);
        }
    }

    #[test]
    fn what_is_an_email_address_stays_one_in_lower_case(
        text in "[A-Za-z0-9.+_-]{1,20}@[A-Za-z0-9-]{1,10}\\.[A-Za-z0-9]{1,5}",
    ) {
        if let Ok(email) = Email::parse(&text) {
            let canonical = Email::parse(&email.canonical());
            prop_assert_eq!(canonical.map(|email| email.canonical()), Ok(email.canonical()));
        }
    }

    #[test]
    fn the_length_of_a_name_is_all_that_matters(name in "[^\\pC\\s]{0,120}") {
        prop_assert_eq!(PersonName::parse(&name).is_ok(), (1..=100).contains(&name.chars().count()));
    }
}

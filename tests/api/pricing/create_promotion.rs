//! `POST /promotions`.

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use super::{PREVIEWS, PROMOTIONS, coupon, made};
use crate::shop::{Shop, with};

fn basket_of_mugs(code: Option<&str>) -> Value {
    json!({"items": [{"sku": "MUG-STONE-BLUE", "quantity": 2}], "couponCode": code})
}

#[tokio::test(start_paused = true)]
async fn a_coupon_is_for_those_who_know_its_code() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let body = with(
        coupon("Spring-26"),
        &json!({
            "products": [local::seed::product_id(1)],
            "minimum": [{"amount": 2_000, "currency": "EUR"}],
            "startsAt": "2025-01-01T00:00:00Z",
            "endsAt": "2099-01-01T00:00:00Z",
            "combines": true,
            "limits": {"uses": 5, "usesPerCustomer": 1},
        }),
    );
    let created = made(&admin, PROMOTIONS, &body).await;
    assert_json_snapshot!(created.snapshot());
    let path = format!("{PROMOTIONS}/{}", created.text("/data/id"));
    assert_eq!(created.header("location"), Some(path.as_str()));
    let off = async |code| {
        let preview = shop.anybody().post(PREVIEWS, &basket_of_mugs(code)).await;
        preview.json()["data"]["totals"]["discount"]["amount"].clone()
    };
    assert_eq!(off(None).await, 0);
    assert_eq!(off(Some("sPRING-26")).await, 298);
}

#[tokio::test(start_paused = true)]
async fn a_promotion_without_a_code_is_for_everybody() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let body = json!({"name": "Sale", "effect": {"type": "percentOff", "ratePpm": 500_000}});
    let created = made(&admin, PROMOTIONS, &body).await;
    let preview = shop.anybody().post(PREVIEWS, &basket_of_mugs(None)).await;
    let data = preview.json()["data"].clone();
    assert_eq!(data["totals"]["discount"]["amount"], 1_490);
    assert_eq!(
        data["promotions"][0]["promotionId"],
        created.text("/data/id")
    );
    assert_eq!(data["promotions"][0]["code"], Value::Null);
}

#[tokio::test(start_paused = true)]
async fn a_code_belongs_to_one_promotion_in_whatever_case() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let asks = ["ONLY-ONE", "only-one", "Only-One"].map(|code| {
        let admin = admin.clone();
        async move { admin.post(PROMOTIONS, &coupon(code)).await }
    });
    let mut answers = shop.all(asks).await;
    answers.sort_by_key(|answer| answer.status);
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [201, 409, 409]);
    assert_eq!(answers[1].code(), "coupon_code_taken");
    assert_eq!(answers[1].errors(), ["code: is taken"]);
    let listed = admin.get(PROMOTIONS).await.json()["data"].clone();
    let named = |one: &Value| {
        one["code"]
            .as_str()
            .is_some_and(|code| code.eq_ignore_ascii_case("only-one"))
    };
    let of_that_name = listed
        .as_array()
        .map(|all| all.iter().filter(|one| named(one)).count());
    assert_eq!(of_that_name, Some(1));
}

#[tokio::test(start_paused = true)]
async fn an_effect_has_what_its_type_needs_and_no_more() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let euros = json!([{"amount": 500, "currency": "EUR"}]);
    for (effect, errors) in [
        (
            json!({"type": "percentOff", "buy": 1}),
            vec![
                "effect.ratePpm: must be given with percentOff",
                "effect.buy: must not be given with percentOff",
            ],
        ),
        (
            json!({"type": "percentOff", "ratePpm": 0}),
            vec!["effect.ratePpm: must be above 0"],
        ),
        (
            json!({"type": "amountOff", "ratePpm": 5}),
            vec![
                "effect.ratePpm: must not be given with amountOff",
                "effect.amounts: must be given with amountOff",
            ],
        ),
        (
            json!({"type": "amountOff", "amounts": [{"amount": 0, "currency": "EUR"}]}),
            vec!["effect.amounts[0].amount: must be above 0"],
        ),
        (
            json!({"type": "freeShipping", "amounts": euros}),
            vec!["effect.amounts: must not be given with freeShipping"],
        ),
        (
            json!({"type": "buyXGetY", "get": 1}),
            vec!["effect.buy: must be given with buyXGetY"],
        ),
        (
            json!({"type": "buyXGetY", "buy": 0, "get": 101}),
            vec![
                "effect.buy: must be 1 to 100",
                "effect.get: must be 1 to 100",
            ],
        ),
    ] {
        let body = with(coupon("EFFECT"), &json!({ "effect": effect }));
        let refused = admin.post(PROMOTIONS, &body).await;
        assert_eq!(refused.status, 422, "{refused:?}");
        assert_eq!(refused.errors(), errors);
    }
    for effect in [
        json!({"type": "percentOff", "ratePpm": 1}),
        json!({"type": "amountOff", "amounts": euros}),
        json!({"type": "freeShipping"}),
        json!({"type": "buyXGetY", "buy": 2, "get": 1}),
    ] {
        let code = format!("OK-{}", effect["type"].as_str().expect("a type"));
        let body = with(coupon(&code), &json!({ "effect": effect }));
        let kept = made(&admin, PROMOTIONS, &body).await.json()["data"]["effect"].clone();
        assert_eq!(kept["type"], effect["type"]);
    }
}

#[tokio::test(start_paused = true)]
async fn limits_need_a_code_and_time_has_an_order() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let body = json!({
        "name": "Sale",
        "effect": {"type": "freeShipping"},
        "limits": {"uses": 5, "usesPerCustomer": 1},
        "startsAt": "2026-03-01T00:00:00Z",
        "endsAt": "2026-02-01T00:00:00Z",
    });
    let refused = admin.post(PROMOTIONS, &body).await;
    assert_eq!(refused.status, 422);
    assert_eq!(
        refused.errors(),
        [
            "endsAt: must be after startsAt",
            "limits.uses: needs a code",
            "limits.usesPerCustomer: needs a code"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn those_without_a_code_are_a_hundred_at_most_and_coupons_are_not_counted() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let asks = (0..110).map(|number| {
        let body = json!({"name": format!("Sale {number}"), "effect": {"type": "freeShipping"}});
        let admin = admin.clone();
        async move { admin.post(PROMOTIONS, &body).await.status }
    });
    let statuses = shop.all(asks).await;
    assert_eq!(
        statuses.iter().filter(|status| **status == 201).count(),
        100
    );
    assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 10);
    made(&admin, PROMOTIONS, &coupon("ONE-MORE")).await;
}

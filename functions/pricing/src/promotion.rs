//! A promotion on the wire.

use domain::clock::Timestamp;
use domain::id::{CategoryId, ProductId, PromotionId};
use domain::money::{Money, Price};
use domain::pricing::Rate;
use domain::pricing::promotion::{
    Conditions, CouponCode, Effect, EffectKind, Limits, Promotion, Selection,
};
use domain::rule::Fault;
use domain::text::Title;
use edge::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::pricing::Kept;

use crate::faults::sound;

/// Something that makes baskets cheaper.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Promotion")]
pub(crate) struct PromotionView {
    /// The promotion's id.
    pub(crate) id: PromotionId,
    /// What buyers read.
    name: Title,
    /// What a buyer types in to get it, in whatever case; everybody gets it, if null.
    code: Option<CouponCode>,
    /// Whether it applies at all.
    active: bool,
    /// What it does.
    effect: EffectView,
    /// The products that it is about, and
    #[schemars(length(max = 100))]
    products: Vec<ProductId>,
    /// those in these categories and below them. All goods, if both are empty.
    #[schemars(length(max = 100))]
    categories: Vec<CategoryId>,
    /// The goods that it is about must come to this or more, once per currency; in other currencies it
    /// does not apply. No bound, if empty.
    #[schemars(with = "Vec<Price>", length(max = 50))]
    minimum: Vec<Money>,
    /// From when on it applies.
    starts_at: Option<Timestamp>,
    /// Until when it applies.
    ends_at: Option<Timestamp>,
    /// Whether it applies together with others that do.
    combines: bool,
    /// How often it can be used.
    limits: LimitsView,
    /// How often it was used; counted while `limits.uses` bounds it. What was used for an order that
    /// came to nothing is given back.
    uses: u32,
    /// Counts the changes, from 1; the ETag is made of it.
    version: u64,
    /// When it was created.
    created_at: Timestamp,
    /// When it was changed last.
    updated_at: Timestamp,
}

/// What a promotion does. Which fields it has depends on `type`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "PromotionEffect")]
pub(crate) struct EffectView {
    /// What it does, in a word.
    #[serde(rename = "type")]
    kind: EffectKind,
    /// Which share it takes off. `percentOff` needs it; with `buyXGetY` it is all of the price unless
    /// given.
    rate_ppm: Option<Rate>,
    /// How much it takes off, once per currency; only with `amountOff`, which needs it.
    #[schemars(with = "Option<Vec<Price>>", length(min = 1, max = 50))]
    amounts: Option<Vec<Money>>,
    /// How many units are bought at their full price; only with `buyXGetY`, which needs it.
    #[schemars(range(min = 1, max = 100))]
    buy: Option<u32>,
    /// How many units become cheaper for those, the cheapest first; only with `buyXGetY`, which needs
    /// it.
    #[schemars(range(min = 1, max = 100))]
    get: Option<u32>,
}

/// How often a promotion with a code can be used.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "PromotionLimits")]
pub(crate) struct LimitsView {
    /// In all.
    #[schemars(range(min = 1, max = 1_000_000_000))]
    uses: Option<u32>,
    /// By one customer: an account, or a guest's email address.
    #[schemars(range(min = 1, max = 1_000_000_000))]
    uses_per_customer: Option<u32>,
}

/// A promotion as staff write it: what is left out is cleared.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct PromotionDraft {
    /// What buyers read, 1 to 100 characters.
    name: Title,
    /// What a buyer types in to get it, unique in the shop whatever the case; everybody gets it unless
    /// given. It stays as it was first given.
    code: Option<CouponCode>,
    /// Whether it applies at all; it does unless told.
    active: Option<bool>,
    /// What it does.
    effect: EffectView,
    /// The products that it is about. An id that no product has matches nothing.
    #[schemars(length(max = 100))]
    products: Option<Vec<ProductId>>,
    /// The categories that it is about, with all below them. An id that no category has matches
    /// nothing. Without products and categories, it is about all goods.
    #[schemars(length(max = 100))]
    categories: Option<Vec<CategoryId>>,
    /// What the goods that it is about must come to, once per currency.
    #[schemars(with = "Option<Vec<Price>>", length(max = 50))]
    minimum: Option<Vec<Money>>,
    /// From when on it applies.
    starts_at: Option<Timestamp>,
    /// Until when it applies.
    ends_at: Option<Timestamp>,
    /// Whether it applies together with others that do; it stands alone unless told. Of what cannot
    /// apply together, the buyer gets what makes the basket cheapest.
    combines: Option<bool>,
    /// How often it can be used; as often as anybody likes unless told.
    limits: Option<LimitsView>,
}

/// The path of one promotion.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct PromotionPath {
    /// The promotion's id.
    pub(crate) id: PromotionId,
}

impl PromotionDraft {
    /// A new promotion, or every rule that it would break.
    pub(crate) fn promotion(&self, id: PromotionId, now: Timestamp) -> Result<Promotion, Failure> {
        self.written(id, 1, now, now)
    }

    /// A promotion written anew, or every rule that it would break.
    pub(crate) fn over(&self, old: &Promotion, now: Timestamp) -> Result<Promotion, Failure> {
        let canonical = |code: &Option<CouponCode>| code.as_ref().map(CouponCode::canonical);
        if canonical(&self.code) != canonical(&old.code) {
            return Err(Failure::rule(
                "code",
                "must stay as it was given; for another one, make another promotion",
            ));
        }
        self.written(old.id, old.version + 1, old.created_at, now)
    }

    fn written(
        &self,
        id: PromotionId,
        version: u64,
        created_at: Timestamp,
        updated_at: Timestamp,
    ) -> Result<Promotion, Failure> {
        let Self {
            name,
            code,
            active,
            effect,
            products,
            categories,
            minimum,
            starts_at,
            ends_at,
            combines,
            limits,
        } = self;
        let LimitsView {
            uses,
            uses_per_customer,
        } = limits.clone().unwrap_or_default();
        let promotion = Promotion {
            id,
            name: name.clone(),
            code: code.clone(),
            active: active.unwrap_or(true),
            effect: effect.effect().map_err(Failure::rules)?,
            on: Selection {
                products: products.iter().flatten().copied().collect(),
                categories: categories.iter().flatten().copied().collect(),
            },
            conditions: Conditions {
                minimum: minimum.clone().unwrap_or_default(),
                starts_at: *starts_at,
                ends_at: *ends_at,
            },
            combines: combines.unwrap_or(false),
            limits: Limits {
                uses,
                uses_per_customer,
            },
            version,
            created_at,
            updated_at,
        };
        let faults = promotion.faults();
        sound(promotion, faults)
    }
}

impl EffectView {
    /// The effect, or every field that it lacks or has too many.
    fn effect(&self) -> Result<Effect, Vec<Fault>> {
        let Self {
            kind,
            rate_ppm,
            amounts,
            buy,
            get,
        } = self;
        let (takes_rate, takes_amounts, takes_units) = match kind {
            EffectKind::PercentOff => (true, false, false),
            EffectKind::AmountOff => (false, true, false),
            EffectKind::FreeShipping => (false, false, false),
            EffectKind::BuyXGetY => (true, false, true),
        };
        let fields = [
            ("ratePpm", rate_ppm.is_some(), takes_rate),
            ("amounts", amounts.is_some(), takes_amounts),
            ("buy", buy.is_some(), takes_units),
            ("get", get.is_some(), takes_units),
        ];
        let mut faults = Vec::new();
        for (field, given, taken) in fields {
            // What buyers get for their units is free unless it is merely cheaper.
            let may_lack = field == "ratePpm" && *kind == EffectKind::BuyXGetY;
            let field = format!("effect.{field}");
            if given && !taken {
                faults.push(Fault::new(field, format!("must not be given with {kind}")));
            } else if taken && !given && !may_lack {
                faults.push(Fault::new(field, format!("must be given with {kind}")));
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let (rate, units) = (rate_ppm.unwrap_or(Rate::WHOLE), |n: &Option<u32>| {
            n.unwrap_or(0)
        });
        Ok(match kind {
            EffectKind::PercentOff => Effect::PercentOff { rate },
            EffectKind::AmountOff => Effect::AmountOff {
                amounts: amounts.clone().unwrap_or_default(),
            },
            EffectKind::FreeShipping => Effect::FreeShipping,
            EffectKind::BuyXGetY => Effect::BuyXGetY {
                buy: units(buy),
                get: units(get),
                rate,
            },
        })
    }
}

impl From<Kept<Promotion>> for PromotionView {
    fn from(kept: Kept<Promotion>) -> Self {
        let counted = kept.uses;
        let Promotion {
            id,
            name,
            code,
            active,
            effect,
            on: Selection {
                products,
                categories,
            },
            conditions:
                Conditions {
                    minimum,
                    starts_at,
                    ends_at,
                },
            combines,
            limits: Limits {
                uses,
                uses_per_customer,
            },
            version,
            created_at,
            updated_at,
        } = kept.entry;
        Self {
            id,
            name,
            code,
            active,
            effect: effect.into(),
            products: products.into_iter().collect(),
            categories: categories.into_iter().collect(),
            minimum,
            starts_at,
            ends_at,
            combines,
            limits: LimitsView {
                uses,
                uses_per_customer,
            },
            uses: counted,
            version,
            created_at,
            updated_at,
        }
    }
}

impl From<Effect> for EffectView {
    fn from(effect: Effect) -> Self {
        let kind = effect.kind();
        let (rate_ppm, amounts, buy, get) = match effect {
            Effect::PercentOff { rate } => (Some(rate), None, None, None),
            Effect::AmountOff { amounts } => (None, Some(amounts), None, None),
            Effect::FreeShipping => (None, None, None, None),
            Effect::BuyXGetY { buy, get, rate } => (Some(rate), None, Some(buy), Some(get)),
        };
        Self {
            kind,
            rate_ppm,
            amounts,
            buy,
            get,
        }
    }
}

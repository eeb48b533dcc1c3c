//! What promotions take off a basket, and which of them apply together.

use std::cmp::Reverse;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::basket::{Basket, Item};
use super::promotion::{CouponCode, Effect, Promotion, in_currency};
use super::rate::Rate;
use crate::id::PromotionId;
use crate::money::{Money, MoneyError};
use crate::text::Title;

/// What a promotion takes off one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LineDiscount {
    /// Which promotion.
    #[serde(rename = "promotionId")]
    pub promotion: PromotionId,
    /// What buyers read, or read then.
    pub name: Title,
    /// How much.
    pub amount: Money,
}

/// A promotion that applies, and what it saves in all, shipping included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "AppliedPromotion")]
pub struct Applied {
    /// Which promotion.
    #[serde(rename = "promotionId")]
    pub promotion: PromotionId,
    /// What buyers read, or read then.
    pub name: Title,
    /// What was typed in to get it; null if everybody gets it.
    pub code: Option<CouponCode>,
    /// What it saves.
    pub saved: Money,
}

/// What a set of promotions makes of the goods.
#[derive(Debug, Clone)]
pub(super) struct Discounted {
    /// What is taken off each line, by promotion.
    pub(super) lines: Vec<Vec<LineDiscount>>,
    /// What is left of each line.
    pub(super) left: Vec<Money>,
    /// Whether sending is free, and thanks to which promotion.
    pub(super) ships_free: Option<PromotionId>,
}

impl Discounted {
    /// What is left of all lines.
    pub(super) fn goods(&self, nothing: Money) -> Result<Money, MoneyError> {
        Money::sum(nothing.currency(), self.left.iter().copied())
    }
}

/// The sets of promotions that can apply together: all that combine, and each of the others alone.
pub(super) fn stacks<'a>(applying: &[&'a Promotion]) -> Vec<Vec<&'a Promotion>> {
    let (mut together, alone): (Vec<&Promotion>, Vec<&Promotion>) =
        applying.iter().partition(|promotion| promotion.combines);
    together.sort_by_key(|promotion| (promotion.effect.rank(), promotion.id));
    std::iter::once(together)
        .chain(alone.into_iter().map(|promotion| vec![promotion]))
        .collect()
}

/// The goods after a set of promotions, one after the other.
pub(super) fn discounted(basket: &Basket, stack: &[&Promotion]) -> Result<Discounted, MoneyError> {
    let mut state = Discounted {
        lines: vec![Vec::new(); basket.items.len()],
        left: basket
            .items
            .iter()
            .map(Item::gross)
            .collect::<Result<_, _>>()?,
        ships_free: None,
    };
    for promotion in stack {
        let off = match &promotion.effect {
            Effect::FreeShipping => {
                state.ships_free = state.ships_free.or(Some(promotion.id));
                continue;
            }
            Effect::PercentOff { rate } => {
                let selected = selected(promotion, basket, &state.left);
                rate.of(sum(basket, &selected)?)?.split(&weights(&selected))
            }
            Effect::AmountOff { amounts } => {
                let selected = selected(promotion, basket, &state.left);
                let most = sum(basket, &selected)?;
                let off = in_currency(amounts, basket.currency).map_or(0, |off| off.amount());
                Money::new(off.min(most.amount()), basket.currency)?.split(&weights(&selected))
            }
            Effect::BuyXGetY { buy, get, rate } => {
                units_off(promotion, basket, &state.left, (*buy, *get, *rate))
            }
        };
        match off {
            // Nothing is left that anything could be taken off.
            Err(MoneyError::NoWeights) => {}
            off => take(&mut state, promotion, off?)?,
        }
    }
    Ok(state)
}

/// What is left of the lines that a promotion is about; nothing of the others.
fn selected(promotion: &Promotion, basket: &Basket, left: &[Money]) -> Vec<Money> {
    let nothing = Money::zero(basket.currency);
    basket
        .items
        .iter()
        .zip(left)
        .map(|(item, left)| {
            if promotion.on.holds(item) {
                *left
            } else {
                nothing
            }
        })
        .collect()
}

fn sum(basket: &Basket, amounts: &[Money]) -> Result<Money, MoneyError> {
    Money::sum(basket.currency, amounts.iter().copied())
}

fn weights(amounts: &[Money]) -> Vec<u64> {
    amounts
        .iter()
        .map(|amount| amount.amount().unsigned_abs())
        .collect()
}

/// What comes off each line where, of every `buy + get` units, the cheapest `get` are made cheaper.
fn units_off(
    promotion: &Promotion,
    basket: &Basket,
    left: &[Money],
    (buy, get, rate): (u32, u32, Rate),
) -> Result<Vec<Money>, MoneyError> {
    let mut lines: Vec<(usize, &Item)> = basket
        .items
        .iter()
        .enumerate()
        .filter(|(_, item)| promotion.on.holds(item))
        .collect();
    let units: u32 = lines.iter().map(|(_, item)| item.quantity.get()).sum();
    let mut cheaper = units / (buy + get).max(1) * get;
    // The dearest last; of equal ones the line that was put in first.
    lines.sort_by_key(|(index, item)| (item.unit_price.amount(), Reverse(*index)));
    let mut of_lines = vec![Money::zero(basket.currency); basket.items.len()];
    for (index, item) in lines {
        let units = cheaper.min(item.quantity.get());
        cheaper -= units;
        if let Some(slot) = of_lines.get_mut(index) {
            *slot = item.unit_price.times(units)?;
        }
    }
    let off = rate
        .of(sum(basket, &of_lines)?)?
        .split(&weights(&of_lines))?;
    // Another promotion of this kind may have been there before.
    off.into_iter()
        .zip(left)
        .map(|(off, left)| Money::new(off.amount().min(left.amount()), basket.currency))
        .collect()
}

fn take(state: &mut Discounted, promotion: &Promotion, off: Vec<Money>) -> Result<(), MoneyError> {
    let lines = state.lines.iter_mut().zip(state.left.iter_mut());
    for ((discounts, left), amount) in lines.zip(off) {
        if amount.is_zero() {
            continue;
        }
        *left = left.sub(amount)?;
        discounts.push(LineDiscount {
            promotion: promotion.id,
            name: promotion.name.clone(),
            amount,
        });
    }
    Ok(())
}

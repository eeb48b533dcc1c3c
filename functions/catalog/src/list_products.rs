//! `GET /products`: products in one of three orders, newest first unless told, or those whose names have
//! certain words. Customers see active ones; staff see all, or those of one status.

use std::collections::BTreeSet;

use domain::id::CategoryId;
use domain::money::Money;
use domain::product::ProductStatus;
use domain::role::Permission;
use domain::search::{SearchText, Word};
use domain::slug::Slug;
use edge::paging::Paging;
use edge::route::Caching;
use edge::seal::Seal;
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::Deserialize;
use store::StoreError;
use store::categories::{self, Categories, CategorySlugs};
use store::products::{self, By, Products, Which};

use crate::product::ProductView;

/// Lists products.
pub(crate) struct ListProducts;

/// Which products, in which order, and which page of them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListQuery {
    /// Only products in the category of this slug, or in one below it. A slug that the category had before
    /// will do.
    #[schemars(example = &"kitchen")]
    category: Option<Slug>,
    /// Only products whose names have, for each of these words, one that begins with it, whatever the case
    /// and the accents; the first 7 words of a name count. What begins with the longest of the words
    /// comes in its order. Not together with `sort`, `minPrice` or `maxPrice`. A page may have fewer
    /// products than it could, and still be followed by others.
    #[schemars(example = &"mug")]
    q: Option<SearchText>,
    /// Only products of this status; for staff.
    #[schemars(example = ProductStatus::Active)]
    status: Option<ProductStatus>,
    /// Only products whose cheapest variant costs this or more, in minor units of the shop's own
    /// currency. The list is then ordered by price.
    min_price: Option<Amount>,
    /// Only products whose cheapest variant costs this or less, in minor units of the shop's own
    /// currency. The list is then ordered by price.
    max_price: Option<Amount>,
    /// What the list is ordered by; `-createdAt` unless told, `price` with a least or greatest price.
    sort: Option<Sort>,
    #[serde(flatten)]
    paging: Paging,
}

/// Minor units of the shop's own currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub(crate) struct Amount(#[schemars(range(min = 0, max = Money::MAX_AMOUNT))] i64);

/// What products are ordered by; a minus turns the order round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[schemars(rename = "ProductSort")]
pub(crate) enum Sort {
    /// When they were made, the oldest first.
    #[serde(rename = "createdAt")]
    Created,
    /// When they were made, the newest first.
    #[serde(rename = "-createdAt")]
    CreatedDown,
    /// Their names, whatever the case.
    #[serde(rename = "name")]
    Name,
    /// Their names, the last first.
    #[serde(rename = "-name")]
    NameDown,
    /// What their cheapest variants cost in the shop's own currency, those without such a price last.
    #[serde(rename = "price")]
    Price,
    /// The same the other way round.
    #[serde(rename = "-price")]
    PriceDown,
}

impl Endpoint for ListProducts {
    const ROUTE: Route = Route::get("/products", "List products")
        .auth(Auth::Anyone)
        .caching(Caching::Revalidate)
        .errors(&[Code::ValidationFailed]);
    type Needs = (
        Products<products::List>,
        Categories<categories::Read>,
        CategorySlugs,
        Seal,
    );
    type Path = Nothing;
    type Query = ListQuery;
    type Body = Nothing;
    type Reply = Vec<ProductView>;

    async fn handle(
        (products, categories, slugs, seal): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<Vec<ProductView>>, Failure> {
        let staff = rq.caller.may(Permission::CatalogRead);
        let statuses = match rq.query.status {
            Some(status) if staff || status == ProductStatus::Active => vec![status],
            Some(_) => return Err(Failure::new(Code::Forbidden).error("status: is for staff")),
            None if staff => ProductStatus::ALL.to_vec(),
            None => vec![ProductStatus::Active],
        };
        let sought = sought(&rq.query)?;
        let (by, greatest_first) = order(&rq.query)?;
        let category = match &rq.query.category {
            None => None,
            Some(slug) => Some(category(categories, slug).await?),
        };
        // Not of what is below the category, which may change from page to page.
        let binding = format!("{statuses:?} {category:?} {sought:?} {by:?} {greatest_first}");
        let list = seal.list(Self::ROUTE.path, binding);
        let bounds = list.bounds(&rq.query.paging)?;
        let which = Which {
            statuses,
            categories: match category {
                None => None,
                Some(category) => {
                    let mut all = categories.tree().await?.below(category);
                    all.insert(category);
                    Some(all)
                }
            },
        };
        let page = match &sought {
            None => products.list(&which, by, greatest_first, &bounds).await?,
            Some(words) => products.search(&which, words, &bounds).await?,
        };
        let ids: BTreeSet<CategoryId> = page.items.iter().filter_map(|it| it.category).collect();
        let slugs = slugs.of(ids, rq.now()).await?;
        Ok(list.reply(page.map(|product| ProductView::among(product, &slugs))))
    }
}

/// The category that a slug leads to.
async fn category(
    categories: &Categories<categories::Read>,
    slug: &Slug,
) -> Result<CategoryId, Failure> {
    match categories.named(slug).await {
        Ok(named) => Ok(named.id),
        Err(StoreError::NotFound) => {
            let rule = "must be the slug of an existing category";
            Err(Failure::rule("category", rule))
        }
        Err(error) => Err(error.into()),
    }
}

/// The words that names must have, if any are looked for.
fn sought(query: &ListQuery) -> Result<Option<BTreeSet<Word>>, Failure> {
    let Some(text) = &query.q else {
        return Ok(None);
    };
    let others = [
        ("sort", query.sort.is_some()),
        ("minPrice", query.min_price.is_some()),
        ("maxPrice", query.max_price.is_some()),
    ];
    let refusal = others.iter().filter(|(_, given)| *given).fold(
        Failure::new(Code::InvalidRequest),
        |refusal, (name, _)| {
            refusal.error(format!(
                "{name}: cannot stand together with q, which can with category and status"
            ))
        },
    );
    if !refusal.errors.is_empty() {
        return Err(refusal);
    }
    Ok(Some(Word::all(text.as_str())))
}

/// What the list is ordered by, and whether the greatest come first.
fn order(query: &ListQuery) -> Result<(By, bool), Failure> {
    let invalid = |line| Err(Failure::new(Code::InvalidRequest).error(line));
    let (least, most) = (query.min_price, query.max_price);
    if let (Some(least), Some(most)) = (least, most)
        && least > most
    {
        return invalid("minPrice: must not be above maxPrice");
    }
    let bounded = least.is_some() || most.is_some();
    let unless_told = if bounded {
        Sort::Price
    } else {
        Sort::CreatedDown
    };
    let sort = query.sort.unwrap_or(unless_told);
    if bounded && !matches!(sort, Sort::Price | Sort::PriceDown) {
        return invalid("sort: must be one of price, -price together with minPrice or maxPrice");
    }
    let price = By::Price {
        least: least.map(|Amount(least)| least),
        most: most.map(|Amount(most)| most),
    };
    Ok(match sort {
        Sort::Created => (By::Created, false),
        Sort::CreatedDown => (By::Created, true),
        Sort::Name => (By::Name, false),
        Sort::NameDown => (By::Name, true),
        Sort::Price => (price, false),
        Sort::PriceDown => (price, true),
    })
}

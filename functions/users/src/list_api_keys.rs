//! `GET /api-keys`: all API keys, newest first; revoked and expired ones too.

use domain::id::ApiKeyId;
use domain::role::Permission;
use edge::paging::PageQuery;
use edge::seal::Seal;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::api_keys::{self, ApiKeys};
use store::usage::LastUse;

use crate::api_key::ApiKeyView;

/// Lists API keys.
pub(crate) struct ListApiKeys;

impl Endpoint for ListApiKeys {
    const ROUTE: Route =
        Route::get("/api-keys", "List API keys").auth(Auth::Staff(Permission::ApiKeysRead));
    type Needs = (ApiKeys<api_keys::List>, LastUse, Seal);
    type Path = Nothing;
    type Query = PageQuery;
    type Body = Nothing;
    type Reply = Vec<ApiKeyView>;

    async fn handle(
        (keys, uses, seal): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<Vec<ApiKeyView>>, Failure> {
        let list = seal.list(Self::ROUTE.path, "all");
        let page = keys.all(&list.bounds(&rq.query.paging)?).await?;
        let ids: Vec<ApiKeyId> = page.items.iter().map(|key| key.id).collect();
        let used = uses.of(ids).await?;
        Ok(list.reply(page.map(|key| {
            let last = used.get(&key.id).copied();
            ApiKeyView::of(key, last, rq.now())
        })))
    }
}

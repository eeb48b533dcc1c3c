//! `GET /orders/{id}/notes`: what staff has written down about an order, newest first; for staff alone.

use domain::role::Permission;
use edge::paging::PageQuery;
use edge::seal::Seal;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::orders::{self, Orders};

use crate::note::NoteView;
use crate::order::OrderPath;

/// Lists notes.
pub(crate) struct ListNotes;

impl Endpoint for ListNotes {
    const ROUTE: Route = Route::get("/orders/{id}/notes", "List the notes about an order")
        .auth(Auth::Staff(Permission::OrdersRead));
    type Needs = (Orders<orders::ReadNotes>, Seal);
    type Path = OrderPath;
    type Query = PageQuery;
    type Body = Nothing;
    type Reply = Vec<NoteView>;

    async fn handle(
        (orders, seal): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<Vec<NoteView>>, Failure> {
        let list = seal.list(Self::ROUTE.path, rq.path.id.to_string());
        let bounds = list.bounds(&rq.query.paging)?;
        Ok(list.reply(orders.notes(rq.path.id, &bounds).await?))
    }
}

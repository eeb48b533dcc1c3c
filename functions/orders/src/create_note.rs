//! `POST /orders/{id}/notes`: staff write something down about an order, for staff alone.

use domain::id::NoteId;
use domain::order::{Note, NoteText};
use domain::role::Permission;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::Deserialize;
use store::orders::{self, Orders};

use crate::goods::refused;
use crate::note::NoteView;
use crate::order::{OrderPath, actor};

/// Writes a note down.
pub(crate) struct CreateNote;

/// What is to be written down.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewNote {
    /// What it says.
    text: NoteText,
}

impl Endpoint for CreateNote {
    const ROUTE: Route = Route::post("/orders/{id}/notes", "Write down a note about an order")
        .auth(Auth::Staff(Permission::OrdersWrite))
        .versioned();
    type Needs = (Orders<orders::Move>,);
    type Path = OrderPath;
    type Query = Nothing;
    type Body = NewNote;
    type Reply = NoteView;

    async fn handle((orders,): &Self::Needs, rq: &Rq<Self>) -> Result<Reply<NoteView>, Failure> {
        let order = orders.get_now(rq.path.id).await?;
        orders.recall(rq.once(), rq.now()).await?;
        rq.expects(order.version)?;
        let note = Note {
            id: NoteId::new(rq.now(), rq.entropy()),
            text: rq.body.text.clone(),
            author: actor(&rq.caller, &order),
            at: rq.now(),
        };
        let noted = order.noted(&note).map_err(refused)?;
        let mut tx = orders.begin(&rq.stamp);
        orders.save(&mut tx, &noted, None)?;
        orders.put_note(&mut tx, order.id, &note)?;
        let view = NoteView::from(note);
        orders.remember(&mut tx, rq.once(), &view)?;
        tx.commit().await?;
        Ok(Reply::of(view))
    }
}

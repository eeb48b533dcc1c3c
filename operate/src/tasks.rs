//! What can be wished for, done one after the other and put down as it is done.

use std::time::Duration;

use domain::id::OrderId;
use serde_json::{Value, json};
use store::operating::{DeadEnd, DeadLetter, Kept, Overdue};
use store::queues::Queue;

use crate::cli::Task;
use crate::failure::Failure;
use crate::report::Report;
use crate::shop::Shop;

type Done = Result<(), Failure>;

/// Carries a task out.
pub(crate) async fn carry_out(task: Task, shop: &Shop, report: &mut Report) -> Done {
    match task {
        Task::Count => count(shop, report).await,
        Task::Look { end, body, most } => look(shop, end, body, most, report).await,
        Task::Redrive(queue) => redrive(shop, queue, report).await,
        Task::RedriveAll => redrive_all(shop, report).await,
        Task::Stuck { older_than, most } => stuck(shop, older_than, most, report).await,
        Task::Replay { order, to } => replay(shop, order, to, report).await,
    }
}

async fn count(shop: &Shop, report: &mut Report) -> Done {
    let mut none = true;
    for (end, letters) in shop.operations.dead_letters().await? {
        if letters > 0 {
            none = false;
            report.row(&json!({ "queue": end.name(), "deadLetters": letters }));
        }
    }
    if none {
        report.note("There are no dead letters.");
    }
    Ok(())
}

async fn look(shop: &Shop, end: DeadEnd, body: bool, most: u16, report: &mut Report) -> Done {
    let looked = shop.operations.look(end, usize::from(most)).await?;
    for letter in &looked.letters {
        report.row(&letter_view(letter, body));
    }
    let shown = looked.letters.len();
    if looked.of == 0 {
        report.note(format!("{} has no dead letters.", end.name()));
    } else if u64::try_from(shown).unwrap_or(u64::MAX) < looked.of {
        let of = looked.of;
        report.note(format!(
            "These are {shown} of about {of}: --most N shows more."
        ));
    }
    Ok(())
}

fn letter_view(letter: &DeadLetter, with_body: bool) -> Value {
    let DeadLetter {
        id,
        received,
        sent,
        body,
        event,
    } = letter;
    let event = event.as_ref().ok();
    let mut view = json!({
        "id": id,
        "received": received,
        "sent": sent,
        "type": event.map(|envelope| envelope.event.topic()),
        "aggregate": event.map(|envelope| &envelope.aggregate),
        "event": event.map(|envelope| envelope.id),
    });
    if with_body {
        view["body"] = json!(body);
    }
    view
}

async fn redrive(shop: &Shop, queue: &'static Queue, report: &mut Report) -> Done {
    let moved = shop.operations.redrive(queue).await?;
    report.row(&json!({ "queue": queue.name, "moved": moved }));
    Ok(())
}

async fn redrive_all(shop: &Shop, report: &mut Report) -> Done {
    let mut none = true;
    for (end, letters) in shop.operations.dead_letters().await? {
        if letters == 0 {
            continue;
        }
        none = false;
        match end {
            DeadEnd::Of(queue) => redrive(shop, queue, report).await?,
            DeadEnd::Unplaced => report.note(
                "unplaced stays as it is: what is in it are no events, but where in a stream some are.",
            ),
        }
    }
    if none {
        report.note("There are no dead letters.");
    }
    Ok(())
}

async fn stuck(shop: &Shop, older_than: Duration, most: u16, report: &mut Report) -> Done {
    let by = shop.now.minus(older_than);
    // One more than is shown, to know whether that is all.
    let overdue = shop.operations.overdue(by, most.saturating_add(1)).await?;
    for one in overdue.iter().take(usize::from(most)) {
        report.row(&overdue_view(one));
    }
    if overdue.is_empty() {
        let minutes = older_than.as_secs() / 60;
        report.note(format!("Nothing has been due for more than {minutes} min."));
    } else if overdue.len() > usize::from(most) {
        report.note(format!(
            "These are the {most} that have been due for longest: --most N shows more."
        ));
    }
    Ok(())
}

fn overdue_view(overdue: &Overdue) -> Value {
    let Overdue {
        duty,
        id,
        status,
        since,
    } = overdue;
    json!({ "kind": duty.name(), "id": id, "status": status, "dueSince": since })
}

async fn replay(
    shop: &Shop,
    order: OrderId,
    to: Option<&'static Queue>,
    report: &mut Report,
) -> Done {
    let events = shop.operations.events_of(order).await?;
    if events.is_empty() {
        return Err(Failure::NothingToSend(format!(
            "no event of order {order} is left: outboxes keep them for 7 days"
        )));
    }
    let mut sent = false;
    for kept in &events {
        let queues = kept.subscribers();
        for queue in queues.filter(|queue| to.is_none_or(|only| *queue == only)) {
            shop.operations.send(kept, queue).await?;
            sent = true;
            report.row(&sent_view(kept, queue));
        }
    }
    if !sent {
        let whom = to.map_or("no queue", |queue| queue.name);
        return Err(Failure::NothingToSend(format!(
            "{whom} subscribes to none of the {} events of order {order}",
            events.len()
        )));
    }
    Ok(())
}

fn sent_view(kept: &Kept, queue: &Queue) -> Value {
    let envelope = &kept.envelope;
    json!({
        "event": envelope.id,
        "type": envelope.event.topic(),
        "aggregate": envelope.aggregate,
        "occurredAt": envelope.occurred_at,
        "queue": queue.name,
    })
}

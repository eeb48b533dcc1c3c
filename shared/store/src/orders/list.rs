//! Lists of orders.
//!
//! An order has one status, and stands in the list of that status alone: once among those of its
//! customer, once among all. A list of any status is read from the lists of each. Ids sort by the
//! moment of placing, so that a span of time is a span of ids, and one id is a position in all of the
//! lists at once.

use domain::clock::Timestamp;
use domain::id::UserId;
use domain::order::{Order, OrderStatus};

use super::{List, Orders, order};
use crate::db::{Item, Range, shard, text};
use crate::error::StoreError;
use crate::page::{Bounds, Page};
use crate::tables::{BY_CUSTOMER, EVERY_ORDER, SHARDS};

/// Which orders a list is of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Whose.
    pub customer: Option<UserId>,
    /// Of which status.
    pub status: Option<OrderStatus>,
    /// The first instant that they may be placed at.
    pub from: Option<Timestamp>,
    /// The first instant that they may no longer be placed at.
    pub to: Option<Timestamp>,
}

fn of_customer(customer: UserId, status: OrderStatus) -> String {
    format!("customer/{customer}/{status}")
}

fn of_all(status: OrderStatus, shard: u8) -> String {
    format!("every/{status}/{shard}")
}

/// Puts an order into the lists of its status.
pub(super) fn place(item: &mut Item, order: &Order) {
    let mut index = |name: &str, value: String| item.insert(name.to_owned(), text(value));
    if let Some(customer) = order.customer {
        index(BY_CUSTOMER.pk, of_customer(customer, order.status));
        index(BY_CUSTOMER.sk, order.id.to_string());
    }
    let shard = shard(*order.id.as_uuid());
    index(EVERY_ORDER.pk, of_all(order.status, shard));
    index(EVERY_ORDER.sk, order.id.to_string());
}

impl Wanted {
    fn partitions(&self) -> Vec<String> {
        let statuses = match &self.status {
            Some(status) => std::slice::from_ref(status),
            None => OrderStatus::ALL,
        };
        // Orders that have not moved since lists were of every status at once.
        let unmoved = self.status.is_none();
        match self.customer {
            Some(customer) => {
                let own = statuses.iter().map(|status| of_customer(customer, *status));
                let unmoved = unmoved.then(|| format!("customer/{customer}"));
                own.chain(unmoved).collect()
            }
            None => {
                let each = (0..SHARDS).flat_map(|shard| {
                    let lists = statuses.iter().map(move |status| of_all(*status, shard));
                    lists.chain(unmoved.then(|| format!("every/{shard}")))
                });
                each.collect()
            }
        }
    }
}

impl Orders<List> {
    /// A page of the orders that are wanted, by the moment of their placing.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn page(
        &self,
        wanted: &Wanted,
        newest_first: bool,
        bounds: &Bounds,
    ) -> Result<Page<Order>, StoreError> {
        let index = match wanted.customer {
            Some(_) => &BY_CUSTOMER,
            None => &EVERY_ORDER,
        };
        let ranges: Vec<Range<'_>> = wanted
            .partitions()
            .into_iter()
            .map(|partition| Range {
                from: wanted.from.map(first_id),
                // The bound is included, but no id is as short as this.
                to: wanted.to.map(first_id),
                newest_first,
                ..Range::on(index, partition)
            })
            .collect();
        let mut page = self.db.page(&ranges, bounds).await?.try_map(order)?;
        // An index may be behind: what has left a list since is no longer shown in it.
        if let Some(status) = wanted.status {
            page.items.retain(|order| order.status == status);
        }
        Ok(page)
    }
}

/// What the ids of an instant begin with, and those before it sort below: its 48 bits of milliseconds.
fn first_id(at: Timestamp) -> String {
    let millis = at.as_millis().max(0);
    format!("{:08x}-{:04x}", millis >> 16, millis & 0xffff)
}

#[cfg(test)]
mod tests {
    use domain::id::UserId;
    use domain::order::OrderStatus;

    use super::Wanted;

    #[test]
    fn orders_that_have_not_moved_since_lists_had_a_status_are_in_the_lists_of_all() {
        let all = Wanted::default().partitions();
        assert_eq!(all.len(), 24);
        for shard in 0..4 {
            assert!(all.contains(&format!("every/{shard}")));
            assert!(all.contains(&format!("every/expired/{shard}")));
        }
        let own = Wanted {
            customer: Some(UserId::from_u128(1)),
            ..Wanted::default()
        };
        let customer = format!("customer/{}", UserId::from_u128(1));
        assert_eq!(own.partitions().len(), 6);
        assert!(own.partitions().contains(&customer));
        let confirmed = Wanted {
            status: Some(OrderStatus::Confirmed),
            ..own
        };
        assert_eq!(confirmed.partitions(), [format!("{customer}/confirmed")]);
    }
}

//! A flash sale on a database with limits: every piece is sold, none twice, and shards make it faster.

use simulation::{Sale, Sold};

const PIECES: u32 = 160;
const BUYERS: u32 = 180;

fn sold_from(shards: u16) -> Sold {
    let sale = Sale {
        pieces: PIECES,
        buyers: BUYERS,
        rate: 10_000,
        shards,
    };
    let sold = sale.hold();
    assert_eq!(
        (sold.orders, sold.refused, sold.gave_up),
        (PIECES, BUYERS - PIECES, 0)
    );
    assert_eq!((sold.held, sold.left), (PIECES, 0));
    // Without conflicts it would show nothing.
    assert!(sold.borne.conflicts > 0, "{sold:?}");
    sold
}

#[test]
fn every_piece_is_sold_once_and_more_shards_sell_faster() {
    let rates: Vec<f64> = [0, 4, 16]
        .into_iter()
        .map(|shards| sold_from(shards).rate())
        .collect();
    assert!(
        rates.is_sorted_by(|less, more| less * 1.5 < *more),
        "{rates:?}"
    );
}

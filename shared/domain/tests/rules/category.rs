//! What a tree of categories bears.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::category::{
    Category, Details, MAX_BELOW, MAX_CATEGORIES, MAX_DEPTH, Misplaced, Place, Tree,
};
use domain::text::{Description, Title};
use domain::{CategoryId, Slug};
use proptest::prelude::{prop, prop_assert, prop_assert_eq, proptest};

use crate::given::now;

fn id(number: usize) -> CategoryId {
    CategoryId::from_u128(number as u128)
}

fn below(parent: usize) -> Place {
    Place {
        parent: Some(id(parent)),
        position: 0,
    }
}

const ROOT: Place = Place {
    parent: None,
    position: 0,
};

/// Categories 1, 2, 3 and so on, each below the one before.
fn chain(length: usize) -> Tree {
    (2..=length).fold(
        Tree::default().with(id(1), ROOT).unwrap(),
        |tree, number| tree.with(id(number), below(number - 1)).unwrap(),
    )
}

#[test]
fn five_levels_and_no_more() {
    let full = chain(MAX_DEPTH);
    assert_eq!(full.with(id(9), below(MAX_DEPTH)), Err(Misplaced::TooDeep));
    // A branch counts with all that hangs on it.
    let two = full.with(id(11), ROOT).unwrap();
    let two = two.with(id(12), below(11)).unwrap();
    assert_eq!(two.with(id(11), below(4)), Err(Misplaced::TooDeep));
    assert!(two.with(id(11), below(3)).is_ok());
    assert!(two.with(id(12), below(4)).is_ok());
}

#[test]
fn nothing_stands_below_itself() {
    let tree = chain(3);
    for parent in 1..=3 {
        assert_eq!(tree.with(id(1), below(parent)), Err(Misplaced::BelowItself));
    }
    assert_eq!(tree.with(id(7), below(7)), Err(Misplaced::BelowItself));
    assert!(tree.with(id(3), below(1)).is_ok());
}

#[test]
fn a_parent_must_be_there() {
    assert_eq!(
        chain(1).with(id(2), below(3)),
        Err(Misplaced::UnknownParent)
    );
    assert_eq!(
        chain(1).with(id(1), below(3)),
        Err(Misplaced::UnknownParent)
    );
}

#[test]
fn every_category_has_fifty_below_it_and_no_more() {
    let mut tree = chain(2);
    for number in 3..MAX_BELOW + 2 {
        tree = tree.with(id(number), below(2)).unwrap();
    }
    assert_eq!(tree.below(id(1)).len(), MAX_BELOW);
    let apart = tree.with(id(100), ROOT).unwrap();
    for parent in [1, 2, 3] {
        assert_eq!(apart.with(id(101), below(parent)), Err(Misplaced::Crowded));
        assert_eq!(apart.with(id(100), below(parent)), Err(Misplaced::Crowded));
    }
    // What moves within a branch makes it no larger.
    assert!(tree.with(id(3), below(4)).is_ok());
}

#[test]
fn the_shop_has_five_hundred_and_no_more() {
    let mut tree = Tree::default();
    for number in 0..MAX_CATEGORIES {
        tree = tree.with(id(number), ROOT).unwrap();
    }
    assert_eq!(tree.with(id(1_000), ROOT), Err(Misplaced::Full));
    assert!(tree.with(id(0), below(1)).is_ok());
    let fewer = tree.without(id(0)).unwrap();
    assert!(fewer.with(id(1_000), ROOT).is_ok());
}

#[test]
fn only_what_nothing_stands_below_can_go() {
    let tree = chain(2);
    assert_eq!(tree.without(id(1)), Err(Misplaced::HasSubcategories));
    let root = tree.without(id(2)).unwrap();
    assert_eq!((root.places().len(), root.version()), (1, 3));
    assert!(root.without(id(1)).unwrap().places().is_empty());
}

#[test]
fn parents_come_before_children_and_positions_count() {
    let at = |parent, position| Place {
        parent: Some(id(parent)),
        position,
    };
    let tree = chain(1);
    let tree = tree.with(id(5), at(1, 20)).unwrap();
    let tree = tree.with(id(3), at(1, 30)).unwrap();
    let tree = tree.with(id(4), at(5, 99)).unwrap();
    let tree = tree.with(id(6), at(1, 20)).unwrap();
    let order: Vec<_> = tree.in_order().into_iter().map(|(_, id)| id).collect();
    assert_eq!(order, [1, 5, 4, 6, 3].map(id));
    assert_eq!(tree.lineage(id(4)), [1, 5, 4].map(id));
    assert_eq!(tree.lineage(id(77)), []);
    assert_eq!(tree.below(id(5)), BTreeSet::from([id(4)]));
}

#[test]
fn a_category_counts_its_changes() {
    let details = || Details {
        name: Title::parse("Mugs").unwrap(),
        slug: Slug::parse("mugs").unwrap(),
        description: Description::parse("").unwrap(),
        place: ROOT,
    };
    let first = Category::new(id(1), details(), now());
    let later = now().plus(Duration::from_secs(1));
    let third = first.replace(details(), later).replace(details(), later);
    assert_eq!((first.version, third.version), (1, 3));
    assert_eq!((third.created_at, third.updated_at), (now(), later));
}

proptest! {
    #[test]
    fn whatever_is_done_to_a_tree_it_stays_one(
        moves in prop::collection::vec(
            (0_usize..70, prop::option::of(0_usize..70), prop::bool::weighted(0.2)),
            0..300,
        ),
    ) {
        let mut tree = Tree::default();
        for (number, parent, goes) in moves {
            let place = parent.map_or(ROOT, below);
            let next = if goes { tree.without(id(number)) } else { tree.with(id(number), place) };
            tree = next.unwrap_or(tree);
        }
        let places: &BTreeMap<CategoryId, Place> = tree.places();
        for (one, place) in places {
            let lineage = tree.lineage(*one);
            prop_assert!((1..=MAX_DEPTH).contains(&lineage.len()));
            prop_assert_eq!(lineage.last(), Some(one));
            // The way up ends at the root, and so runs in no ring.
            prop_assert_eq!(places[&lineage[0]].parent, None);
            prop_assert_eq!(place.parent, lineage.iter().rev().nth(1).copied());
            prop_assert!(tree.below(*one).len() <= MAX_BELOW);
            for above in &lineage[..lineage.len() - 1] {
                prop_assert!(tree.below(*above).contains(one));
            }
        }
        let order = tree.in_order();
        prop_assert_eq!(order.len(), places.len());
        for (index, (_, one)) in order.iter().enumerate() {
            let parent = places[one].parent;
            let before = order[..index].iter().any(|(_, other)| Some(*other) == parent);
            prop_assert!(parent.is_none() || before);
        }
    }
}

//! The demo shop's categories: a small tree for what it sells, and a shelf that is still empty.

/// A demo category.
pub(super) struct Shelf {
    pub(super) name: &'static str,
    pub(super) description: &'static str,
    /// The number of the category right above it, which comes earlier; 0 at the root.
    pub(super) parent: u16,
    pub(super) position: u32,
}

const fn shelf(name: &'static str, description: &'static str, parent: u16, position: u32) -> Shelf {
    Shelf {
        name,
        description,
        parent,
        position,
    }
}

const KITCHEN: u16 = 1;
/// Cups and pots.
pub(super) const TABLEWARE: u16 = 2;
/// Below tableware.
pub(super) const MUGS: u16 = 3;
/// Pans, knives and boards.
pub(super) const COOKWARE: u16 = 4;
/// What is drunk hot, and what it is made with.
pub(super) const COFFEE_AND_TEA: u16 = 5;
/// Lamps and mats.
pub(super) const DESK: u16 = 6;
/// Pens, ink and paper; below the desk.
pub(super) const WRITING: u16 = 7;
/// Bags and what is in them.
pub(super) const TRAVEL: u16 = 8;
/// Whatever is warm.
pub(super) const HOME: u16 = 9;

/// Every demo category, each behind its parent. The number of one is its place in this list, from 1.
pub(super) static CATEGORIES: [Shelf; 10] = [
    shelf("Kitchen", "For cooking, and for what comes after.", 0, 10),
    shelf("Tableware", "What stands on the table.", KITCHEN, 10),
    shelf("Mugs", "For a hand or two.", TABLEWARE, 10),
    shelf("Cookware", "What stands on the stove.", KITCHEN, 20),
    shelf("Coffee and tea", "Beans, leaves and tools.", KITCHEN, 30),
    shelf("Desk", "For a table to work at.", 0, 20),
    shelf("Writing", "Pens, ink and paper.", DESK, 10),
    shelf("Travel", "For the way there and back.", 0, 30),
    shelf("Home", "For evenings in.", 0, 40),
    shelf("Season", "Nothing yet: come back in December.", 0, 50),
];

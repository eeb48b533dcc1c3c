//! The demo catalogue: what a small shop for desk, kitchen and travel might sell.

use super::categories::{COFFEE_AND_TEA, COOKWARE, DESK, HOME, MUGS, TABLEWARE, TRAVEL, WRITING};

/// A demo product.
pub(super) struct Goods {
    pub(super) name: &'static str,
    pub(super) description: &'static str,
    /// What one unit weighs, in grams.
    pub(super) grams: u32,
    /// The names of the options that tell its variants apart.
    pub(super) options: &'static [&'static str],
    pub(super) variants: &'static [Piece],
    /// The number of its category.
    pub(super) category: u16,
}

/// A demo variant.
pub(super) struct Piece {
    pub(super) sku: &'static str,
    /// The values of the product's options, in their order.
    pub(super) values: &'static [&'static str],
    pub(super) euro_cents: i64,
    /// Its price in US cents, if it is sold for dollars too.
    pub(super) dollar_cents: Option<i64>,
    /// How many units there are at first.
    pub(super) units: u32,
}

const fn goods(
    name: &'static str,
    description: &'static str,
    grams: u32,
    options: &'static [&'static str],
    variants: &'static [Piece],
) -> Goods {
    Goods {
        name,
        description,
        grams,
        options,
        variants,
        category: 0,
    }
}

impl Goods {
    const fn found_in(self, category: u16) -> Self {
        Self { category, ..self }
    }
}

const fn piece(
    sku: &'static str,
    values: &'static [&'static str],
    euro_cents: i64,
    units: u32,
) -> Piece {
    Piece {
        sku,
        values,
        euro_cents,
        dollar_cents: None,
        units,
    }
}

impl Piece {
    const fn in_dollars(self, cents: i64) -> Self {
        Self {
            dollar_cents: Some(cents),
            ..self
        }
    }
}

/// Every demo product, the oldest first.
pub(super) static CATALOGUE: [Goods; 24] = [
    goods(
        "Stoneware mug",
        "A mug of 350 ml that keeps its warmth, thrown and glazed by hand. Fit for the dishwasher.",
        420,
        &["colour"],
        &[
            piece("MUG-STONE-BLUE", &["blue"], 1_490, 120).in_dollars(1_690),
            piece("MUG-STONE-SAND", &["sand"], 1_490, 90).in_dollars(1_690),
            piece("MUG-STONE-MOSS", &["moss"], 1_490, 60).in_dollars(1_690),
        ],
    )
    .found_in(MUGS),
    goods(
        "Dotted notebook A5",
        "192 numbered pages of 100 g paper that lie flat, with two ribbons and a pocket.",
        310,
        &["cover"],
        &[
            piece("NOTE-A5-BLACK", &["black"], 1_890, 200).in_dollars(2_100),
            piece("NOTE-A5-RED", &["red"], 1_890, 140).in_dollars(2_100),
        ],
    )
    .found_in(WRITING),
    goods(
        "Fountain pen",
        "A light pen with a steel nib and a converter; takes standard cartridges as well.",
        24,
        &["nib"],
        &[
            piece("PEN-FOUNTAIN-F", &["fine"], 3_450, 70).in_dollars(3_900),
            piece("PEN-FOUNTAIN-M", &["medium"], 3_450, 70).in_dollars(3_900),
        ],
    )
    .found_in(WRITING),
    goods(
        "Bottled ink 50 ml",
        "Water-based ink that flows well and washes out.",
        130,
        &["colour"],
        &[
            piece("INK-50-BLACK", &["black"], 990, 160),
            piece("INK-50-ROYAL", &["royal blue"], 990, 150),
            piece("INK-50-GREEN", &["dark green"], 990, 80),
        ],
    )
    .found_in(WRITING),
    goods(
        "Canvas tote",
        "A bag of organic cotton canvas with long handles and an inner pocket. Holds 15 kg.",
        190,
        &["print"],
        &[
            piece("TOTE-PLAIN", &["plain"], 1_250, 180),
            piece("TOTE-MARKET", &["market"], 1_450, 110),
        ],
    )
    .found_in(TRAVEL),
    goods(
        "Linen apron",
        "Washed linen with crossed straps, so that nothing pulls at the neck.",
        260,
        &["colour"],
        &[
            piece("APRON-LINEN-GREY", &["grey"], 4_200, 45),
            piece("APRON-LINEN-RUST", &["rust"], 4_200, 40),
        ],
    )
    .found_in(COOKWARE),
    goods(
        "Pour-over dripper",
        "A porcelain dripper for two cups; takes paper filters of size 02.",
        380,
        &[],
        &[piece("DRIPPER-02", &[], 2_400, 85).in_dollars(2_750)],
    )
    .found_in(COFFEE_AND_TEA),
    goods(
        "Paper filters 02, 100 pieces",
        "Unbleached filters that taste of nothing.",
        160,
        &[],
        &[piece("FILTER-02-100", &[], 590, 200)],
    )
    .found_in(COFFEE_AND_TEA),
    goods(
        "Hand coffee grinder",
        "Conical steel burrs, 38 settings, 30 g at a time. Quiet enough for early mornings.",
        610,
        &[],
        &[piece("GRINDER-HAND", &[], 8_900, 50).in_dollars(9_900)],
    )
    .found_in(COFFEE_AND_TEA),
    goods(
        "Whole bean coffee 250 g",
        "Washed beans, roasted on Tuesdays and sent on Wednesdays.",
        270,
        &["origin"],
        &[
            piece("COFFEE-ETH-250", &["Ethiopia"], 1_150, 130),
            piece("COFFEE-COL-250", &["Colombia"], 1_050, 130),
            piece("COFFEE-DECAF-250", &["Peru, decaffeinated"], 1_190, 75),
        ],
    )
    .found_in(COFFEE_AND_TEA),
    goods(
        "Loose green tea 100 g",
        "Sencha of the first flush, from a single garden.",
        120,
        &[],
        &[piece("TEA-SENCHA-100", &[], 1_390, 95)],
    )
    .found_in(COFFEE_AND_TEA),
    goods(
        "Glass teapot 0.8 l",
        "Thin borosilicate glass with a fine steel strainer.",
        540,
        &[],
        &[piece("TEAPOT-GLASS-08", &[], 3_790, 55)],
    )
    .found_in(TABLEWARE),
    goods(
        "Oak cutting board",
        "End-grain oak, oiled, with rubber feet and a groove for juice.",
        1_900,
        &["size"],
        &[
            piece("BOARD-OAK-S", &["30 x 20 cm"], 3_900, 60),
            piece("BOARD-OAK-L", &["45 x 30 cm"], 6_900, 40),
        ],
    )
    .found_in(COOKWARE),
    goods(
        "Chef's knife 20 cm",
        "Carbon steel that takes and keeps an edge. Wash by hand and dry at once.",
        210,
        &[],
        &[piece("KNIFE-CHEF-20", &[], 11_900, 40).in_dollars(12_900)],
    )
    .found_in(COOKWARE),
    goods(
        "Cast-iron pan 26 cm",
        "Seasoned and ready to use, on every hob and in the oven.",
        2_300,
        &[],
        &[piece("PAN-IRON-26", &[], 4_990, 65)],
    )
    .found_in(COOKWARE),
    goods(
        "Merino socks",
        "Fine merino wool with a flat toe seam; no smell after a day's walk.",
        60,
        &["colour", "size"],
        &[
            piece("SOCK-MERINO-GREY-M", &["grey", "39-42"], 1_690, 150),
            piece("SOCK-MERINO-GREY-L", &["grey", "43-46"], 1_690, 150),
            piece("SOCK-MERINO-NAVY-M", &["navy", "39-42"], 1_690, 100),
            piece("SOCK-MERINO-NAVY-L", &["navy", "43-46"], 1_690, 100),
        ],
    )
    .found_in(HOME),
    goods(
        "Wool blanket",
        "Woven of recycled wool, 130 x 180 cm, with a short fringe.",
        1_100,
        &["pattern"],
        &[
            piece("BLANKET-HERRING", &["herringbone"], 7_900, 48),
            piece("BLANKET-STRIPE", &["stripes"], 7_900, 44),
        ],
    )
    .found_in(HOME),
    goods(
        "Day pack 18 l",
        "A light pack with a sleeve for a 14-inch laptop and a pocket for a bottle.",
        620,
        &["colour"],
        &[
            piece("PACK-18-BLACK", &["black"], 8_490, 70).in_dollars(9_400),
            piece("PACK-18-OLIVE", &["olive"], 8_490, 52).in_dollars(9_400),
        ],
    )
    .found_in(TRAVEL),
    goods(
        "Insulated bottle 0.5 l",
        "Steel, two walls: hot for 12 hours, cold for 24.",
        330,
        &["colour"],
        &[
            piece("BOTTLE-05-STEEL", &["steel"], 2_790, 110),
            piece("BOTTLE-05-WHITE", &["white"], 2_790, 90),
        ],
    )
    .found_in(TRAVEL),
    goods(
        "Travel adapter",
        "Four plugs, two USB-C ports of 30 W, a fuse that can be changed.",
        150,
        &[],
        &[piece("ADAPTER-WORLD", &[], 3_290, 100).in_dollars(3_590)],
    )
    .found_in(TRAVEL),
    goods(
        "Folding umbrella",
        "Opens and closes at a button, stands a storm, weighs little.",
        280,
        &[],
        &[piece("UMBRELLA-FOLD", &[], 2_990, 80)],
    )
    .found_in(TRAVEL),
    goods(
        "Desk lamp",
        "Warm light that can be dimmed, on an arm that stays where it is put.",
        1_400,
        &["colour"],
        &[
            piece("LAMP-DESK-BLACK", &["black"], 9_900, 42),
            piece("LAMP-DESK-CREAM", &["cream"], 9_900, 41),
        ],
    )
    .found_in(DESK),
    goods(
        "Desk mat",
        "Wool felt, 80 x 35 cm, on a layer of cork.",
        480,
        &[],
        &[piece("MAT-FELT-80", &[], 3_600, 75)],
    )
    .found_in(DESK),
    goods(
        "Gift box",
        "A sturdy box with tissue paper and a card for your words.",
        220,
        &[],
        &[piece("GIFT-BOX", &[], 450, 200)],
    )
    .found_in(HOME),
];

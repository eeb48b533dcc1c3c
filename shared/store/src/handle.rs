//! A handle: one table, as far as one mode allows.
//!
//! Rooms and modes are types that no value has. A room names its table; a mode names its room and
//! the exact actions it grants. The methods stand in `impl` blocks for a room and a mode: a write
//! through a read handle does not compile.

use std::marker::PhantomData;

use crate::db::Db;
use crate::event::Stamp;
use crate::grant::Grant;
use crate::need::{Declaration, Need, StartError, Wiring};
use crate::reads::Reads;
use crate::tables::Table;
use crate::tx::Tx;

/// A service's data.
pub trait Room: Send + Sync + 'static {
    /// Where it is kept.
    const TABLE: &'static Table;
}

/// What a handle may do.
pub trait Mode: Send + Sync + 'static {
    /// In which room.
    type Room: Room;
    /// The exact actions.
    const GRANTS: &'static [Grant];
}

/// One room, as far as `M` allows.
pub struct Handle<R, M> {
    pub(crate) db: Db,
    mode: PhantomData<(R, M)>,
}

impl<R: Room, M: Mode<Room = R>> Handle<R, M> {
    /// Begins a transaction, which may stage writes of several handles.
    #[must_use]
    pub fn begin(&self, stamp: &Stamp) -> Tx {
        Tx::new(self.db.client(), stamp.clone())
    }

    /// Begins reads, which may be of several handles.
    #[must_use]
    pub fn reads(&self) -> Reads {
        Reads::new(self.db.client())
    }
}

impl<R: Room, M: Mode<Room = R>> Need for Handle<R, M> {
    fn declare(declaration: &mut Declaration) {
        declaration.var(R::TABLE.var);
        for grant in M::GRANTS {
            declaration.grant(*grant);
        }
    }

    async fn wire(wiring: &Wiring) -> Result<Self, StartError> {
        Ok(Self {
            db: Db::new(wiring.aws.dynamodb(), wiring.env.get(R::TABLE.var)?),
            mode: PhantomData,
        })
    }
}

/// Defines a room and its modes.
macro_rules! modes {
    ($room:ident = $table:path; $($(#[$doc:meta])* $mode:ident = [$($grant:expr),* $(,)?];)*) => {
        /// The room of this table.
        pub enum $room {}

        impl $crate::handle::Room for $room {
            const TABLE: &'static $crate::tables::Table = &$table;
        }

        $(
            $(#[$doc])*
            pub enum $mode {}

            impl $crate::handle::Mode for $mode {
                type Room = $room;
                const GRANTS: &'static [$crate::grant::Grant] = &[$($grant),*];
            }
        )*
    };
}

pub(crate) use modes;

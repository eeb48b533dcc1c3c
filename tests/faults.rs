//! Faults that more than one test injects.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use local::aws::{Fault, Faults};

/// One function is cut off from everything after so many changes of single items: its way to the test
/// provider's books, which it writes so.
pub(crate) struct CutOff {
    function: &'static str,
    /// What befalls the change itself.
    change: Fault,
    seen: AtomicU32,
}

impl CutOff {
    /// The provider hears the function, and nothing comes back any more.
    pub(crate) fn after_asking(function: &'static str) -> Option<Arc<dyn Faults>> {
        Self::of(function, Fault::LoseReply)
    }

    /// The provider does not even hear the function.
    pub(crate) fn before_asking(function: &'static str) -> Option<Arc<dyn Faults>> {
        Self::of(function, Fault::Drop)
    }

    fn of(function: &'static str, change: Fault) -> Option<Arc<dyn Faults>> {
        Some(Arc::new(Self {
            function,
            change,
            seen: AtomicU32::new(0),
        }))
    }
}

impl Faults for CutOff {
    fn before(&self, function: &str, operation: &str) -> Fault {
        if function != self.function {
            return Fault::None;
        }
        if self.seen.load(Ordering::Relaxed) > 0 {
            return Fault::Drop;
        }
        if operation == "UpdateItem" {
            self.seen.fetch_add(1, Ordering::Relaxed);
            return self.change;
        }
        Fault::None
    }
}

/// One function is cut off from everything once it has written so often: it dies.
pub(crate) struct Death {
    function: &'static str,
    writes_left: AtomicU32,
}

impl Death {
    /// A death with the first transaction.
    pub(crate) fn of(function: &'static str) -> Option<Arc<dyn Faults>> {
        Self::after(1, function)
    }

    /// A death with so many transactions done.
    pub(crate) fn after(writes: u32, function: &'static str) -> Option<Arc<dyn Faults>> {
        let writes_left = AtomicU32::new(writes);
        Some(Arc::new(Self {
            function,
            writes_left,
        }))
    }
}

impl Faults for Death {
    fn before(&self, function: &str, operation: &str) -> Fault {
        if function != self.function {
            return Fault::None;
        }
        if self.writes_left.load(Ordering::Relaxed) == 0 {
            return Fault::Drop;
        }
        if operation == "TransactWriteItems" {
            self.writes_left.fetch_sub(1, Ordering::Relaxed);
        }
        Fault::None
    }
}

/// Once a function has put down what it is about to ask, the test provider hears nothing of it and tells
/// it nothing: single items are out of reach, which are the provider's books, and transactions are not.
pub(crate) struct Silence {
    function: &'static str,
    has_written: AtomicBool,
}

impl Silence {
    pub(crate) fn towards(function: &'static str) -> Option<Arc<dyn Faults>> {
        let has_written = AtomicBool::new(false);
        Some(Arc::new(Self {
            function,
            has_written,
        }))
    }
}

impl Faults for Silence {
    fn before(&self, function: &str, operation: &str) -> Fault {
        if function != self.function {
            return Fault::None;
        }
        if operation == "TransactWriteItems" {
            self.has_written.store(true, Ordering::Relaxed);
            return Fault::None;
        }
        match self.has_written.load(Ordering::Relaxed) {
            true => Fault::Drop,
            false => Fault::None,
        }
    }
}

/// Every so many transactions meet another one that holds their items.
pub(crate) struct Conflicts {
    every: u32,
    seen: AtomicU32,
}

impl Conflicts {
    pub(crate) fn every(every: u32) -> Option<Arc<dyn Faults>> {
        let seen = AtomicU32::new(0);
        Some(Arc::new(Self { every, seen }))
    }
}

impl Faults for Conflicts {
    fn before(&self, _: &str, operation: &str) -> Fault {
        let counts = matches!(operation, "TransactWriteItems" | "UpdateItem");
        if counts
            && self
                .seen
                .fetch_add(1, Ordering::Relaxed)
                .is_multiple_of(self.every)
        {
            return Fault::Conflict;
        }
        Fault::None
    }
}

//! What is billed for, summed for one function.

use std::collections::BTreeMap;
use std::iter::Sum;
use std::ops::AddAssign;

/// What each function has caused to be billed.
pub type Accounts = BTreeMap<String, Account>;

/// What one function has caused to be billed: its own calls, and those that Lambda makes to bring it
/// what it works on.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Account {
    /// Read capacity units.
    pub read_units: f64,
    /// Write capacity units, those of writes that came to nothing included.
    pub write_units: f64,
    /// The part of the write units that writes cost whose condition did not hold. They report nothing, and
    /// are billed like those that succeed; this part is estimated.
    pub refused_units: f64,
    /// Transactions, those that were cancelled included.
    pub transactions: u64,
    /// Transactions that were cancelled.
    pub cancelled: u64,
    /// Calls of DynamoDB that are no transactions.
    pub calls: u64,
    /// Requests that sent messages; one for every 64 KB.
    pub sends: u64,
    /// Requests that received messages; one for every 64 KB.
    pub receives: u64,
    /// Requests that received nothing. How many they are depends on how often somebody looks: in AWS, on
    /// time alone.
    pub empty_receives: u64,
    /// Requests that deleted messages.
    pub deletes: u64,
    /// Requests that did something else with a queue.
    pub other_queue_requests: u64,
    /// Times that records were read from a stream. AWS bills nothing for those that Lambda makes for a
    /// function.
    pub stream_reads: u64,
    /// Invocations.
    pub invocations: u64,
    /// Mails that were sent.
    pub mails: u64,
    /// Secrets that were read.
    pub secret_reads: u64,
}

impl Account {
    /// The requests to queues that messages cause: those that found nothing are left out.
    #[must_use]
    pub fn queue_requests(&self) -> u64 {
        self.sends + self.receives + self.deletes
    }
}

impl AddAssign for Account {
    fn add_assign(&mut self, other: Self) {
        let Self {
            read_units,
            write_units,
            refused_units,
            transactions,
            cancelled,
            calls,
            sends,
            receives,
            empty_receives,
            deletes,
            other_queue_requests,
            stream_reads,
            invocations,
            mails,
            secret_reads,
        } = other;
        self.read_units += read_units;
        self.write_units += write_units;
        self.refused_units += refused_units;
        self.transactions += transactions;
        self.cancelled += cancelled;
        self.calls += calls;
        self.sends += sends;
        self.receives += receives;
        self.empty_receives += empty_receives;
        self.deletes += deletes;
        self.other_queue_requests += other_queue_requests;
        self.stream_reads += stream_reads;
        self.invocations += invocations;
        self.mails += mails;
        self.secret_reads += secret_reads;
    }
}

impl Sum for Account {
    fn sum<I: Iterator<Item = Self>>(accounts: I) -> Self {
        let mut sum = Self::default();
        accounts.for_each(|account| sum += account);
        sum
    }
}

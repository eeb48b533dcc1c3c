//! Kinds of faults.

/// A kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A transaction meets another one.
    Conflict,
    /// A call is refused because there are too many.
    Throttled,
    /// A service fails.
    InternalError,
    /// A call never arrives.
    RequestLost,
    /// What was done is never heard of.
    ReplyLost,
    /// A call is long on its way.
    Slow,
    /// A function dies before a call leaves it.
    DeathBefore,
    /// A function dies after a call was carried out.
    DeathAfter,
    /// The payment provider charges, and does not answer.
    ProviderSilent,
    /// The payment provider is down for a while.
    ProviderDown,
    /// The mail service is down for a while.
    MailDown,
    /// A function begins late.
    LateStart,
    /// A function handles the same event twice.
    RunTwice,
    /// A function's answer is lost.
    AnswerLost,
    /// Messages are late.
    MessagesLate,
    /// Messages come in another order.
    MessagesReordered,
    /// Messages come twice.
    MessagesTwice,
    /// Messages that were dealt with come again.
    MessagesAgain,
    /// Records of a stream come again.
    StreamReplayed,
    /// A clock differs.
    ClockSkew,
    /// A client's request is lost on its way to the shop.
    ClientRequestLost,
    /// The shop's answer to a client is lost.
    ClientAnswerLost,
    /// Functions are replaced by another version.
    Deployment,
    /// An event is of the version before.
    OldEvent,
    /// The provider reports twice.
    ReportTwice,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 25] = [
        Self::Conflict,
        Self::Throttled,
        Self::InternalError,
        Self::RequestLost,
        Self::ReplyLost,
        Self::Slow,
        Self::DeathBefore,
        Self::DeathAfter,
        Self::ProviderSilent,
        Self::ProviderDown,
        Self::MailDown,
        Self::LateStart,
        Self::RunTwice,
        Self::AnswerLost,
        Self::MessagesLate,
        Self::MessagesReordered,
        Self::MessagesTwice,
        Self::MessagesAgain,
        Self::StreamReplayed,
        Self::ClockSkew,
        Self::ClientRequestLost,
        Self::ClientAnswerLost,
        Self::Deployment,
        Self::OldEvent,
        Self::ReportTwice,
    ];
}

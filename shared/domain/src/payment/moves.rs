//! The states of a payment and every move between them, in one table that the code consults.

use crate::machine::Machine;
use crate::value::word_enum;

word_enum! {
    /// Where a payment stands.
    pub enum PaymentState {
        /// The provider is being asked.
        Processing => "processing",
        /// The customer must do something first.
        RequiresAction => "requiresAction",
        /// The money is set aside, not taken.
        Authorized => "authorized",
        /// Part of the money is taken.
        PartiallyCaptured => "partiallyCaptured",
        /// The money is taken.
        Captured => "captured",
        /// Given up before any money was taken.
        Voided => "voided",
        /// The provider refused.
        Failed => "failed",
        /// The provider was asked and its answer is not known.
        Unknown => "unknown",
    }
}

word_enum! {
    /// What moves a payment from one state to another.
    pub enum Trigger {
        /// The provider's answer was lost.
        Silence => "silence",
        /// The provider waits for the customer.
        ActionRequired => "actionRequired",
        /// The provider set the money aside.
        Authorize => "authorize",
        /// The provider took part of the money.
        CapturePart => "capturePart",
        /// The provider took all of the money.
        CaptureAll => "captureAll",
        /// The provider refused.
        Decline => "decline",
        /// The provider gave up what it had begun or set aside.
        Void => "void",
    }
}

word_enum! {
    /// What people, or the shop on its own, want done with a payment.
    pub enum Command {
        /// Take money that is set aside.
        Capture => "capture",
        /// Give the payment up before any money is taken.
        Void => "void",
        /// Let go of what is still set aside after part of it was taken.
        Release => "release",
        /// Give back money that was taken.
        Refund => "refund",
    }
}

use PaymentState::{
    Authorized, Captured, Failed, PartiallyCaptured, Processing, RequiresAction, Unknown, Voided,
};

/// Where a payment begins.
pub const START: PaymentState = Processing;

/// Every move there is: from where, by what, to where. What is not here leaves a payment where it is.
pub const MOVES: &[(PaymentState, Trigger, PaymentState)] = &[
    (Processing, Trigger::Silence, Unknown),
    (Processing, Trigger::ActionRequired, RequiresAction),
    (Processing, Trigger::Authorize, Authorized),
    (Processing, Trigger::CapturePart, PartiallyCaptured),
    (Processing, Trigger::CaptureAll, Captured),
    (Processing, Trigger::Decline, Failed),
    (Processing, Trigger::Void, Voided),
    (Unknown, Trigger::ActionRequired, RequiresAction),
    (Unknown, Trigger::Authorize, Authorized),
    (Unknown, Trigger::CapturePart, PartiallyCaptured),
    (Unknown, Trigger::CaptureAll, Captured),
    (Unknown, Trigger::Decline, Failed),
    (Unknown, Trigger::Void, Voided),
    (RequiresAction, Trigger::Authorize, Authorized),
    (RequiresAction, Trigger::CapturePart, PartiallyCaptured),
    (RequiresAction, Trigger::CaptureAll, Captured),
    (RequiresAction, Trigger::Decline, Failed),
    (RequiresAction, Trigger::Void, Voided),
    (Authorized, Trigger::CapturePart, PartiallyCaptured),
    (Authorized, Trigger::CaptureAll, Captured),
    (Authorized, Trigger::Void, Voided),
    (PartiallyCaptured, Trigger::CapturePart, PartiallyCaptured),
    (PartiallyCaptured, Trigger::CaptureAll, Captured),
];

/// The same moves without what brings them about.
const PAIRS: [(PaymentState, PaymentState); MOVES.len()] = {
    let mut pairs = [(START, START); MOVES.len()];
    let mut index = 0;
    while index < MOVES.len() {
        pairs[index] = (MOVES[index].0, MOVES[index].2);
        index += 1;
    }
    pairs
};

impl Machine for PaymentState {
    const NAME: &'static str = "payment";
    const STARTS: &'static [Self] = &[START];
    const MOVES: &'static [(Self, Self)] = &PAIRS;
}

/// In which states each command can be followed.
pub const COMMANDS: &[(Command, &[PaymentState])] = &[
    (Command::Capture, &[Authorized, PartiallyCaptured]),
    (Command::Void, &[RequiresAction, Authorized]),
    (Command::Release, &[PartiallyCaptured]),
    (Command::Refund, &[PartiallyCaptured, Captured]),
];

impl PaymentState {
    /// The state that follows this one upon a trigger, if any does.
    #[must_use]
    pub fn after(self, trigger: Trigger) -> Option<Self> {
        MOVES
            .iter()
            .find(|(from, by, _)| (*from, *by) == (self, trigger))
            .map(|(_, _, to)| *to)
    }

    /// Whether a command can be followed in this state.
    #[must_use]
    pub fn allows(self, command: Command) -> bool {
        command.states().contains(&self)
    }
}

impl Command {
    /// What a payment has been when it was followed.
    #[must_use]
    pub const fn done(self) -> &'static str {
        match self {
            Self::Capture => "captured",
            Self::Void => "voided",
            Self::Release => "released",
            Self::Refund => "refunded",
        }
    }

    /// The states in which it can be followed.
    #[must_use]
    pub fn states(self) -> &'static [PaymentState] {
        COMMANDS
            .iter()
            .find(|(command, _)| *command == self)
            .map_or(&[], |(_, states)| states)
    }
}

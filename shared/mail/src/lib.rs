//! Mail, through Amazon SES; the local store captures it instead. A crate of its own, since the SDK of SES is
//! larger than that of DynamoDB, and only who sends mail is linked with it.
//!
//! It may depend on `domain` and `store`. It must never know whom a mail is for, or what it says.
//!
//! While the mail service takes no mail, what should go out waits in the queue it came from: each message
//! is put there anew and comes again after some minutes, however long it takes. So an outage makes no dead
//! letters; a mail that the service refuses does.

use std::error::Error;
use std::fmt;

use aws_sdk_sesv2::error::{BuildError, SdkError};
use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};
use futures_util::FutureExt;

use domain::email::Email;

use store::breaker::Breaker;
use store::env::{SES_ENDPOINT, Var};
use store::grant::{Grant, Resource};
use store::queues::NOTIFICATIONS_NOTIFY_CUSTOMER;
use store::sign::MAIL_DOWN;
use store::{Declaration, Need, StartError, StoreError, Wiring};

/// Whom mail is from.
pub const MAIL_FROM: Var = Var::new("MAIL_FROM", "the verified address that mail is sent from");

/// A mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// To whom.
    pub to: Email,
    /// Its subject.
    pub subject: String,
    /// Its plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

/// How long a mail waits before it is tried again, in seconds. SQS allows up to 900.
const WAIT_S: i32 = 300;

/// Why a mail did not go out.
#[derive(Debug)]
pub enum MailError {
    /// The mail service takes none now. If only its reply was lost, this one was sent all the same.
    Down(Box<dyn Error + Send + Sync>),
    /// The mail service refuses this very mail.
    Refused(Box<dyn Error + Send + Sync>),
}

impl fmt::Display for MailError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Down(_) => MAIL_DOWN.words,
            Self::Refused(_) => "the mail service refuses the mail",
        })
    }
}

impl Error for MailError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let (Self::Down(source) | Self::Refused(source)) = self;
        Some(source.as_ref())
    }
}

/// Sends mail.
pub struct Mailer {
    ses: aws_sdk_sesv2::Client,
    sqs: aws_sdk_sqs::Client,
    from: String,
    /// The queue that mail comes from, and waits in.
    queue: String,
    breaker: Breaker,
}

impl Mailer {
    /// Sends a mail.
    ///
    /// # Errors
    /// [`MailError`].
    pub async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let body = content(mail).map_err(|error| MailError::Refused(error.into()))?;
        let to = Destination::builder()
            .to_addresses(mail.to.as_str())
            .build();
        let open = self.breaker.admit();
        open.map_err(|resting| MailError::Down(resting.into()))?;
        let sent = self
            .ses
            .send_email()
            .from_email_address(&self.from)
            .destination(to)
            .content(body)
            .send()
            .boxed()
            .await
            .map_err(told);
        self.breaker.record(matches!(sent, Err(MailError::Down(_))));
        sent.map(|_| ())
    }

    /// Has the event that the mail is about, as JSON, come again when the mail service may be back.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn wait(&self, event: &str) -> Result<(), StoreError> {
        MAIL_DOWN.give();
        self.sqs
            .send_message()
            .queue_url(&self.queue)
            .message_body(event)
            .delay_seconds(WAIT_S)
            .send()
            .boxed()
            .await
            .map_err(StoreError::unavailable)?;
        Ok(())
    }
}

fn content(mail: &Mail) -> Result<EmailContent, BuildError> {
    let utf8 = |data: &str| Content::builder().data(data).charset("UTF-8").build();
    let body = Body::builder()
        .text(utf8(&mail.text)?)
        .html(utf8(&mail.html)?)
        .build();
    let message = Message::builder()
        .subject(utf8(&mail.subject)?)
        .body(body)
        .build();
    Ok(EmailContent::builder().simple(message).build())
}

/// What an answer of SES means. A sender that is not verified, or an account that may not send, is no fault
/// of the mail.
fn told<R: fmt::Debug + Send + Sync + 'static>(error: SdkError<SendEmailError, R>) -> MailError {
    let is_refused = error
        .as_service_error()
        .is_some_and(|error| error.is_message_rejected() || error.is_bad_request_exception());
    match is_refused {
        true => MailError::Refused(error.into()),
        false => MailError::Down(error.into()),
    }
}

impl Need for Mailer {
    fn declare(declaration: &mut Declaration) {
        declaration.var(MAIL_FROM);
        declaration.grant(Grant {
            actions: &["ses:SendEmail"],
            on: Resource::MailIdentity,
        });
        declaration.var(NOTIFICATIONS_NOTIFY_CUSTOMER.var);
        declaration.grant(Grant::send(&NOTIFICATIONS_NOTIFY_CUSTOMER));
        declaration.sign(&MAIL_DOWN);
    }

    async fn wire(wiring: &Wiring) -> Result<Self, StartError> {
        Ok(Self {
            ses: store::client!(&wiring.aws, aws_sdk_sesv2, SES_ENDPOINT),
            sqs: wiring.aws.sqs(),
            from: wiring.env.get(MAIL_FROM)?.to_owned(),
            queue: wiring
                .env
                .get(NOTIFICATIONS_NOTIFY_CUSTOMER.var)?
                .to_owned(),
            breaker: Breaker::new(&MAIL_DOWN),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{MailError, told};
    use aws_sdk_sesv2::error::SdkError;
    use aws_sdk_sesv2::operation::send_email::SendEmailError;
    use aws_sdk_sesv2::types::error::{
        AccountSuspendedException, MailFromDomainNotVerifiedException, MessageRejected,
        SendingPausedException, TooManyRequestsException,
    };

    fn is_refused(error: SendEmailError) -> bool {
        matches!(
            told(SdkError::service_error(error, ())),
            MailError::Refused(_)
        )
    }

    #[test]
    fn only_what_is_wrong_with_the_mail_itself_is_a_refusal() {
        let rejected = MessageRejected::builder().build();
        assert!(is_refused(SendEmailError::MessageRejected(rejected)));
        for down in [
            SendEmailError::AccountSuspendedException(AccountSuspendedException::builder().build()),
            SendEmailError::SendingPausedException(SendingPausedException::builder().build()),
            SendEmailError::TooManyRequestsException(TooManyRequestsException::builder().build()),
            SendEmailError::MailFromDomainNotVerifiedException(
                MailFromDomainNotVerifiedException::builder().build(),
            ),
        ] {
            assert!(!is_refused(down));
        }
    }
}

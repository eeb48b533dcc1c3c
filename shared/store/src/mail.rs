//! Mail, through Amazon SES; the local store captures it instead.

use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};

use domain::email::Email;

use crate::db::unavailable;
use crate::env::Var;
use crate::error::StoreError;
use crate::grant::{Grant, Resource};
use crate::need::{Declaration, Need, StartError, Wiring};

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

/// Sends mail.
pub struct Mailer {
    client: aws_sdk_sesv2::Client,
    from: String,
}

impl Mailer {
    /// Sends a mail.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]: it may have been sent all the same, if only the reply was lost.
    pub async fn send(&self, mail: &Mail) -> Result<(), StoreError> {
        let Mail {
            to,
            subject,
            text,
            html,
        } = mail;
        let utf8 = |data: &str| Content::builder().data(data).charset("UTF-8").build();
        let body = Body::builder()
            .text(utf8(text).map_err(StoreError::corrupt)?)
            .html(utf8(html).map_err(StoreError::corrupt)?)
            .build();
        let message = Message::builder()
            .subject(utf8(subject).map_err(StoreError::corrupt)?)
            .body(body)
            .build();
        self.client
            .send_email()
            .from_email_address(&self.from)
            .destination(Destination::builder().to_addresses(to.as_str()).build())
            .content(EmailContent::builder().simple(message).build())
            .send()
            .await
            .map_err(unavailable)?;
        Ok(())
    }
}

impl Need for Mailer {
    fn declare(declaration: &mut Declaration) {
        declaration.var(MAIL_FROM);
        declaration.grant(Grant {
            actions: &["ses:SendEmail"],
            on: Resource::MailIdentity,
        });
    }

    async fn wire(wiring: &Wiring) -> Result<Self, StartError> {
        Ok(Self {
            client: wiring.aws.ses(),
            from: wiring.env.get(MAIL_FROM)?.to_owned(),
        })
    }
}

//! SES captures mail; Secrets Manager hands out what it was given.

use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};
use domain::clock::Clock;

use crate::stage::{self, HandClock, Open, Without, fresh};

async fn send(
    client: &aws_sdk_sesv2::Client,
    subject: &str,
) -> Result<String, aws_sdk_sesv2::operation::send_email::SendEmailError> {
    let text = |text: &str| Content::builder().data(text).build().unwrap();
    client
        .send_email()
        .from_email_address("Souk <shop@example.com>")
        .destination(
            Destination::builder()
                .to_addresses("ada@example.com")
                .build(),
        )
        .content(
            EmailContent::builder()
                .simple(
                    Message::builder()
                        .subject(text(subject))
                        .body(Body::builder().text(text("Hello, Ada.")).build())
                        .build(),
                )
                .build(),
        )
        .send()
        .await
        .map(|sent| sent.message_id.unwrap())
        .map_err(aws_sdk_sesv2::error::SdkError::into_service_error)
}

#[tokio::test]
async fn mail_is_captured_and_survives_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let clock = HandClock::new();
    let reopened = || stage::cloud(Some(directory.path().to_owned()), clock.clone());
    let first = send(&stage::ses(&reopened().await, Open), "one")
        .await
        .unwrap();
    let cloud = reopened().await;
    send(&stage::ses(&cloud, Open), "two").await.unwrap();
    let emails = cloud.emails();
    assert_eq!(emails.len(), 2);
    assert_eq!(emails[0].id, first);
    assert_eq!(emails[0].to, "ada@example.com");
    assert_eq!(emails[0].subject, "one");
    assert_eq!(emails[0].text, "Hello, Ada.");
    assert_eq!(emails[0].html, None);
    assert_eq!(emails[0].at, clock.now());
    assert_eq!(emails[1].subject, "two");
    let (_, action, resource) = cloud.used().into_iter().next().unwrap();
    assert_eq!(action, "ses:SendEmail");
    assert_eq!(
        resource,
        "arn:aws:ses:eu-central-1:123456789012:identity/shop@example.com"
    );
}

#[tokio::test]
async fn mail_that_may_not_be_sent_is_refused() {
    let cloud = fresh().await;
    let refused = send(&stage::ses(&cloud, Without("ses:SendEmail")), "x").await;
    assert_eq!(
        refused.unwrap_err().meta().code(),
        Some("AccessDeniedException")
    );
    assert!(cloud.emails().is_empty());
}

#[tokio::test]
async fn secrets_are_read_by_name_and_by_arn() {
    let cloud = fresh().await;
    let client = stage::secrets(&cloud, Open);
    let read = |id: &str| client.get_secret_value().secret_id(id).send();
    let by_name = read("signing-key").await.unwrap();
    assert_eq!(by_name.secret_string(), Some("s3cret"));
    let by_arn = read(by_name.arn().unwrap()).await.unwrap();
    assert_eq!(by_arn.secret_string(), Some("s3cret"));
    let missing = read("other").await.unwrap_err().into_service_error();
    assert!(missing.is_resource_not_found_exception());
}

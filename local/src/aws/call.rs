//! A request to AWS, told apart by its headers and path.

use bytes::Bytes;

/// A service that answers here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    DynamoDb,
    DynamoDbStreams,
    Sqs,
    SecretsManager,
    Ses,
}

/// One operation of one service, with its body still unread.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) service: Service,
    pub(crate) operation: String,
    pub(crate) body: Bytes,
}

/// Where SES v2 takes mail; it is the one service here that has paths.
const SEND_EMAIL: &str = "/v2/email/outbound-emails";

impl Call {
    /// The call that a request makes, or `None` if no service here answers such a request.
    pub(crate) fn read(
        method: &str,
        path: &str,
        target: Option<&str>,
        body: Bytes,
    ) -> Option<Self> {
        if method != "POST" {
            return None;
        }
        if path == SEND_EMAIL {
            return Some(Self {
                service: Service::Ses,
                operation: "SendEmail".to_owned(),
                body,
            });
        }
        let (protocol, operation) = target?.split_once('.')?;
        let service = match protocol {
            "DynamoDB_20120810" => Service::DynamoDb,
            "DynamoDBStreams_20120810" => Service::DynamoDbStreams,
            "AmazonSQS" => Service::Sqs,
            "secretsmanager" => Service::SecretsManager,
            _ => return None,
        };
        Some(Self {
            service,
            operation: operation.to_owned(),
            body,
        })
    }

    /// Whether the call may change an item of a table.
    pub(crate) fn may_write(&self) -> bool {
        let reads = [
            "GetItem",
            "Query",
            "Scan",
            "BatchGetItem",
            "TransactGetItems",
        ];
        self.service == Service::DynamoDb && !reads.contains(&self.operation.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::{Call, Service};
    use bytes::Bytes;

    #[test]
    fn calls_are_told_apart_by_target_and_path() {
        let read = |method, path, target| {
            Call::read(method, path, target, Bytes::new())
                .map(|call| (call.service, call.operation))
        };
        assert_eq!(
            read("POST", "/", Some("AmazonSQS.SendMessage")),
            Some((Service::Sqs, "SendMessage".to_owned()))
        );
        assert_eq!(
            read("POST", "/v2/email/outbound-emails", None),
            Some((Service::Ses, "SendEmail".to_owned()))
        );
        assert_eq!(read("GET", "/", Some("AmazonSQS.SendMessage")), None);
        assert_eq!(read("POST", "/", Some("Kinesis.PutRecord")), None);
        assert_eq!(read("POST", "/", None), None);
    }
}

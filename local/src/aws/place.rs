//! Where the embedded services pretend to be: the region and account that ARNs and queue URLs name.

/// A region, an account and the port that queue URLs point to.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) region: String,
    pub(crate) account: String,
    pub(crate) sqs_port: u16,
}

impl Place {
    /// The start of every DynamoDB ARN here.
    pub(crate) fn dynamodb(&self) -> String {
        format!("arn:aws:dynamodb:{}:{}:", self.region, self.account)
    }

    /// The ARN of a table that is given by name or already by ARN.
    pub(crate) fn table(&self, table: &str) -> String {
        format!("{}table/{}", self.dynamodb(), table_name(table))
    }

    pub(crate) fn index(&self, table: &str, index: &str) -> String {
        format!("{}/index/{index}", self.table(table))
    }

    pub(crate) fn stream(&self, table: &str, label: &str) -> String {
        format!("{}/stream/{label}", self.table(table))
    }

    pub(crate) fn queue(&self, name: &str) -> String {
        format!("arn:aws:sqs:{}:{}:{name}", self.region, self.account)
    }

    pub(crate) fn queue_url(&self, name: &str) -> String {
        format!("http://127.0.0.1:{}/{}/{name}", self.sqs_port, self.account)
    }

    pub(crate) fn identity(&self, address: &str) -> String {
        format!(
            "arn:aws:ses:{}:{}:identity/{address}",
            self.region, self.account
        )
    }

    /// The ARN of a secret that is given by name or already by ARN.
    pub(crate) fn secret(&self, secret: &str) -> String {
        format!(
            "arn:aws:secretsmanager:{}:{}:secret:{}",
            self.region,
            self.account,
            secret_name(secret)
        )
    }

    /// The principal that a function's denials name.
    pub(crate) fn principal(&self, function: &str) -> String {
        format!(
            "arn:aws:sts::{}:assumed-role/{function}/{function}",
            self.account
        )
    }
}

/// The table that a name, a table's ARN or the ARN of its stream or index stands for.
pub(crate) fn table_name(table: &str) -> &str {
    table
        .split_once(":table/")
        .map_or(table, |(_, rest)| rest.split('/').next().unwrap_or(rest))
}

/// The queue that a queue URL or a queue's ARN stands for.
pub(crate) fn queue_name(url: &str) -> &str {
    url.rsplit(['/', ':']).next().unwrap_or(url)
}

/// The secret that a name or an ARN stands for.
pub(crate) fn secret_name(secret: &str) -> &str {
    secret
        .split_once(":secret:")
        .map_or(secret, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::{queue_name, secret_name, table_name};

    #[test]
    fn names_are_found_in_arns_and_urls() {
        assert_eq!(table_name("orders"), "orders");
        assert_eq!(
            table_name("arn:aws:dynamodb:eu-west-1:1:table/orders/stream/x"),
            "orders"
        );
        assert_eq!(queue_name("http://127.0.0.1:1/000000000000/mail"), "mail");
        assert_eq!(queue_name("arn:aws:sqs:eu-west-1:1:mail"), "mail");
        assert_eq!(secret_name("signing"), "signing");
        assert_eq!(
            secret_name("arn:aws:secretsmanager:eu-west-1:1:secret:signing"),
            "signing"
        );
    }
}

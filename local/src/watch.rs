//! What functions need that `cargo lambda watch` runs in processes of their own: the environment that
//! they share, as a file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use store::env;

use crate::local_store::Store;
use crate::options::{CREDENTIALS, DYNAMODB_PORT, REGION, SQS_PORT};

const FILE: &str = "watch.env";

impl Store {
    /// Writes the environment of all functions into `directory` and returns where it is.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write_environment(&self, directory: &Path) -> std::io::Result<PathBuf> {
        std::fs::create_dir_all(directory)?;
        let file = directory.join(FILE);
        std::fs::write(&file, self.environment_file())?;
        Ok(file)
    }

    fn environment_file(&self) -> String {
        let dynamodb = format!("http://127.0.0.1:{DYNAMODB_PORT}");
        let sqs = format!("http://127.0.0.1:{SQS_PORT}");
        self.environment(&dynamodb, &sqs)
            .into_iter()
            .map(|(name, value)| format!("{name}={value}\n"))
            .collect()
    }

    /// What functions find in their environment that run in processes of their own, where DynamoDB, mail
    /// and secrets answer at one URL and SQS at another.
    #[must_use]
    pub fn environment(&self, dynamodb: &str, sqs: &str) -> BTreeMap<&'static str, String> {
        let services = [
            (env::REGION, REGION),
            (env::ACCESS_KEY_ID, CREDENTIALS),
            (env::SECRET_ACCESS_KEY, CREDENTIALS),
            (env::DYNAMODB_ENDPOINT, dynamodb),
            (env::SES_ENDPOINT, dynamodb),
            (env::SECRETS_ENDPOINT, dynamodb),
            (env::SQS_ENDPOINT, sqs),
        ];
        let services = services.map(|(var, value)| (var.name, value.to_owned()));
        let mut all = self.stack.environment();
        all.extend(services);
        all
    }
}

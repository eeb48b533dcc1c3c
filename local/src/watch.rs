//! What functions need that `cargo lambda watch` runs in processes of their own: the environment that
//! they share, as a file.

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
        let services = [
            (env::REGION, REGION.to_owned()),
            (env::ACCESS_KEY_ID, CREDENTIALS.to_owned()),
            (env::SECRET_ACCESS_KEY, CREDENTIALS.to_owned()),
            (env::DYNAMODB_ENDPOINT, dynamodb.clone()),
            (env::SES_ENDPOINT, dynamodb.clone()),
            (env::SECRETS_ENDPOINT, dynamodb),
            (env::SQS_ENDPOINT, format!("http://127.0.0.1:{SQS_PORT}")),
        ]
        .map(|(var, value)| (var.name, value));
        self.stack
            .environment()
            .into_iter()
            .chain(services)
            .map(|(name, value)| format!("{name}={value}\n"))
            .collect()
    }
}

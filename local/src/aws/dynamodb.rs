//! DynamoDB: the embedded database behind DynamoDB's wire protocol.
//!
//! A call runs to its end on the thread that makes it. It takes tens of microseconds, which is less
//! than handing it to another thread and back.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use domain::clock::Clock;
use dynoxide::storage::Storage;
use dynoxide::storage_backend::clock as database;
use dynoxide::{Database, DynoxideError, ttl};
use futures_util::FutureExt;
use rusqlite::Connection;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::call::Service;
use super::error::CloudError;
use super::place::Place;
use super::reply::{Reply, amz_json, unknown_operation};

/// How the embedded database starts its ARNs.
const FOREIGN_ARN: &str = "arn:aws:dynamodb:dynoxide:000000000000:";
const FOREIGN_REGION: &str = r#""awsRegion":"dynoxide""#;

/// The file of a data directory that holds everything.
pub(crate) const DATA_FILE: &str = "aws.db";

/// By this the last record of a stream is found, and those after a checkpoint. The database has no
/// index for it and reads all records at every write, so that a store would become slower with each
/// order.
const STREAMS_IN_ORDER: &str = "CREATE INDEX IF NOT EXISTS _local_streams_in_order \
     ON _stream_records (table_name, CAST(sequence_number AS INTEGER))";

/// The embedded database.
pub(crate) struct DynamoDb {
    db: Database,
    file: Option<PathBuf>,
    clock: Arc<StoreClock>,
    place: Place,
    /// Held shared by calls and alone by a sweep of a file, which has a connection of its own and
    /// must not delete what a call is just prolonging.
    sweeping: RwLock<()>,
}

/// The store's clock as the database wants it.
struct StoreClock(Arc<dyn Clock>);

impl StoreClock {
    fn since_epoch(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.now().as_millis()).unwrap_or(0))
    }
}

impl database::Clock for StoreClock {
    fn now_unix_secs(&self) -> u64 {
        self.since_epoch().as_secs()
    }

    fn now_unix_secs_f64(&self) -> f64 {
        self.since_epoch().as_secs_f64()
    }
}

/// What a database in memory holds, for others to begin with.
pub struct Snapshot {
    /// What SQLite knows it by.
    name: String,
    /// It lasts for as long as somebody has it open.
    _kept: Mutex<Connection>,
}

impl Snapshot {
    fn named(name: &str) -> Result<Self, DynoxideError> {
        let name = format!("file:souk-{name}?mode=memory&cache=shared");
        Ok(Self {
            _kept: Mutex::new(Connection::open(&name)?),
            name,
        })
    }

    fn of_nothing() -> Result<Self, DynoxideError> {
        let snapshot = Self::named("empty")?;
        Database::new(&snapshot.name)?;
        put_streams_in_order(&snapshot.name)?;
        Ok(snapshot)
    }

    fn of(db: &Database) -> Result<Self, DynoxideError> {
        static TAKEN: AtomicU64 = AtomicU64::new(0);
        let number = TAKEN.fetch_add(1, Ordering::Relaxed);
        let snapshot = Self::named(&number.to_string())?;
        db.vacuum_into(&snapshot.name)?;
        Ok(snapshot)
    }
}

fn put_streams_in_order(path: &str) -> Result<(), DynoxideError> {
    Connection::open(path)?.execute_batch(STREAMS_IN_ORDER)?;
    Ok(())
}

/// Opens a fresh database in memory. Only the database's own connection can reach into one, so it gets its
/// index by being a copy of one that has it.
fn of_memory(clock: Arc<StoreClock>, from: Option<&Snapshot>) -> Result<Database, DynoxideError> {
    static EMPTY: Mutex<Option<Snapshot>> = Mutex::new(None);
    let db = Database::memory_with_clock(clock)?;
    if let Some(from) = from {
        db.restore_from(&from.name)?;
        return Ok(db);
    }
    let mut empty = EMPTY.lock().unwrap_or_else(PoisonError::into_inner);
    let empty = match empty.take() {
        Some(made) => empty.insert(made),
        None => empty.insert(Snapshot::of_nothing()?),
    };
    db.restore_from(&empty.name)?;
    Ok(db)
}

impl DynamoDb {
    /// Opens the database of a data directory, or one in memory that begins with a snapshot or with nothing.
    pub(crate) fn open(
        directory: Option<&Path>,
        from: Option<&Snapshot>,
        clock: Arc<dyn Clock>,
        place: Place,
    ) -> Result<Self, CloudError> {
        let clock = Arc::new(StoreClock(clock));
        let (db, file) = match directory {
            None => (of_memory(clock.clone(), from)?, None),
            Some(directory) => {
                fs::create_dir_all(directory)?;
                let file = directory.join(DATA_FILE);
                let path = file.to_string_lossy();
                let db = Database::new(&path)?;
                // It is the normal setting that this is for, whatever went before: what a killed process
                // has written is there, and only a power cut may take the last moments with it.
                db.disable_bulk_loading()?;
                put_streams_in_order(&path)?;
                (db, Some(file))
            }
        };
        Ok(Self {
            db,
            file,
            clock,
            place,
            sweeping: RwLock::new(()),
        })
    }

    pub(crate) fn database(&self) -> &Database {
        &self.db
    }

    /// What it holds now.
    pub(crate) fn snapshot(&self) -> Result<Snapshot, CloudError> {
        Ok(Snapshot::of(&self.db)?)
    }

    pub(crate) fn is_durable(&self) -> bool {
        self.file.is_some()
    }

    /// The label of a table's stream, if it has one.
    pub(crate) fn stream_label(&self, table: &str) -> Option<String> {
        let table = self.db.get_table_metadata(table).ok()??;
        table.stream_label
    }

    /// Deletes what has expired by the store's clock and returns how many items that were.
    pub(crate) fn sweep(&self) -> Result<usize, CloudError> {
        let Some(file) = &self.file else {
            return Ok(self.db.sweep_ttl()?);
        };
        // The database of a file reads the machine's clock and takes no other, so the sweep opens
        // the file once more, with the store's clock.
        let _alone = self
            .sweeping
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let storage = Storage::new(&file.to_string_lossy())?.with_clock(self.clock.clone());
        // Nothing in it ever waits: the future is done when it is first polled.
        ttl::sweep_expired_items(&storage)
            .now_or_never()
            .ok_or_else(|| CloudError::Corrupt("a sweep did not end".to_owned()))?
            .map_err(CloudError::from)
    }

    /// Carries out one operation of DynamoDB or of its streams.
    pub(crate) fn call(&self, service: Service, operation: &str, body: &[u8]) -> Reply {
        let _shared = self.sweeping.read().unwrap_or_else(PoisonError::into_inner);
        let done = match service {
            Service::DynamoDbStreams => self.stream_operation(operation, body),
            _ => self.table_operation(operation, body),
        };
        match done {
            None => unknown_operation(service),
            Some(Ok(reply)) => amz_json(200, self.translated(operation, reply)),
            Some(Err(error)) => {
                let error = enveloped(operation, error);
                amz_json(error.status_code(), error.to_json())
            }
        }
    }

    fn table_operation(&self, operation: &str, body: &[u8]) -> Option<Outcome> {
        let db = &self.db;
        Some(match operation {
            "GetItem" => run(body, |request| db.get_item(request)),
            "PutItem" => run(body, |request| db.put_item(request)),
            "UpdateItem" => run(body, |request| db.update_item(request)),
            "DeleteItem" => run(body, |request| db.delete_item(request)),
            "Query" => run(body, |request| db.query(request)),
            "Scan" => run(body, |request| db.scan(request)),
            "BatchGetItem" => run(body, |request| db.batch_get_item(request)),
            "BatchWriteItem" => run(body, |request| db.batch_write_item(request)),
            "TransactGetItems" => run(body, |request| db.transact_get_items(request)),
            "TransactWriteItems" => run(body, |request| db.transact_write_items(request)),
            "CreateTable" => run(body, |request| db.create_table(request)),
            "DescribeTable" => run(body, |request| db.describe_table(request)),
            "UpdateTable" => run(body, |request| db.update_table(request)),
            "DeleteTable" => run(body, |request| db.delete_table(request)),
            "ListTables" => run(body, |request| db.list_tables(request)),
            "UpdateTimeToLive" => run(body, |request| db.update_time_to_live(request)),
            "DescribeTimeToLive" => run(body, |request| db.describe_time_to_live(request)),
            "ExecuteStatement" => run(body, |request| db.execute_statement(request)),
            "ExecuteTransaction" => run(body, |request| db.execute_transaction(request)),
            "BatchExecuteStatement" => run(body, |request| db.batch_execute_statement(request)),
            _ => return None,
        })
    }

    fn stream_operation(&self, operation: &str, body: &[u8]) -> Option<Outcome> {
        let db = &self.db;
        Some(match operation {
            "ListStreams" => run(body, |request| db.list_streams(request)),
            "DescribeStream" => run(body, |request| db.describe_stream(request)),
            "GetShardIterator" => run(body, |request| db.get_shard_iterator(request)),
            "GetRecords" => run(body, |request| db.get_records(request)),
            _ => return None,
        })
    }

    /// The reply with this store's region and account where it names a table or a stream. Replies
    /// that carry items are left alone, but for a member that cannot occur inside a JSON string.
    fn translated(&self, operation: &str, reply: String) -> String {
        match operation {
            "CreateTable" | "DescribeTable" | "UpdateTable" | "DeleteTable" | "ListStreams"
            | "DescribeStream" => reply.replace(FOREIGN_ARN, &self.place.dynamodb()),
            "GetRecords" => reply.replace(
                FOREIGN_REGION,
                &format!(r#""awsRegion":"{}""#, self.place.region),
            ),
            _ => reply,
        }
    }
}

type Outcome = Result<String, DynoxideError>;

fn run<Q: DeserializeOwned, R: Serialize>(
    body: &[u8],
    operation: impl FnOnce(Q) -> Result<R, DynoxideError>,
) -> Outcome {
    let request = serde_json::from_slice(body).map_err(|error| refusal(&error.to_string()))?;
    let reply = operation(request)?;
    serde_json::to_string(&reply)
        .map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}

/// What DynamoDB calls a body it cannot read. The database's request types put the class of the
/// error before its text.
fn refusal(text: &str) -> DynoxideError {
    type Class = fn(String) -> DynoxideError;
    let classes: [(&str, Class); 5] = [
        (
            "SERIALIZATION_AS_READ:",
            DynoxideError::SerializationException,
        ),
        ("VALIDATION_AS_READ:", DynoxideError::ValidationException),
        ("SERIALIZATION:", DynoxideError::SerializationException),
        ("VALIDATION_REQUEST:", DynoxideError::EnvelopedValidation),
        ("VALIDATION:", DynoxideError::ValidationException),
    ];
    for (marker, class) in classes {
        if let Some(message) = text.strip_prefix(marker) {
            return class(without_position(message).to_owned());
        }
    }
    let incomplete = [
        "missing field",
        "unknown variant",
        "invalid type: null",
        "AttributeValue",
    ];
    if incomplete.iter().any(|word| text.contains(word)) {
        return DynoxideError::ValidationException(without_position(text).to_owned());
    }
    DynoxideError::SerializationException(text.to_owned())
}

fn without_position(text: &str) -> &str {
    text.rsplit_once(" at line ")
        .map_or(text, |(message, _)| message)
}

/// DynamoDB counts the errors of some requests of the single writes.
fn enveloped(operation: &str, error: DynoxideError) -> DynoxideError {
    match (operation, error) {
        ("PutItem" | "UpdateItem" | "DeleteItem", DynoxideError::EnvelopedValidation(message)) => {
            DynoxideError::ValidationException(format!("1 validation error detected: {message}"))
        }
        (_, error) => error,
    }
}

#[cfg(test)]
mod tests {
    use super::refusal;
    use dynoxide::DynoxideError;

    #[test]
    fn marked_errors_lose_their_marker_and_position() {
        let error = refusal("VALIDATION:the table name is too short at line 1 column 12");
        assert!(matches!(&error, DynoxideError::ValidationException(message)
                if message == "the table name is too short"));
        assert!(matches!(
            refusal("expected value at line 1 column 1"),
            DynoxideError::SerializationException(_)
        ));
    }
}

//! Tasks that move dead letters, as SQS starts them and tells of them. Here a task is over by the time
//! that its start is answered, so that none is ever seen running and none can be cancelled.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use data_encoding::BASE64;
use rustack_sqs_model::error::SqsError;
use rustack_sqs_model::input::{
    CancelMessageMoveTaskInput, ListMessageMoveTasksInput, StartMessageMoveTaskInput,
};
use rustack_sqs_model::output::{
    CancelMessageMoveTaskOutput, ListMessageMoveTasksOutput, StartMessageMoveTaskOutput,
};
use rustack_sqs_model::types::ListMessageMoveTasksResultEntry as Task;

use super::place::queue_name;
use super::sqs::Sqs;

/// How many tasks of a queue are remembered, and listed at most.
const REMEMBERED: usize = 10;
/// How many messages a second a task may be told to move at most.
const FASTEST: i32 = 500;

/// The last tasks of each dead-letter queue, the newest first.
#[derive(Default)]
pub(super) struct MoveTasks(Mutex<BTreeMap<String, VecDeque<Task>>>);

impl MoveTasks {
    /// Remembers a task. Each starts later than the one before it, so that they can be told apart.
    fn add(&self, queue: &str, task: Task) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_queue = all.entry(queue.to_owned()).or_default();
        let last = of_queue.front().and_then(|task| task.started_timestamp);
        let at = task.started_timestamp;
        of_queue.push_front(Task {
            started_timestamp: at.max(last.map(|last| last + 1)),
            ..task
        });
        of_queue.truncate(REMEMBERED);
    }

    fn newest(&self, queue: &str, most: usize) -> Vec<Task> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_queue = all.get(queue).into_iter().flatten();
        of_queue.take(most).cloned().collect()
    }
}

impl Sqs {
    /// Moves the messages of a dead-letter queue to `DestinationArn`, or back to where each failed.
    pub(super) async fn start_move(
        &self,
        input: StartMessageMoveTaskInput,
    ) -> Result<StartMessageMoveTaskOutput, SqsError> {
        let StartMessageMoveTaskInput {
            source_arn,
            destination_arn,
            max_number_of_messages_per_second,
        } = input;
        let dead = self.queue_of("SourceArn", &source_arn)?;
        if self.sources(&dead).is_empty() {
            return Err(SqsError::invalid_parameter_value(
                "Source queue must be configured as a Dead Letter Queue.",
            ));
        }
        let destination = destination_arn
            .as_deref()
            .map(|arn| self.queue_of("DestinationArn", arn))
            .transpose()?;
        if max_number_of_messages_per_second.is_some_and(|rate| !(1..=FASTEST).contains(&rate)) {
            return Err(SqsError::invalid_parameter_value(format!(
                "Value for parameter MaxNumberOfMessagesPerSecond must be between 1 and {FASTEST}."
            )));
        }
        let started = self.clock.now().as_millis();
        let handle = BASE64.encode(format!("{source_arn}/{started}").as_bytes());
        let done = self.move_from(&dead, destination.as_deref()).await;
        let task = Task {
            task_handle: None,
            source_arn: Some(source_arn),
            destination_arn,
            max_number_of_messages_per_second,
            approximate_number_of_messages_moved: count(done.moved),
            approximate_number_of_messages_to_move: count(done.found),
            status: Some(
                if done.failure.is_some() {
                    "FAILED"
                } else {
                    "COMPLETED"
                }
                .to_owned(),
            ),
            failure_reason: done.failure.map(|failure| failure.to_string()),
            started_timestamp: Some(started),
        };
        self.moves.add(&dead, task);
        Ok(StartMessageMoveTaskOutput {
            task_handle: Some(handle),
        })
    }

    /// The last tasks of a dead-letter queue, the newest first: one, unless more are asked for.
    pub(super) fn list_moves(
        &self,
        input: &ListMessageMoveTasksInput,
    ) -> Result<ListMessageMoveTasksOutput, SqsError> {
        let dead = self.queue_of("SourceArn", &input.source_arn)?;
        let most = usize::try_from(input.max_results.unwrap_or(1)).unwrap_or(0);
        if !(1..=REMEMBERED).contains(&most) {
            return Err(SqsError::invalid_parameter_value(format!(
                "Value for parameter MaxResults must be between 1 and {REMEMBERED}."
            )));
        }
        Ok(ListMessageMoveTasksOutput {
            results: self.moves.newest(&dead, most),
        })
    }

    /// What is over cannot be cancelled.
    pub(super) fn cancel_move(
        _input: &CancelMessageMoveTaskInput,
    ) -> Result<CancelMessageMoveTaskOutput, SqsError> {
        Err(SqsError::resource_not_found("Task does not exist."))
    }

    /// The queue that an ARN names.
    fn queue_of(&self, parameter: &str, arn: &str) -> Result<String, SqsError> {
        let name = queue_name(arn);
        if self.place.queue(name) != arn || self.spec(name).is_none() {
            return Err(SqsError::resource_not_found(format!(
                "The resource that you specified for the {parameter} parameter doesn't exist."
            )));
        }
        Ok(name.to_owned())
    }
}

fn count(messages: u64) -> Option<i64> {
    i64::try_from(messages).ok()
}

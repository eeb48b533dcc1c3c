//! What happened, in order: the lives of orders, to be read when a rule was broken.

use std::fmt::Write;
use std::sync::{Mutex, PoisonError};

use local::InvokeError;
use local::aws::At;
use serde_json::Value;
use tokio::time::Instant;

use crate::weather::Kind;

/// The trace of one run.
pub(crate) struct Trace {
    began: Instant,
    is_kept: bool,
    lines: Mutex<Vec<String>>,
}

impl Trace {
    pub(crate) fn new(is_kept: bool) -> Self {
        Self {
            began: Instant::now(),
            is_kept,
            lines: Mutex::default(),
        }
    }

    /// Whether anybody will read it.
    pub(crate) const fn is_kept(&self) -> bool {
        self.is_kept
    }

    /// Puts down what happens now.
    pub(crate) fn say(&self, what: impl FnOnce() -> String) {
        if !self.is_kept {
            return;
        }
        let what = what();
        let at = self.began.elapsed();
        let line = format!("{:>7}.{:03} {what}", at.as_secs(), at.subsec_millis());
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.push(line);
    }

    pub(crate) fn fault(&self, kind: Kind, at: &At<'_>) {
        let At {
            function,
            operation,
            on,
            nth,
            body: _,
        } = at;
        self.say(|| format!("  ! {kind:?}: {function} at its call {nth}, {operation} of {on}"));
    }

    pub(crate) fn invoked(
        &self,
        function: &str,
        event: &Value,
        answer: Option<&Value>,
        error: Option<&InvokeError>,
    ) {
        if !self.is_kept {
            return;
        }
        let about = about(event);
        // The minutes in which nothing is due are all the same.
        if about.is_empty() && error.is_none() {
            return;
        }
        let outcome = match (answer, error) {
            (_, Some(error)) => error.to_string(),
            (Some(answer), None) => outcome(answer),
            (None, None) => "no JSON".to_owned(),
        };
        self.say(|| format!("  {function}: {about}-> {outcome}"));
    }

    /// All of it, a line for each step.
    pub(crate) fn lines(&self) -> Vec<String> {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.clone()
    }
}

/// What an event is about, so that a person knows: types of messages, or a request's line.
fn about(event: &Value) -> String {
    if let Some(line) = event["routeKey"].as_str() {
        let path = event["rawPath"].as_str().unwrap_or_default();
        let method = line.split(' ').next().unwrap_or_default();
        return format!("{method} {path} ");
    }
    let mut about = String::new();
    for record in event["Records"].as_array().into_iter().flatten() {
        let text = record["body"]
            .as_str()
            .or_else(|| record["dynamodb"]["NewImage"]["event"]["S"].as_str());
        let envelope = text.and_then(|text| serde_json::from_str::<Value>(text).ok());
        let Some(envelope) = envelope else { continue };
        let kind = envelope["type"].as_str().unwrap_or_default();
        let aggregate = envelope["aggregate"].as_str().unwrap_or_default();
        // A String takes whatever is written to it.
        let _ = write!(about, "{kind} of {aggregate}, ");
    }
    about
}

fn outcome(answer: &Value) -> String {
    if let Some(failures) = answer["batchItemFailures"].as_array() {
        return match failures.len() {
            0 => "done".to_owned(),
            some => format!("{some} come again"),
        };
    }
    let body = answer["body"].as_str().unwrap_or_default();
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let code = body["code"].as_str().unwrap_or_default();
    format!("{} {code}", answer["statusCode"])
}

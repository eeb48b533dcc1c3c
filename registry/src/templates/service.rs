//! The stack of a service: each function with its role, its log, what starts it, and its alarms.
//!
//! A function that answers requests has no alarm of its own: the gateway's alarm on 5xx sees its
//! failures. One that works unseen has.

use edge::{Function, Source};
use serde_json::{Map, Value, json};
use store::sign::Sign;

use super::alarm::{Alarm, Rings};
use super::iam::{self, allow, role};
use super::input::Input;
use super::{LOGS_KEPT_DAYS, Resources, attribute, logical, reference, resource, substitute};
use crate::Service;
use crate::delivery::{
    STREAM_BATCH, STREAM_FILTER, STREAM_PARALLEL, STREAM_RECORD_AGE_S, STREAM_RETRIES,
};
use crate::environment::{Setting, settings};
use crate::policy::statements;

/// How far the relay may fall behind, in milliseconds.
const ITERATOR_AGE_MS: u32 = 60_000;
/// How old a tick of the clock may get, in seconds: then the next one takes its place.
const TICK_AGE_S: u16 = 60;
const SCHEDULER_ROLE: &str = "SchedulerRole";

/// The template of a service.
#[must_use]
pub fn nested(service: &Service) -> Value {
    let parameters: Map<String, Value> = inputs(service)
        .into_iter()
        .map(|input| (input.name(), input.parameter()))
        .collect();
    let mut resources = Resources::new();
    for function in service.functions {
        add(function, &mut resources);
    }
    for sign in signs(service) {
        resources.insert(format!("{}Alarm", sign.name), sign_alarm(sign));
    }
    if let Some(scheduler) = scheduler_role(service) {
        resources.insert(SCHEDULER_ROLE.to_owned(), scheduler);
    }
    json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Transform": "AWS::Serverless-2016-10-31",
        "Description": service.summary,
        "Parameters": parameters,
        "Globals": {
            "Function": {
                "CodeUri": ".",
                "Handler": "bootstrap",
                "Runtime": "provided.al2023",
                "Architectures": ["arm64"],
            },
        },
        "Resources": resources,
    })
}

/// What the stack of a service has to be told.
pub(crate) fn inputs(service: &Service) -> Vec<Input> {
    let of_triggers = |function: &Function| -> Vec<Input> {
        match function.source() {
            None => Vec::new(),
            Some(Source::EveryMinute) => vec![Input::AlarmTopic],
            Some(Source::Queue { queue, .. }) => vec![Input::QueueArn(queue), Input::AlarmTopic],
            Some(Source::Outboxes(tables)) => tables
                .iter()
                .map(|table| Input::Stream(table))
                .chain([Input::Unplaced, Input::AlarmTopic])
                .collect(),
        }
    };
    let of_signs = (!signs(service).is_empty()).then_some(Input::AlarmTopic);
    let needed = service.functions.iter().flat_map(|function| {
        let set = settings(function)
            .into_iter()
            .map(|(_, setting)| input(setting));
        let allowed = statements(function)
            .into_iter()
            .map(|statement| iam::input(statement.on));
        set.chain(allowed).chain(of_triggers(function))
    });
    let mut inputs = vec![Input::Shop];
    for input in needed.chain(of_signs) {
        if !inputs.contains(&input) {
            inputs.push(input);
        }
    }
    inputs
}

fn input(setting: Setting) -> Input {
    match setting {
        Setting::Table(table) => Input::Table(table),
        Setting::Queue(queue) => Input::QueueUrl(queue),
        Setting::SigningSecret => Input::SigningSecret,
        Setting::EdgeKey => Input::EdgeKey,
        Setting::StoreCurrency => Input::StoreCurrency,
        Setting::Issuer => Input::PublicUrl,
        Setting::StorefrontUrl => Input::StorefrontUrl,
        Setting::ShopName => Input::ShopName,
        Setting::AdminEmail => Input::AdminEmail,
        Setting::MailFrom => Input::MailFrom,
        Setting::RateLimits => Input::RateLimits,
        Setting::CorsOrigins => Input::CorsOrigins,
        Setting::TrustedProxies => Input::TrustedProxies,
        Setting::PaymentProvider => Input::PaymentProvider,
        Setting::ProviderSecret => Input::ProviderSecret,
        Setting::CaptureMethod => Input::CaptureMethod,
        Setting::StripeApiBase => Input::StripeApiBase,
    }
}

fn variable(setting: Setting) -> Value {
    let name = input(setting).name();
    match setting {
        Setting::EdgeKey => substitute(format!(
            "{{{{resolve:secretsmanager:${{{name}}}:SecretString}}}}"
        )),
        _ => reference(&name),
    }
}

fn add(function: &Function, resources: &mut Resources) {
    let id = function.logical_id();
    let stem = logical(&function.name());
    let (log, role_id) = (format!("{stem}Log"), format!("{stem}Role"));
    resources.insert(id.clone(), of_function(function, &log, &role_id));
    let mut policy: Vec<Value> = statements(function).iter().map(iam::statement).collect();
    policy.push(allow(
        &json!(["logs:CreateLogStream", "logs:PutLogEvents"]),
        &attribute(&log, "Arn"),
    ));
    resources.insert(
        role_id,
        role("lambda.amazonaws.com", &function.name(), &policy),
    );
    for sign in (function.declare)().signs {
        let id = format!("{stem}{}", sign.name);
        resources.insert(id, sign_filter(sign, &log));
    }
    resources.insert(
        log,
        resource(
            "AWS::Logs::LogGroup",
            &json!({
                "LogGroupName": substitute(format!("/aws/lambda/${{Shop}}-{}", function.name())),
                "RetentionInDays": LOGS_KEPT_DAYS,
            }),
        ),
    );
    let Some(source) = function.source() else {
        return;
    };
    match source {
        Source::Queue { queue, batch } => {
            resources.insert(
                format!("{stem}Source"),
                resource(
                    "AWS::Lambda::EventSourceMapping",
                    &json!({
                        "FunctionName": reference(&id),
                        "EventSourceArn": reference(&Input::QueueArn(queue).name()),
                        "BatchSize": batch,
                        "FunctionResponseTypes": ["ReportBatchItemFailures"],
                    }),
                ),
            );
        }
        Source::Outboxes(tables) => {
            for table in *tables {
                let arn = reference(&Input::Stream(table).name());
                resources.insert(
                    format!("{stem}From{}", logical(table.name)),
                    stream_source(&id, &arn),
                );
            }
            resources.insert(format!("{stem}LagAlarm"), lag_alarm(function, &id));
        }
        Source::EveryMinute => {
            resources.insert(format!("{stem}Schedule"), schedule(&id, function));
            resources.insert(format!("{stem}IdleAlarm"), idle_alarm(function, &id));
        }
    }
    resources.insert(format!("{stem}ErrorsAlarm"), errors_alarm(function, &id));
}

fn of_function(function: &Function, log: &str, role: &str) -> Value {
    let variables: Map<String, Value> = settings(function)
        .into_iter()
        .map(|(var, setting)| (var.name.to_owned(), variable(setting)))
        .collect();
    let mut properties = json!({
        "FunctionName": substitute(format!("${{Shop}}-{}", function.name())),
        "Description": function.summary,
        "MemorySize": function.memory_mb,
        "Timeout": function.timeout_s,
        "Role": attribute(role, "Arn"),
        "LoggingConfig": { "LogFormat": "JSON", "LogGroup": reference(log) },
    });
    if !variables.is_empty() {
        properties["Environment"] = json!({ "Variables": variables });
    }
    if matches!(function.source(), Some(Source::EveryMinute)) {
        // The next minute is the retry.
        properties["EventInvokeConfig"] =
            json!({ "MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": TICK_AGE_S });
    }
    json!({
        "Type": "AWS::Serverless::Function",
        "Metadata": {
            "BuildMethod": "rust-cargolambda",
            "BuildProperties": { "Binary": function.name() },
        },
        "Properties": properties,
    })
}

fn stream_source(function: &str, stream: &Value) -> Value {
    resource(
        "AWS::Lambda::EventSourceMapping",
        &json!({
            "FunctionName": reference(function),
            "EventSourceArn": stream,
            "StartingPosition": "TRIM_HORIZON",
            "BatchSize": STREAM_BATCH,
            "ParallelizationFactor": STREAM_PARALLEL,
            "FilterCriteria": { "Filters": [{ "Pattern": STREAM_FILTER }] },
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "BisectBatchOnFunctionError": true,
            "MaximumRetryAttempts": STREAM_RETRIES,
            "MaximumRecordAgeInSeconds": STREAM_RECORD_AGE_S,
            "DestinationConfig": {
                "OnFailure": { "Destination": reference(&Input::Unplaced.name()) },
            },
        }),
    )
}

fn schedule(id: &str, function: &Function) -> Value {
    resource(
        "AWS::Scheduler::Schedule",
        &json!({
            "Description": function.summary,
            "ScheduleExpression": "rate(1 minute)",
            "FlexibleTimeWindow": { "Mode": "OFF" },
            "Target": {
                "Arn": attribute(id, "Arn"),
                "RoleArn": attribute(SCHEDULER_ROLE, "Arn"),
                "RetryPolicy": {
                    "MaximumRetryAttempts": 0,
                    "MaximumEventAgeInSeconds": TICK_AGE_S,
                },
            },
        }),
    )
}

fn scheduler_role(service: &Service) -> Option<Value> {
    let arns: Vec<Value> = service
        .functions
        .iter()
        .filter(|function| matches!(function.source(), Some(Source::EveryMinute)))
        .map(|function| attribute(&function.logical_id(), "Arn"))
        .collect();
    if arns.is_empty() {
        return None;
    }
    let statement = allow(&json!("lambda:InvokeFunction"), &json!(arns));
    Some(role(
        "scheduler.amazonaws.com",
        "invoke-functions",
        &[statement],
    ))
}

/// The signs of trouble that a service's functions may give, each once.
fn signs(service: &Service) -> Vec<&'static Sign> {
    let mut signs: Vec<&Sign> = Vec::new();
    for function in service.functions {
        for sign in (function.declare)().signs {
            if !signs.contains(&sign) {
                signs.push(sign);
            }
        }
    }
    signs
}

/// Where the metrics of a shop's signs are kept.
fn namespace() -> Value {
    substitute("Souk/${Shop}".to_owned())
}

/// Counts a sign in a function's log.
fn sign_filter(sign: &Sign, log: &str) -> Value {
    resource(
        "AWS::Logs::MetricFilter",
        &json!({
            "LogGroupName": reference(log),
            "FilterPattern": format!("\"{}\"", sign.words),
            "MetricTransformations": [{
                "MetricNamespace": namespace(),
                "MetricName": sign.name,
                "MetricValue": "1",
            }],
        }),
    )
}

fn sign_alarm(sign: &Sign) -> Value {
    let alarm = Alarm {
        says: sign.says.to_owned(),
        namespace: namespace(),
        metric: sign.name,
        dimension: None,
        statistic: "Sum",
        rings: Rings::Above(0),
    };
    alarm.resource(&reference(&Input::AlarmTopic.name()))
}

fn idle_alarm(function: &Function, id: &str) -> Value {
    let alarm = Alarm {
        says: format!(
            "{} has not run for minutes: its schedule does not start it.",
            function.name()
        ),
        namespace: json!("AWS/Lambda"),
        metric: "Invocations",
        dimension: Some(("FunctionName", reference(id))),
        statistic: "Sum",
        rings: Rings::Silent,
    };
    alarm.resource(&reference(&Input::AlarmTopic.name()))
}

fn lag_alarm(function: &Function, id: &str) -> Value {
    let alarm = Alarm {
        says: format!("{} falls behind: events leave late.", function.name()),
        namespace: json!("AWS/Lambda"),
        metric: "IteratorAge",
        dimension: Some(("FunctionName", reference(id))),
        statistic: "Maximum",
        rings: Rings::Above(ITERATOR_AGE_MS),
    };
    alarm.resource(&reference(&Input::AlarmTopic.name()))
}

fn errors_alarm(function: &Function, id: &str) -> Value {
    let alarm = Alarm {
        says: format!("{} failed as a whole: its log says why.", function.name()),
        namespace: json!("AWS/Lambda"),
        metric: "Errors",
        dimension: Some(("FunctionName", reference(id))),
        statistic: "Sum",
        rings: Rings::Above(0),
    };
    alarm.resource(&reference(&Input::AlarmTopic.name()))
}

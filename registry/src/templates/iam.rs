//! Roles: who may act as them, and what they may do.

use serde_json::{Value, json};
use store::grant::Resource;

use super::input::Input;
use super::{reference, resource, substitute};
use crate::policy::{Statement, Target};

/// A role that an AWS service acts as, with one policy.
pub(crate) fn role(service: &str, policy: &str, statements: &[Value]) -> Value {
    resource(
        "AWS::IAM::Role",
        &json!({
            "AssumeRolePolicyDocument": document(&[json!({
                "Effect": "Allow",
                "Principal": { "Service": service },
                "Action": "sts:AssumeRole",
            })]),
            "Policies": [{ "PolicyName": policy, "PolicyDocument": document(statements) }],
        }),
    )
}

fn document(statements: &[Value]) -> Value {
    json!({ "Version": "2012-10-17", "Statement": statements })
}

/// A statement that allows actions on resources.
pub(crate) fn allow(actions: &Value, on: &Value) -> Value {
    json!({ "Effect": "Allow", "Action": actions, "Resource": on })
}

/// A statement of a function's policy, in the template of its service.
pub(crate) fn statement(statement: &Statement) -> Value {
    allow(&json!(statement.actions), &arn(statement.on))
}

/// The input that the ARN of a statement's target is made of.
pub(crate) fn input(target: Target) -> Input {
    match target {
        Target::Granted(Resource::Table(table) | Resource::Index(table, _)) => Input::Table(table),
        Target::Granted(Resource::Queue(queue)) => Input::QueueArn(queue),
        Target::Granted(Resource::SigningSecret) => Input::SigningSecret,
        Target::Granted(Resource::ProviderSecret) => Input::ProviderSecret,
        Target::Granted(Resource::MailIdentity) => Input::MailIdentity,
        Target::Stream(table) => Input::Stream(table),
        Target::Unplaced => Input::Unplaced,
    }
}

fn arn(target: Target) -> Value {
    let input = input(target).name();
    let table = |rest: &str| {
        substitute(format!(
            "arn:${{AWS::Partition}}:dynamodb:${{AWS::Region}}:${{AWS::AccountId}}:table/${{{input}}}{rest}"
        ))
    };
    match target {
        Target::Granted(Resource::Table(_)) => table(""),
        Target::Granted(Resource::Index(_, index)) => table(&format!("/index/{index}")),
        Target::Granted(Resource::MailIdentity) => substitute(format!(
            "arn:${{AWS::Partition}}:ses:${{AWS::Region}}:${{AWS::AccountId}}:identity/${{{input}}}"
        )),
        Target::Granted(
            Resource::Queue(_) | Resource::SigningSecret | Resource::ProviderSecret,
        )
        | Target::Stream(_)
        | Target::Unplaced => reference(&input),
    }
}

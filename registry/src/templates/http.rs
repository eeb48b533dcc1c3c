//! The gateway: one HTTP API with every route, the role it invokes functions as, and its log.
//!
//! Its definition is a skeleton of OpenAPI 3.0, which is all that HTTP APIs read; what each route
//! takes and answers stands in `openapi.json`. HEAD leads to GET's function by a route of its own.

use std::collections::BTreeSet;

use edge::Function;
use serde_json::{Map, Value, json};

use super::alarm::{Alarm, Rings};
use super::iam::{allow, role};
use super::input::ALARM_TOPIC;
use super::{LOGS_KEPT_DAYS, Resources, attribute, logical, reference, resource, substitute};
use crate::{functions, gateway};

/// The gateway's resources.
pub(crate) fn resources() -> Resources {
    let mut resources = Resources::new();
    let mut insert = |name: &str, value: Value| resources.insert(name.to_owned(), value);
    insert(
        "Api",
        resource("AWS::ApiGatewayV2::Api", &json!({ "Body": definition() })),
    );
    insert("ApiStage", stage());
    insert(
        "ApiLog",
        resource(
            "AWS::Logs::LogGroup",
            &json!({ "RetentionInDays": LOGS_KEPT_DAYS }),
        ),
    );
    insert("ApiRole", invoker());
    insert("ApiErrorsAlarm", errors_alarm());
    resources
}

/// Whether the gateway invokes a function.
fn is_invoked(function: &&'static Function) -> bool {
    function.route().is_some()
}

fn function_arn(name: &str) -> String {
    format!(
        "arn:${{AWS::Partition}}:lambda:${{AWS::Region}}:${{AWS::AccountId}}:function:${{AWS::StackName}}-{name}"
    )
}

/// The role that the gateway invokes functions with: all of the services that have routes. One by one,
/// they would not fit into what a role's inline policies may hold.
fn invoker() -> Value {
    let services: BTreeSet<&str> = functions()
        .filter(is_invoked)
        .map(|function| function.service)
        .collect();
    let arns: Vec<Value> = services
        .into_iter()
        .map(|service| substitute(function_arn(&format!("{service}-*"))))
        .collect();
    let statement = allow(&json!("lambda:InvokeFunction"), &json!(arns));
    role("apigateway.amazonaws.com", "invoke-functions", &[statement])
}

fn definition() -> Value {
    let mut paths = Map::new();
    for (path, methods) in gateway::paths() {
        let mut item = Map::new();
        for (verb, function) in methods {
            item.insert(verb.name().to_ascii_lowercase(), operation(function, &path));
        }
        if let Some(fallback) = gateway::fallback() {
            for verb in gateway::overlooked(&path) {
                item.insert(verb.name().to_ascii_lowercase(), operation(fallback, &path));
            }
        }
        paths.insert(path, Value::Object(item));
    }
    if let Some(fallback) = gateway::fallback() {
        let mut any = operation(fallback, "");
        any["isDefaultRoute"] = json!(true);
        paths.insert(
            "/$default".to_owned(),
            json!({ "x-amazon-apigateway-any-method": any }),
        );
    }
    let integrations: Map<String, Value> = functions()
        .filter(is_invoked)
        .map(|function| (logical(&function.name()), integration(function)))
        .collect();
    json!({
        "openapi": "3.0.1",
        "info": { "title": reference("AWS::StackName"), "version": "v1" },
        "paths": paths,
        "components": { "x-amazon-apigateway-integrations": integrations },
        "x-amazon-apigateway-importexport-version": "1.0",
    })
}

fn operation(function: &Function, path: &str) -> Value {
    let integration = format!(
        "#/components/x-amazon-apigateway-integrations/{}",
        logical(&function.name())
    );
    let parameters: Vec<Value> = path
        .split('/')
        .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| {
            json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } })
        })
        .collect();
    let mut operation = json!({
        "responses": { "default": { "description": function.summary } },
        "x-amazon-apigateway-integration": { "$ref": integration },
    });
    if !parameters.is_empty() {
        operation["parameters"] = json!(parameters);
    }
    operation
}

fn integration(function: &Function) -> Value {
    let uri = format!(
        "arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/{}/invocations",
        function_arn(&function.name())
    );
    json!({
        "type": "AWS_PROXY",
        "httpMethod": "POST",
        "payloadFormatVersion": "2.0",
        "uri": substitute(uri),
        "credentials": attribute("ApiRole", "Arn"),
    })
}

fn stage() -> Value {
    // The route, not the path: a path may hold a token that somebody was mailed.
    let format = json!({
        "requestId": "$context.requestId",
        "time": "$context.requestTime",
        "routeKey": "$context.routeKey",
        "status": "$context.status",
        "latencyMs": "$context.responseLatency",
        "integrationLatencyMs": "$context.integrationLatency",
        "integrationError": "$context.integrationErrorMessage",
        "gatewayError": "$context.error.message",
        "responseBytes": "$context.responseLength",
        "sourceIp": "$context.identity.sourceIp",
    });
    resource(
        "AWS::ApiGatewayV2::Stage",
        &json!({
            "ApiId": reference("Api"),
            "StageName": "$default",
            "AutoDeploy": true,
            "DefaultRouteSettings": {
                "ThrottlingRateLimit": reference("RequestsPerSecond"),
                "ThrottlingBurstLimit": reference("RequestsAtOnce"),
            },
            "AccessLogSettings": {
                "DestinationArn": attribute("ApiLog", "Arn"),
                "Format": format.to_string(),
            },
        }),
    )
}

fn errors_alarm() -> Value {
    let alarm = Alarm {
        says: "Requests were answered with 5xx: the access log names the routes, the functions' \
               logs the causes."
            .to_owned(),
        namespace: json!("AWS/ApiGateway"),
        metric: "5xx",
        dimension: Some(("ApiId", reference("Api"))),
        statistic: "Sum",
        rings: Rings::Above(0),
    };
    alarm.resource(&reference(ALARM_TOPIC))
}

//! The root stack: what is shared, and the stacks of the services.

use serde_json::{Map, Value, json};

use super::input::{ALARM_TOPIC, Input};
use super::{Resources, data, http, logical, reference, resource, service, substitute};
use crate::SERVICES;

/// The root template.
#[must_use]
pub fn root() -> Value {
    let mut resources = data::resources();
    resources.append(&mut http::resources());
    resources.append(&mut alarms());
    for service in SERVICES {
        let parameters: Map<String, Value> = service::inputs(service)
            .into_iter()
            .map(|input: Input| (input.name(), input.in_root()))
            .collect();
        resources.insert(
            format!("{}Service", logical(service.name)),
            resource(
                "AWS::Serverless::Application",
                &json!({ "Location": super::path(service), "Parameters": parameters }),
            ),
        );
    }
    json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Transform": "AWS::Serverless-2016-10-31",
        "Description": "A headless shop: its gateway, tables, queues and secrets, and a nested stack \
                        per service. Deploy it under a name of at most 24 characters.",
        "Parameters": parameters(),
        "Conditions": {
            "HasPublicUrl": is_given("PublicUrl"),
            "HasStorefrontUrl": is_given("StorefrontUrl"),
            "HasMailIdentity": is_given("MailIdentity"),
            "HasAlarmEmail": is_given("AlarmEmail"),
        },
        "Resources": resources,
        "Outputs": outputs(),
    })
}

fn is_given(parameter: &str) -> Value {
    json!({ "Fn::Not": [{ "Fn::Equals": [reference(parameter), ""] }] })
}

fn parameters() -> Value {
    json!({
        "StoreCurrency": {
            "Type": "String",
            "Description": "The shop's own currency, an ISO 4217 code; prices in others are welcome.",
            "Default": "EUR",
            "AllowedPattern": "[A-Z]{3}",
        },
        "RateLimits": {
            "Type": "String",
            "Description": "How many requests a minute each caller has, and how many of them an \
                            instance reports at once: for most routes, and for those where secrets \
                            are tried. Or off.",
            "Default": "default=100/10,strict=10/1",
            "AllowedPattern": "off|default=[0-9]+/[0-9]+,strict=[0-9]+/[0-9]+",
        },
        "CorsOrigins": {
            "Type": "String",
            "Description": "The web origins whose pages may call the API, such as \
                            https://shop.example.com, separated by commas; or none.",
            "Default": "none",
            "AllowedPattern": "none|https?://[^*/,]+(,\\s*https?://[^*/,]+)*",
        },
        "TrustedProxies": {
            "Type": "String",
            "Description": "The networks of proxies before the gateway, such as a CDN's, whose \
                            X-Forwarded-For tells the client's address, separated by commas; or none.",
            "Default": "none",
        },
        "PublicUrl": {
            "Type": "String",
            "Description": "The URL that the shop is known under, without a slash at its end; the \
                            gateway's own unless given. Access tokens name it as their issuer.",
            "Default": "",
            "AllowedPattern": "(https://[^/ ]+)?",
        },
        "StorefrontUrl": {
            "Type": "String",
            "Description": "The URL of the pages that links in mails lead to, without a slash at its \
                            end; PublicUrl unless given.",
            "Default": "",
            "AllowedPattern": "(https://[^ ?#]+[^ ?#/])?",
        },
        "ShopName": {
            "Type": "String",
            "Description": "What the shop is called in the mails it sends.",
            "Default": "Souk",
            "AllowedPattern": "[^\\s](.*[^\\s])?",
            "MaxLength": 60,
        },
        "AdminEmail": {
            "Type": "String",
            "Description": "The address whose owner becomes admin, once they have shown that they \
                            read it; none for nobody.",
            "Default": "none",
            "AllowedPattern": "none|[^@ ]+@[^@ ]+",
        },
        "MailFrom": {
            "Type": "String",
            "Description": "The address that mail is sent from.",
            "AllowedPattern": "[^@ ]+@[^@ ]+",
        },
        "MailIdentity": {
            "Type": "String",
            "Description": "The verified SES identity that covers MailFrom: its domain, or the \
                            address itself, which it is unless given.",
            "Default": "",
        },
        "PaymentProvider": {
            "Type": "String",
            "Description": "Who moves the money. The test provider moves none.",
            "AllowedValues": store::provider::names(),
        },
        "CaptureMethod": {
            "Type": "String",
            "Description": "When money is taken: automatic, at once, or manual, when staff say so.",
            "Default": "automatic",
            "AllowedValues": ["automatic", "manual"],
        },
        "StripeApiBase": {
            "Type": "String",
            "Description": "The URL that Stripe answers at, without a slash at its end.",
            "Default": "https://api.stripe.com",
            "AllowedPattern": "https://[^/ ]+",
        },
        "AlarmEmail": {
            "Type": "String",
            "Description": "Who is told of alarms by mail; nobody unless given.",
            "Default": "",
        },
        "RequestsPerSecond": {
            "Type": "Number",
            "Description": "How many requests a second the gateway lets through; this caps the cost.",
            "Default": 100,
            "MinValue": 1,
        },
        "RequestsAtOnce": {
            "Type": "Number",
            "Description": "How many requests the gateway lets through in a burst.",
            "Default": 200,
            "MinValue": 1,
        },
    })
}

fn alarms() -> Resources {
    let mut resources = Resources::new();
    // Alarms cannot publish to a topic under the AWS-managed key, and carry no customer's data.
    resources.insert(
        ALARM_TOPIC.to_owned(),
        resource(
            "AWS::SNS::Topic",
            &json!({ "DisplayName": substitute("Alarms of ${AWS::StackName}") }),
        ),
    );
    resources.insert(
        "AlarmSubscription".to_owned(),
        json!({
            "Type": "AWS::SNS::Subscription",
            "Condition": "HasAlarmEmail",
            "Properties": {
                "TopicArn": reference(ALARM_TOPIC),
                "Protocol": "email",
                "Endpoint": reference("AlarmEmail"),
            },
        }),
    );
    resources
}

fn outputs() -> Value {
    json!({
        "ApiUrl": {
            "Description": "Where the API answers.",
            "Value": { "Fn::GetAtt": ["Api", "ApiEndpoint"] },
        },
        "AlarmTopicArn": {
            "Description": "The topic that alarms are sent to.",
            "Value": reference(ALARM_TOPIC),
        },
    })
}

//! Alarms: what a person must look at. A metric that is not reported is no reason to.

use serde_json::{Value, json};

use super::resource;

/// A metric that has gone too high.
pub(crate) struct Alarm<'a> {
    /// What has happened, and what to do.
    pub(crate) says: String,
    /// The metric's namespace.
    pub(crate) namespace: &'a str,
    /// The metric.
    pub(crate) metric: &'a str,
    /// What it is measured on.
    pub(crate) dimension: (&'a str, Value),
    /// How it is summed up over a period.
    pub(crate) statistic: &'a str,
    /// What it may not exceed.
    pub(crate) above: u32,
}

const PERIOD_S: u32 = 300;

impl Alarm<'_> {
    /// The alarm as a resource that reports to `topic`.
    pub(crate) fn resource(self, topic: &Value) -> Value {
        let Alarm {
            says,
            namespace,
            metric,
            dimension: (name, value),
            statistic,
            above,
        } = self;
        resource(
            "AWS::CloudWatch::Alarm",
            &json!({
                "AlarmDescription": says,
                "Namespace": namespace,
                "MetricName": metric,
                "Dimensions": [{ "Name": name, "Value": value }],
                "Statistic": statistic,
                "Period": PERIOD_S,
                "EvaluationPeriods": 1,
                "Threshold": above,
                "ComparisonOperator": "GreaterThanThreshold",
                "TreatMissingData": "notBreaching",
                "AlarmActions": [topic],
            }),
        )
    }
}

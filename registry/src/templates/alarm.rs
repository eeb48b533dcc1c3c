//! Alarms: what a person must look at. A metric that is not reported is no reason to, but where something
//! happens every minute.

use serde_json::{Value, json};

use super::resource;

/// A metric that has gone too high.
pub(crate) struct Alarm<'a> {
    /// What has happened, and what to do.
    pub(crate) says: String,
    /// The metric's namespace.
    pub(crate) namespace: Value,
    /// The metric.
    pub(crate) metric: &'a str,
    /// What it is measured on, where it is measured on several.
    pub(crate) dimension: Option<(&'a str, Value)>,
    /// How it is summed up over a period.
    pub(crate) statistic: &'a str,
    /// When it rings.
    pub(crate) rings: Rings,
}

/// When an alarm rings.
#[derive(Clone, Copy)]
pub(crate) enum Rings {
    /// When the metric is above this.
    Above(u32),
    /// When nothing is measured.
    Silent,
}

const PERIOD_S: u32 = 300;

impl Alarm<'_> {
    /// The alarm as a resource that reports to `topic`.
    pub(crate) fn resource(self, topic: &Value) -> Value {
        let Alarm {
            says,
            namespace,
            metric,
            dimension,
            statistic,
            rings,
        } = self;
        let dimensions: Vec<Value> = dimension
            .into_iter()
            .map(|(name, value)| json!({ "Name": name, "Value": value }))
            .collect();
        let (threshold, comparison, missing) = match rings {
            Rings::Above(most) => (most, "GreaterThanThreshold", "notBreaching"),
            Rings::Silent => (1, "LessThanThreshold", "breaching"),
        };
        resource(
            "AWS::CloudWatch::Alarm",
            &json!({
                "AlarmDescription": says,
                "Namespace": namespace,
                "MetricName": metric,
                "Dimensions": dimensions,
                "Statistic": statistic,
                "Period": PERIOD_S,
                "EvaluationPeriods": 1,
                "Threshold": threshold,
                "ComparisonOperator": comparison,
                "TreatMissingData": missing,
                "AlarmActions": [topic],
            }),
        )
    }
}

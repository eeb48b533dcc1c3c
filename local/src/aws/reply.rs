//! Replies in AWS's wire formats: JSON 1.0 for most services, REST with JSON for SES.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use serde_json::json;

use super::call::Service;

/// A whole reply.
pub(crate) type Reply = Response<Bytes>;

const AMZ_JSON: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.0");
const PLAIN_JSON: HeaderValue = HeaderValue::from_static("application/json");
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// A JSON 1.0 reply.
pub(crate) fn amz_json(status: u16, body: impl Into<Bytes>) -> Reply {
    with(status, AMZ_JSON, body.into())
}

/// A reply of a REST service.
pub(crate) fn rest_json(status: u16, body: impl Into<Bytes>) -> Reply {
    with(status, PLAIN_JSON, body.into())
}

/// An error called `kind`, in the protocol of `service`.
pub(crate) fn error(service: Service, status: u16, kind: &'static str, message: &str) -> Reply {
    if service == Service::Ses {
        let mut reply = rest_json(status, json!({ "message": message }).to_string());
        reply
            .headers_mut()
            .insert(ERROR_TYPE, HeaderValue::from_static(kind));
        return reply;
    }
    amz_json(
        status,
        json!({ "__type": kind, "message": message }).to_string(),
    )
}

/// What a service says to an operation it does not have.
pub(crate) fn unknown_operation(service: Service) -> Reply {
    error(
        service,
        400,
        "UnknownOperationException",
        "the operation is not known here",
    )
}

fn with(status: u16, content_type: HeaderValue, body: Bytes) -> Reply {
    let mut reply = Response::new(body);
    *reply.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    reply.headers_mut().insert(CONTENT_TYPE, content_type);
    reply
}

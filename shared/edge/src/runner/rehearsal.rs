//! The rehearsal of a function that has just started: a request of its own making, before anybody waits for
//! an answer. Lambda gives an instance a whole processor while it starts, and the small share that its memory
//! buys when it is asked. What runs for the first time takes twice as long, so it runs while that is cheap.

use serde_json::json;

use crate::route::{Auth, Method, Route};
use crate::runner::{Crash, Raw};

/// What stands for whatever a path names: an id that nothing has, and a slug.
const NOBODY: &str = "00000000-0000-7000-8000-000000000000";

/// Why a request is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Occasion {
    /// Somebody wants to know.
    Request,
    /// Nobody does: it is not counted, not logged, and comes to a handler only where that is harmless.
    Rehearsal,
}

/// Whether a rehearsal may come to the handler of a route: it reads one thing, for anybody, and what it is
/// asked for does not exist.
pub(super) fn reaches_handler(route: &Route) -> bool {
    route.method == Method::Get
        && matches!(route.auth, Auth::Open | Auth::Anyone)
        && route.path.contains('{')
}

/// A request for a route, by nobody and for nothing, as API Gateway would send it.
pub(super) fn event(route: &Route) -> Result<Raw, Crash> {
    let segments = route.full_path();
    let segments = segments.split('/').map(|segment| {
        let is_parameter = segment.starts_with('{');
        if is_parameter { NOBODY } else { segment }
    });
    let path = segments.collect::<Vec<_>>().join("/");
    let method = route.method.name();
    let event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": { "accept": "application/json", "host": "localhost", "user-agent": "rehearsal" },
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "rehearsal",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "rehearsal",
            },
            "requestId": "rehearsal",
            "routeKey": "$default",
            "stage": "$default",
            "time": "01/Jan/1970:00:00:00 +0000",
            "timeEpoch": 0,
        },
        "isBase64Encoded": false,
    });
    Ok(serde_json::value::to_raw_value(&event)?)
}

#[cfg(test)]
mod tests {
    use lambda_http::request::LambdaRequest;
    use lambda_http::{Request, RequestExt};

    use super::{event, reaches_handler};
    use crate::route::{Auth, Route};

    #[test]
    fn it_is_a_request_for_its_route() {
        let route = Route::put("/products/{id}/images/{name}", "Replace an image");
        let event: LambdaRequest = serde_json::from_str(event(&route).unwrap().get()).unwrap();
        let request = Request::from(event);
        assert_eq!(request.method(), "PUT");
        assert_eq!(route.matches(request.raw_http_path()).unwrap().len(), 2);
    }

    #[test]
    fn it_comes_to_handlers_that_read_one_thing_for_anybody() {
        let one = Route::get("/products/{id}", "Get a product");
        assert!(reaches_handler(&one.auth(Auth::Anyone)));
        assert!(!reaches_handler(&one.auth(Auth::SignedIn)));
        for other in [
            Route::get("/products", "List products"),
            Route::post("/carts/{id}/items", "Put an item in"),
            Route::delete("/carts/{id}", "Delete a cart"),
        ] {
            assert!(
                !reaches_handler(&other.auth(Auth::Anyone)),
                "{}",
                other.path
            );
        }
    }
}

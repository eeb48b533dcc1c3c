//! The page of the console and the files that it is made of.

use crate::gateway::Response;

/// What the page may do: use scripts and styles that come from here as files, ask this store, and
/// show mails in frames of their own. Nothing may stand in the page itself or come from elsewhere.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";
/// What a mail may do: look as it was written, in a frame of the console. No script of it runs, and
/// it loads nothing.
const MAIL_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; \
    frame-ancestors 'self'";
/// What everything else may do: nothing.
const NO_PAGE_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

const POLICY: &str = "content-security-policy";
const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

const PAGE: &str = include_str!("page/index.html");

/// A file of the page, by its name below `console/page` or in another folder.
macro_rules! asset {
    ($name:literal, $media_type:expr) => {
        asset!($name, $media_type, "page/")
    };
    ($name:literal, $media_type:expr, $folder:literal) => {
        ($name, $media_type, include_str!(concat!($folder, $name)))
    };
}

/// Name, media type and content of each. The console looks as the documentation does, but asks no
/// function for its looks: the requests that it shows are other people's.
const ASSETS: [(&str, &str, &str); 10] = [
    asset!("docs.css", CSS, "../../../functions/platform/assets/docs/"),
    asset!(
        "dom.js",
        JAVASCRIPT,
        "../../../functions/platform/assets/docs/"
    ),
    asset!(
        "favicon.svg",
        SVG,
        "../../../functions/platform/assets/docs/"
    ),
    asset!("console.css", CSS),
    asset!("console.js", JAVASCRIPT),
    asset!("draw.js", JAVASCRIPT),
    asset!("mails.js", JAVASCRIPT),
    asset!("orders.js", JAVASCRIPT),
    asset!("queues.js", JAVASCRIPT),
    asset!("traffic.js", JAVASCRIPT),
];

/// The page.
pub(super) fn page() -> Response {
    under(PAGE_POLICY, Response::text(200, HTML, PAGE))
}

/// The HTML of a mail, to be shown in a frame.
pub(super) fn mail(html: String) -> Response {
    under(MAIL_POLICY, Response::text(200, HTML, html))
}

/// A file of the page, if there is one of this name.
pub(super) fn asset(name: &str) -> Option<Response> {
    let (_, media_type, content) = ASSETS.iter().find(|(known, ..)| *known == name)?;
    Some(Response::text(200, media_type, *content))
}

/// Bars an answer from doing anything in a browser, unless it says what it may do.
pub(super) fn bar(response: &mut Response) {
    if response.header(POLICY).is_none() {
        let header = (POLICY.to_owned(), NO_PAGE_POLICY.to_owned());
        response.headers.push(header);
    }
}

fn under(policy: &str, mut response: Response) -> Response {
    let header = (POLICY.to_owned(), policy.to_owned());
    response.headers.push(header);
    response
}

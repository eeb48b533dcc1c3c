//! One HTTP request: who sends it, how often, what it says, what the handler makes of it, and the
//! answer.

use std::future::ready;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::header::{self, HeaderMap};
use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, Body, IntoResponse, Request, Response, Service, service_fn};
use lambda_runtime::{Context, LambdaEvent};
use tracing::Instrument;

use domain::clock::Timestamp;
use domain::user::UserStatus;
use store::event::Stamp;
use store::quota::Quota;
use store::users::{Users, Vouch};
use store::{Declaration, Need, Needs, StartError, Wiring};

use super::answer::{Answer, Wishes, refuse, render};
use super::reading::{Reader, Reading, Sender, text};
use super::rehearsal::{self, Occasion};
use crate::api_key::KeyVerifier;
use crate::caller::{Account, Caller};
use crate::endpoint::Endpoint;
use crate::limits::{self, Limits, RATE_LIMITS, Standing};
use crate::negotiation::wants_problem;
use crate::origin::Origins;
use crate::problem::{Cause, Code, Failure};
use crate::route::{Auth, Method, Route};
use crate::runner::{Crash, Raw, Running, Surroundings, stale};
use crate::seal::Seal;
use crate::token::TokenVerifier;

pub(crate) struct HttpRunner<E: Endpoint> {
    needs: E::Needs,
    verifiers: Option<Verifiers>,
    seal: Option<Seal>,
    limits: Limits,
    origins: Origins,
    surroundings: Surroundings,
    reader: Reader<E>,
    name: String,
}

/// What tells who callers are.
struct Verifiers {
    tokens: TokenVerifier,
    keys: KeyVerifier,
    /// Where accounts themselves are asked.
    accounts: Option<Users<Vouch>>,
}

/// What the edge itself needs to answer a route, beside what its handler needs.
pub(crate) fn declare(route: &Route, declaration: &mut Declaration) {
    if route.auth != Auth::Open {
        TokenVerifier::declare(declaration);
        KeyVerifier::declare(declaration);
    }
    if route.vouched {
        Users::<Vouch>::declare(declaration);
    }
    if matches!(route.auth, Auth::Owner(_)) {
        Seal::declare(declaration);
    }
    if is_counted_together(route) {
        Quota::declare(declaration);
    }
    for var in Origins::VARS {
        declaration.var(var);
    }
    declaration.var(RATE_LIMITS);
}

/// Whether some request of a route is counted across instances: those that change something, and
/// those of callers who are known. Reads by nobody in particular write nothing, nor do requests to
/// routes that do not exist.
fn is_counted_together(route: &Route) -> bool {
    !route.fallback && (route.auth != Auth::Open || route.method != Method::Get)
}

impl<E: Endpoint> HttpRunner<E> {
    pub(crate) async fn start(
        name: String,
        wiring: &Wiring,
        surroundings: Surroundings,
    ) -> Result<Self, StartError> {
        let verifiers = match E::ROUTE.auth {
            Auth::Open => None,
            _ => Some(Verifiers {
                // The rehearsal opens the connection, and nobody has to sign in for these.
                tokens: match rehearsal::reaches_handler(&E::ROUTE) {
                    true => TokenVerifier::unread(wiring)?,
                    false => TokenVerifier::wire(wiring).await?,
                },
                keys: KeyVerifier::wire(wiring).await?,
                accounts: match E::ROUTE.vouched {
                    true => Some(Users::wire(wiring).await?),
                    false => None,
                },
            }),
        };
        let seal = match E::ROUTE.auth {
            Auth::Owner(_) => Some(Seal::wire(wiring).await?),
            _ => None,
        };
        let quota = match is_counted_together(&E::ROUTE) {
            true => Some(Quota::wire(wiring).await?),
            false => None,
        };
        Ok(Self {
            needs: E::Needs::wire(wiring).await?,
            verifiers,
            seal,
            limits: Limits::new(E::ROUTE.rate, &wiring.env, quota)?,
            origins: Origins::read(&wiring.env)?,
            surroundings,
            reader: Reader::new(),
            name,
        })
    }

    async fn deal_with(&self, event: Raw, occasion: Occasion) -> Result<Raw, Crash> {
        let request: LambdaRequest = serde_json::from_str(event.get())?;
        let service = service_fn(|request: Request| async move {
            Ok::<_, std::convert::Infallible>(AsItIs(self.respond(request, occasion).await))
        });
        let mut adapter = Adapter::from(service);
        let response = adapter
            .call(LambdaEvent::new(request, Context::default()))
            .await?;
        Ok(serde_json::value::to_raw_value(&response)?)
    }

    async fn respond(&self, request: Request, occasion: Occasion) -> Response<Body> {
        let headers = request.headers();
        let stamp = self.surroundings.stamp(text(headers, "traceparent"));
        let wishes = Wishes {
            head: request.method() == http::Method::HEAD,
            as_problem: wants_problem(text(headers, "accept")),
            codings: text(headers, "accept-encoding").map(str::to_owned),
            if_none_match: text(headers, "if-none-match").map(str::to_owned),
        };
        let span = tracing::info_span!(
            "request",
            function = self.name,
            traceId = stamp.trace,
            caller = tracing::field::Empty,
        );
        let began = tokio::time::Instant::now();
        let trace = stamp.trace.clone();
        let mut standing = None;
        let answering = self.answer(&request, occasion, stamp, &mut standing);
        let answered = AssertUnwindSafe(answering.boxed())
            .catch_unwind()
            .instrument(span.clone())
            .await;
        let answer = match answered {
            Ok(Ok(answer)) => answer,
            Ok(Err(failure)) => refuse(&failure, &E::ROUTE, &trace, wishes.as_problem, &span),
            Err(_panic) => {
                let failure = Failure::internal("the handler panicked");
                refuse(&failure, &E::ROUTE, &trace, wishes.as_problem, &span)
            }
        };
        let elapsed_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (status, code) = (answer.status, answer.code);
        let mut response = answer.send(&E::ROUTE, &trace, &wishes);
        if let Some(standing) = standing {
            standing.tell(response.headers_mut());
        }
        let preflight = request.method() == http::Method::OPTIONS
            && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
        self.origins
            .admit(headers, preflight, response.headers_mut());
        if occasion == Occasion::Rehearsal {
            return response;
        }
        span.in_scope(|| {
            tracing::info!(
                method = request.method().as_str(),
                route = E::ROUTE.path,
                status,
                code = code.map(Code::name),
                durationMs = elapsed_ms,
                "request"
            );
        });
        response
    }

    /// `standing` is what is known of the caller's limit, whatever becomes of the request: all of it as
    /// soon as the request is counted.
    async fn answer(
        &self,
        request: &Request,
        occasion: Occasion,
        stamp: Stamp,
        standing: &mut Option<Standing>,
    ) -> Result<Answer, Failure> {
        *standing = self.limits.uncounted(stamp.now);
        let address = self.origins.address(request);
        let identified = self.identify(request.headers(), &stamp).await;
        if occasion == Occasion::Request {
            let known = identified.as_ref().ok();
            *standing = self.count(known, &address, &stamp).await?;
        }
        if let Some(standing) = standing {
            standing.verdict()?;
        }
        let caller = self.as_of_now(identified?, stamp.now).await?;
        let_in(E::ROUTE.auth, &caller)?;
        tracing::Span::current().record("caller", caller.name());
        let sender = Sender {
            caller,
            address,
            same_site: self.origins.is_same_site(request.headers()),
        };
        let reading = self.reader.read(request, sender, stamp)?;
        if occasion == Occasion::Rehearsal && !rehearsal::reaches_handler(&E::ROUTE) {
            return Err(Failure::new(Code::NotFound));
        }
        self.carry_out(request, &reading).await
    }

    /// Counts the request for whoever sends it; who could not show who they are is an address.
    async fn count(
        &self,
        caller: Option<&Caller>,
        address: &str,
        stamp: &Stamp,
    ) -> Result<Option<Standing>, Failure> {
        let known = match caller {
            Some(caller @ (Caller::User(_) | Caller::Key(_))) => Some(caller.name()),
            _ => None,
        };
        let shared =
            is_counted_together(&E::ROUTE) && (known.is_some() || E::ROUTE.method != Method::Get);
        let name = known.unwrap_or_else(|| limits::by_address(address));
        self.limits.count(&name, shared, stamp.now).await
    }

    async fn carry_out(&self, request: &Request, reading: &Reading<E>) -> Result<Answer, Failure> {
        let mut tries = 1;
        loop {
            let rq = self.reader.request(reading, &self.needs).await?;
            let failure = match E::handle(&self.needs, &rq).await {
                Ok(reply) => return render::<E>(reply, &rq, false),
                Err(failure) => failure,
            };
            match failure.cause {
                Cause::Repeated(receipt) => {
                    let reply = E::replay(&self.needs, &rq, *receipt).await;
                    return match reply {
                        Ok(reply) => render::<E>(reply, &rq, true),
                        // A remembered decline is an outcome too, and says that it is a replay.
                        Err(failure) if failure.code == Code::PaymentDeclined => {
                            let as_problem = wants_problem(text(request.headers(), "accept"));
                            let (trace, span) = (&rq.stamp.trace, tracing::Span::current());
                            Ok(refuse(&failure, &E::ROUTE, trace, as_problem, &span).replayed())
                        }
                        Err(failure) => Err(failure),
                    };
                }
                Cause::Stale if tries < stale::TRIES => {
                    stale::pause(tries).await;
                    tries += 1;
                }
                _ => return Err(failure),
            }
        }
    }

    /// Who the caller is.
    async fn identify(&self, headers: &HeaderMap, stamp: &Stamp) -> Result<Caller, Failure> {
        let Some(Verifiers { tokens, keys, .. }) = &self.verifiers else {
            return Ok(Caller::Anonymous);
        };
        match bearer(headers)? {
            None => Ok(Caller::Anonymous),
            Some(token) if Seal::is_order_token(token) => self
                .seal
                .as_ref()
                .and_then(|seal| seal.order_of(token, stamp.now))
                .map(Caller::OrderHolder)
                .ok_or_else(unknown_token),
            Some(token) if KeyVerifier::is_key(token) => keys
                .verify(token, stamp.now)
                .await?
                .map(Caller::Key)
                .ok_or_else(unknown_token),
            Some(token) => tokens
                .verify(token, stamp.now)
                .await?
                .map(Caller::User)
                .ok_or_else(unknown_token),
        }
    }

    /// The caller with the rights that their account has this moment, where the route asks for that;
    /// nobody, if all its sessions have ended since.
    async fn as_of_now(&self, caller: Caller, now: Timestamp) -> Result<Caller, Failure> {
        let accounts = self.verifiers.as_ref().and_then(|it| it.accounts.as_ref());
        let (Caller::User(account), Some(accounts)) = (&caller, accounts) else {
            return Ok(caller);
        };
        let user = accounts.account(account.user).await?;
        let user = user.ok_or_else(unknown_token)?;
        // A token of an earlier epoch counts if its session is the one that went on.
        let in_force = account.epoch == user.epoch || {
            let session = accounts.session(&user, account.session).await?;
            session.is_some_and(|session| session.is_live(&user, now))
        };
        if user.status != UserStatus::Active || !in_force {
            return Err(unknown_token());
        }
        Ok(Caller::User(Account {
            permissions: user.permissions(),
            roles: user.roles,
            ..account.clone()
        }))
    }
}

/// Lets a caller into a route, or says why not.
fn let_in(auth: Auth, caller: &Caller) -> Result<(), Failure> {
    match (auth, caller) {
        (Auth::Open | Auth::Anyone, _)
        | (Auth::SignedIn, Caller::User(_))
        | (Auth::Mine(_), Caller::User(_))
        | (Auth::Owner(_), Caller::User(_) | Caller::OrderHolder(_)) => Ok(()),
        (Auth::SignedIn, Caller::Key(_)) => {
            Err(Failure::new(Code::Forbidden).error("an API key has no account of its own"))
        }
        (
            Auth::Staff(permission) | Auth::Mine(permission) | Auth::Owner(permission),
            Caller::User(_) | Caller::Key(_),
        ) if caller.may(permission) => Ok(()),
        (
            Auth::Staff(permission) | Auth::Mine(permission) | Auth::Owner(permission),
            Caller::User(_) | Caller::Key(_),
        ) => Err(Failure::new(Code::Forbidden)
            .error(format!("the permission {} is needed", permission.as_str()))),
        _ => Err(Failure::new(Code::Unauthenticated)),
    }
}

/// A response whose body is the text or the bytes that it is to be. Any other is taken for bytes, decoded as its
/// media type says, and copied.
struct AsItIs(Response<Body>);

impl IntoResponse for AsItIs {
    fn into_response(self) -> BoxFuture<'static, Response<Body>> {
        ready(self.0).boxed()
    }
}

impl<E: Endpoint> Running for HttpRunner<E> {
    fn invoke(&self, event: Raw) -> BoxFuture<'_, Result<Raw, Crash>> {
        Box::pin(self.deal_with(event, Occasion::Request))
    }

    fn rehearse(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            // Whatever comes of it: if something is wrong, whoever asks is told.
            if let Ok(event) = rehearsal::event(&E::ROUTE) {
                let _ = self.deal_with(event, Occasion::Rehearsal).await;
            }
        })
    }
}

fn unknown_token() -> Failure {
    Failure::new(Code::Unauthenticated).error("Authorization: the token is invalid or has expired")
}

/// The bearer token of a request (RFC 6750).
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Failure> {
    let Some(header) = headers.get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    let credentials = header.to_str().ok().and_then(|text| text.split_once(' '));
    match credentials {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(Some(token.trim())),
        _ => {
            Err(Failure::new(Code::Unauthenticated).error("Authorization: must be a bearer token"))
        }
    }
}

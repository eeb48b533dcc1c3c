//! Starting the store, saying what there is, and stopping it.

use std::error::Error;
use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use local::cli::Settings;
use local::options::{CREDENTIALS, DATA, DYNAMODB_PORT, NO_LIMITS, RATE_LIMITS, REGION, SQS_PORT};
use local::{Failures, Listener, Options, Store, seed};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

type Done = Result<(), Box<dyn Error + Send + Sync>>;

/// What is logged unless `RUST_LOG` says otherwise: what went wrong.
const LOGGED: &str = "warn";

/// Starts a store and keeps it until it is told to stop.
pub(crate) async fn start(settings: Settings) -> Done {
    let failures = Arc::new(Failures::default());
    log(failures.clone());
    if settings.aws_only {
        serve_services(settings).await
    } else {
        serve_everything(settings, failures).await
    }
}

async fn serve_everything(settings: Settings, failures: Arc<Failures>) -> Done {
    let began = Instant::now();
    let gateway = listen(settings.port).await?;
    let (dynamodb, sqs) = (listen(0).await?, listen(0).await?);
    let ports = Ports {
        gateway: gateway.local_addr()?.port(),
        dynamodb: dynamodb.local_addr()?.port(),
        sqs: sqs.local_addr()?.port(),
    };
    let data = settings.data.clone();
    let mock = settings.mock;
    let options = Options {
        failures,
        // Its sources run as soon as it is open.
        settled: false,
        ..options(&settings, ports)
    };
    let store = Store::open(options).await?;
    let (tell, stop) = watch::channel(false);
    let services = tokio::spawn(store.cloud().clone().serve(dynamodb, sqs));
    let sources = tokio::spawn(store.clone().run(stop.clone()));
    let requests = tokio::spawn(store.clone().serve(gateway, stop));
    let took = began.elapsed().as_millis();
    if mock {
        say(&mock_hint(ports, took));
    } else {
        let stripe = settings.stripe.as_deref();
        say(&welcome(
            ports,
            data.as_deref(),
            settings.seed,
            stripe,
            took,
        )?);
    }
    told_to_stop().await?;
    end(&tell, &services);
    requests.await?;
    sources.await?;
    Ok(())
}

async fn serve_services(settings: Settings) -> Done {
    let (dynamodb, sqs) = (listen(DYNAMODB_PORT).await?, listen(SQS_PORT).await?);
    let ports = Ports {
        gateway: settings.port,
        dynamodb: DYNAMODB_PORT,
        sqs: SQS_PORT,
    };
    let directory = settings.data.clone().unwrap_or_else(|| PathBuf::from(DATA));
    let watched = SocketAddr::from((Ipv4Addr::LOCALHOST, settings.port));
    let store = Store::open_watched(options(&settings, ports), watched).await?;
    let file = store.write_environment(&directory)?;
    let (tell, stop) = watch::channel(false);
    let services = tokio::spawn(store.cloud().clone().serve(dynamodb, sqs));
    let sources = tokio::spawn(store.run(stop));
    say(&watch_hint(ports, &file)?);
    told_to_stop().await?;
    end(&tell, &services);
    sources.await?;
    Ok(())
}

/// The ports that everything listens on.
#[derive(Clone, Copy)]
struct Ports {
    gateway: u16,
    dynamodb: u16,
    sqs: u16,
}

fn options(settings: &Settings, ports: Ports) -> Options {
    let demo = Options::demo();
    let (payment_provider, stripe_api_base) = match &settings.stripe {
        Some(base) => ("stripe".to_owned(), base.clone()),
        None => (demo.payment_provider, demo.stripe_api_base),
    };
    Options {
        data: settings.data.clone(),
        seed: settings.seed,
        // They are paid at the test provider.
        demo_orders: settings.seed && settings.stripe.is_none(),
        payment_provider,
        stripe_api_base,
        url: format!("http://127.0.0.1:{}", ports.gateway),
        dynamodb_port: ports.dynamodb,
        sqs_port: ports.sqs,
        rate_limits: if settings.limited {
            RATE_LIMITS
        } else {
            NO_LIMITS
        }
        .to_owned(),
        mock: settings.mock,
        ..Options::demo()
    }
}

async fn listen(port: u16) -> Result<TcpListener, String> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(|error| format!("cannot listen on 127.0.0.1:{port}: {error}"))
}

fn end(tell: &watch::Sender<bool>, services: &JoinHandle<()>) {
    say("\nStopping.\n");
    // If nobody listens any more, everything has stopped already.
    let _ = tell.send(true);
    services.abort();
}

/// Waits for Ctrl-C or a polite kill.
async fn told_to_stop() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            pressed = tokio::signal::ctrl_c() => pressed,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

fn log(failures: Arc<Failures>) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(LOGGED));
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    // The console shows why messages fail, whatever is logged.
    tracing_subscriber::registry()
        .with(lines.with_filter(filter))
        .with(Listener(failures).with_filter(Listener::filter()))
        .init();
}

fn welcome(
    ports: Ports,
    data: Option<&Path>,
    seeded: bool,
    stripe: Option<&str>,
    took_ms: u128,
) -> Result<String, std::fmt::Error> {
    let Ports {
        gateway,
        dynamodb,
        sqs,
    } = ports;
    let at = format!("http://127.0.0.1:{gateway}");
    let kept = data.map_or_else(
        || "memory only".to_owned(),
        |data| data.display().to_string(),
    );
    let mut text = format!(
        "Souk is open after {took_ms} ms.\n\n\
         API        {at}/api/v1\n\
         Docs       {at}/docs\n\
         Console    {at}/_local\n\
         DynamoDB   http://127.0.0.1:{dynamodb}\n\
         SQS        http://127.0.0.1:{sqs}\n\
         Data       {kept}\n"
    );
    if let Some(base) = stripe {
        writeln!(text, "Stripe     {base}")?;
    }
    if seeded {
        for account in [seed::ADMIN, seed::CUSTOMER] {
            writeln!(text, "Account    {} / {}", account.email, account.password)?;
        }
        text.push_str("\nFrom nothing to a confirmed order:\n\n");
        let method = stripe.map_or("pm_test_ok", |_| "pm_card_visa");
        text.push_str(&first_steps(&at, method));
    }
    write!(
        text,
        "\nTo look inside:\n\n  AWS_ACCESS_KEY_ID={CREDENTIALS} AWS_SECRET_ACCESS_KEY={CREDENTIALS} \
         AWS_DEFAULT_REGION={REGION} \\\n    aws dynamodb list-tables --endpoint-url http://127.0.0.1:{dynamodb}\n\
         \nCtrl-C stops it.\n"
    )?;
    Ok(text)
}

/// Three lines for a shell: what is there, buy some of it, see what became of it.
fn first_steps(at: &str, method: &str) -> String {
    let sku = seed::SKU;
    let body = format!(
        "{{\"items\":[{{\"sku\":\"{sku}\",\"quantity\":1}}],\"email\":\"you@example.com\",\
         \"paymentMethod\":\"{method}\",\"shippingAddress\":{{\"name\":\"You\",\
         \"line1\":\"1 High Street\",\"city\":\"Dublin\",\"postalCode\":\"D01 F5P2\",\"country\":\"IE\"}}}}"
    );
    let field = |name: &str| {
        format!("$(printf %s \"$order\" | sed 's/.*\"{name}\":\"\\([^\"]*\\)\".*/\\1/')")
    };
    let id = "$(printf %s \"$order\" | sed 's/.*\"data\":{\"id\":\"\\([^\"]*\\)\".*/\\1/')";
    let token = field("orderToken");
    format!(
        "  curl -s '{at}/api/v1/products?limit=3'\n\
         \x20 order=$(curl -s {at}/api/v1/orders -H 'Content-Type: application/json' \
         -H \"Idempotency-Key: $(date +%s)\" -d '{body}'); echo \"$order\"\n\
         \x20 sleep 1; curl -s {at}/api/v1/orders/{id} -H \"Authorization: Bearer {token}\"\n"
    )
}

fn mock_hint(ports: Ports, took_ms: u128) -> String {
    let at = format!("http://127.0.0.1:{}", ports.gateway);
    format!(
        "A mock of Souk is open after {took_ms} ms: every operation answers with an example of the\n\
         contract, checks nothing, and keeps nothing.\n\n\
         API        {at}/api/v1\n\
         Docs       {at}/docs\n\n\
         \x20 curl -s {at}/api/v1/products\n\
         \x20 curl -s -X POST {at}/api/v1/orders -H 'Prefer: code=409'\n\n\
         Ctrl-C stops it.\n"
    )
}

fn watch_hint(ports: Ports, file: &Path) -> Result<String, std::fmt::Error> {
    let Ports {
        gateway,
        dynamodb,
        sqs,
    } = ports;
    let mut text = format!(
        "DynamoDB, mail and secrets are on http://127.0.0.1:{dynamodb}, SQS on http://127.0.0.1:{sqs}.\n\
         Streams, queues and schedules wait for the functions. Start them with\n\n"
    );
    writeln!(
        text,
        "  cargo lambda watch --invoke-address 127.0.0.1 --invoke-port {gateway} --env-file {}\n\n\
         Ctrl-C stops it.",
        file.display()
    )?;
    Ok(text)
}

/// Speaks to the terminal, and does not mind if nobody listens any more, or if what is said was to be
/// kept on a disk that is full.
pub(crate) fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

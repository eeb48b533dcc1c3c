//! The Lambda binary: finds its function at compile time, wires it once, and serves it.

use std::process::ExitCode;
use std::sync::Arc;

use lambda_runtime::{LambdaEvent, service_fn};
use store::aws::Aws;
use store::env::Env;
use store::outside::Outside;
use store::{Declaration, StartError, Wiring};

use crate::function::{self, Crash, Function, Raw, Starting, Surroundings};
use crate::log;
use crate::system::{SystemClock, SystemEntropy};

/// Writes the `main` of the binary whose name the service's index knows. A binary without an index
/// line does not compile.
#[macro_export]
macro_rules! serve {
    ($service:ident) => {
        #[global_allocator]
        static MEMORY: $crate::serve::Memory = $crate::serve::Memory;

        const SERVED: $crate::serve::Served =
            $crate::serve::find($service::FUNCTIONS, env!("CARGO_BIN_NAME")).served();

        fn main() -> std::process::ExitCode {
            $crate::serve::run(SERVED)
        }
    };
}

/// Where a function's memory comes from: for what a request makes and drops, the allocator of the C library
/// takes twice as long.
pub use mimalloc::MiMalloc as Memory;

/// What a binary has of its function: what runs. What describes it is of use to the registry alone, and would
/// be linked if the binary knew of it.
#[derive(Clone, Copy)]
pub struct Served {
    pub(crate) service: &'static str,
    pub(crate) module: &'static str,
    pub(crate) declare: fn() -> Declaration,
    pub(crate) start: fn(String, Wiring, Surroundings) -> Starting,
}

impl Served {
    fn name(&self) -> String {
        function::name(self.service, self.module)
    }
}

/// The function of a binary.
///
/// # Panics
/// At compile time, if the index has no line for it.
#[must_use]
pub const fn find(functions: &'static [Function], binary: &str) -> Function {
    let mut index = 0;
    while index < functions.len() {
        if functions[index].is_named(binary) {
            return functions[index];
        }
        index += 1;
    }
    #[expect(
        clippy::panic,
        reason = "this runs in the compiler and is its error message"
    )]
    {
        panic!("this binary has no line in its service's index of functions");
    }
}

/// Runs a function until Lambda ends it.
#[must_use]
pub fn run(function: Served) -> ExitCode {
    let env = Env::from_process();
    log::to_json(env.optional(log::LOG));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let served = match runtime {
        Ok(runtime) => runtime.block_on(serve(function, env)),
        Err(error) => Err(error.into()),
    };
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(function = function.name(), %error, "cannot start");
            ExitCode::FAILURE
        }
    }
}

async fn serve(function: Served, env: Env) -> Result<(), Crash> {
    let needed = (function.declare)().vars;
    env.require(store::env::FROM_RUNTIME.into_iter().chain(needed))
        .map_err(StartError::from)?;
    let wiring = Wiring {
        aws: Aws::from_env(&env)?,
        env,
        outside: Outside::Internet,
    };
    let surroundings = Surroundings {
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
    };
    let running = (function.start)(function.name(), wiring, surroundings).await?;
    running.rehearse().await;
    let running = &running;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Raw>| {
        running.invoke(event.payload).await
    }))
    .await
}

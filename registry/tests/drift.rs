//! Holds together what belongs together: the index of functions, the files that are made of it, and
//! the files that each function must have. Whatever was forgotten is named.
#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::role::{Permission, Role};
use edge::route::HTTP_TIMEOUT_S;
use edge::{Code, Function, Source};
use registry::environment::setting;
use registry::gateway::{fallback, paths};
use registry::generated::{File, files};
use registry::policy::{Target, statements};
use registry::templates::{MOST_RESOURCES, RESOURCES_OF_GRADUAL_DEPLOYMENT, nested, root};
use registry::{SERVICES, delivery, functions, machines, openapi};
use serde_json::Value;
use store::aws::{ATTEMPT_TIMEOUT, CONNECT_TIMEOUT, OPERATION_TIMEOUT};
use store::event::Topic;
use store::grant::Resource;
use store::provider::{LONG, SHORT};
use store::queues::QUEUES;
use store::tables::TABLES;

/// How long an HTTP API waits for a function.
const GATEWAY_TIMEOUT: Duration = Duration::from_secs(30);
const FIX: &str = "run `cargo run -p registry --bin generate`";

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    fs::read_to_string(repository().join(path)).unwrap_or_default()
}

/// The names of a folder's files that end in `.extension`, without it.
fn stems(folder: &str, extension: &str) -> BTreeSet<String> {
    let Ok(entries) = fs::read_dir(repository().join(folder)) else {
        return BTreeSet::new();
    };
    entries
        .filter_map(|entry| {
            let path = entry.unwrap().path();
            let ours = path.extension().is_some_and(|found| found == extension);
            ours.then(|| path.file_stem().unwrap().to_string_lossy().into_owned())
        })
        .collect()
}

fn nothing_is_wrong(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

/// What is only in one of two sets, each with what to say of it.
fn differences(
    expected: &BTreeSet<String>,
    missing: impl Fn(&str) -> String,
    found: &BTreeSet<String>,
    orphaned: impl Fn(&str) -> String,
) -> Vec<String> {
    let missing = expected.difference(found).map(|name| missing(name));
    let orphaned = found.difference(expected).map(|name| orphaned(name));
    missing.chain(orphaned).collect()
}

#[test]
fn generated_files_are_current() {
    let stale: Vec<String> = files(read)
        .unwrap()
        .into_iter()
        .filter(|File { path, content }| read(path) != *content)
        .map(|File { path, .. }| format!("{path} is out of date: {FIX}"))
        .collect();
    nothing_is_wrong(&stale);
}

#[test]
fn every_service_is_indexed() {
    let indexed: BTreeSet<String> = SERVICES
        .iter()
        .map(|service| service.name.to_owned())
        .collect();
    let folders: BTreeSet<String> = fs::read_dir(repository().join("functions"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    nothing_is_wrong(&differences(
        &indexed,
        |name| format!("functions/{name} is missing"),
        &folders,
        |name| format!("functions/{name} is not among registry::SERVICES"),
    ));
    for service in SERVICES {
        for function in service.functions {
            assert_eq!(function.service, service.name, "{}", function.name());
        }
    }
}

#[test]
fn every_function_has_its_binary() {
    for service in SERVICES {
        let folder = format!("functions/{}/src/bin", service.name);
        let expected = service.functions.iter().map(Function::name).collect();
        nothing_is_wrong(&differences(
            &expected,
            |name| format!("{folder}/{name}.rs is missing"),
            &stems(&folder, "rs"),
            |name| format!("{folder}/{name}.rs belongs to no function"),
        ));
    }
}

#[test]
fn every_function_has_its_module() {
    let mut faults = Vec::new();
    for service in SERVICES {
        let folder = format!("functions/{}/src", service.name);
        for module in stems(&folder, "rs") {
            let text = read(&format!("{folder}/{module}.rs"));
            let is_function =
                text.contains("impl Endpoint for") || text.contains("impl Consumer for");
            let is_indexed = service
                .functions
                .iter()
                .any(|function| function.module == module);
            match (is_function, is_indexed) {
                (true, false) => {
                    faults.push(format!("{folder}/lib.rs has no index line for {module}"));
                }
                (false, true) => {
                    faults.push(format!("{folder}/{module}.rs implements no function"));
                }
                _ => {}
            }
        }
    }
    nothing_is_wrong(&faults);
}

#[test]
fn every_function_has_its_sample_event() {
    nothing_is_wrong(&differences(
        &functions().map(Function::name).collect(),
        |name| format!("events/{name}.json is missing"),
        &stems("events", "json"),
        |name| format!("events/{name}.json belongs to no function"),
    ));
}

#[test]
fn every_function_has_its_test() {
    let mut faults = Vec::new();
    for service in SERVICES {
        let folder = format!("tests/api/{}", service.name);
        let expected = service
            .functions
            .iter()
            .map(|function| function.module.to_owned())
            .collect();
        let mut found = stems(&folder, "rs");
        found.remove("mod");
        faults.extend(differences(
            &expected,
            |module| format!("{folder}/{module}.rs is missing"),
            &found,
            |module| format!("{folder}/{module}.rs belongs to no function"),
        ));
        let index = read(&format!("{folder}/mod.rs"));
        let silent = found
            .iter()
            .filter(|module| !index.contains(&format!("mod {module};")));
        faults.extend(silent.map(|module| format!("{folder}/mod.rs does not name {module}")));
    }
    nothing_is_wrong(&faults);
}

#[test]
fn no_two_functions_are_alike() {
    let mut routes: BTreeMap<(String, &str), String> = BTreeMap::new();
    let mut operations: BTreeMap<String, String> = BTreeMap::new();
    for function in functions() {
        let Some(route) = function.route() else {
            continue;
        };
        let key = (route.full_path(), route.method.name());
        if let Some(other) = routes.insert(key.clone(), function.name()) {
            panic!(
                "{} {} is answered by {other} and {}",
                key.1,
                key.0,
                function.name()
            );
        }
        if let Some(other) = operations.insert(function.operation_id(), function.name()) {
            panic!("{other} and {} are the same operation", function.name());
        }
    }
    assert!(
        fallback().is_some(),
        "no function answers the routes that do not exist"
    );
    let routes: usize = paths().values().map(BTreeMap::len).sum();
    assert!(
        routes < 300,
        "the gateway takes 300 routes, there are {routes} and the fallback's"
    );
}

#[test]
fn every_queue_has_one_consumer_of_its_name() {
    let consumed: Vec<(String, &str)> = functions()
        .filter_map(|function| match function.source() {
            Some(Source::Queue { queue, .. }) => Some((function.name(), queue.name)),
            _ => None,
        })
        .collect();
    for (function, queue) in &consumed {
        assert_eq!(
            function, queue,
            "{function} takes the messages of another's queue"
        );
        assert!(
            QUEUES.iter().any(|known| known.name == *queue),
            "{queue} is not among QUEUES"
        );
    }
    for queue in QUEUES {
        let consumers = consumed
            .iter()
            .filter(|(_, name)| *name == queue.name)
            .count();
        assert_eq!(consumers, 1, "consumers of the queue {}", queue.name);
    }
}

#[test]
fn every_table_is_used_and_every_stream_followed() {
    let granted: Vec<Resource> = functions()
        .flat_map(|function| (function.declare)().grants)
        .map(|grant| grant.on)
        .collect();
    for table in TABLES {
        let uses = granted
            .iter()
            .filter(|on| **on == Resource::Table(table))
            .count();
        // One of them is the readiness probe, which asks every table.
        assert!(uses > 1, "nobody uses the table {}", table.name);
        let followed = functions()
            .filter_map(Function::source)
            .any(|source| matches!(source, Source::Outboxes(tables) if tables.contains(&table)));
        assert_eq!(
            followed, table.stream,
            "the stream of the table {}",
            table.name
        );
        for index in table.indexes {
            let queried = granted.contains(&Resource::Index(table, index.name));
            assert!(
                queried,
                "nobody queries the index {} of {}",
                index.name, table.name
            );
        }
    }
}

#[test]
fn every_variable_has_a_value() {
    for function in functions() {
        for var in (function.declare)().vars {
            let known = setting(var).is_some();
            assert!(
                known,
                "{} reads {}, which no template sets",
                function.name(),
                var.name
            );
        }
    }
}

#[test]
fn policies_are_merged_and_name_actions_of_their_own_service() {
    for function in functions() {
        let mut seen: Vec<Target> = Vec::new();
        for statement in statements(function) {
            let name = function.name();
            assert!(
                !seen.contains(&statement.on),
                "{name}: {:?} twice",
                statement.on
            );
            seen.push(statement.on);
            let service = match statement.on {
                Target::Granted(Resource::Table(_) | Resource::Index(..)) | Target::Stream(_) => {
                    "dynamodb"
                }
                Target::Granted(Resource::Queue(_)) | Target::Unplaced => "sqs",
                Target::Granted(Resource::SigningSecret | Resource::ProviderSecret) => {
                    "secretsmanager"
                }
                Target::Granted(Resource::MailIdentity) => "ses",
            };
            for action in statement.actions {
                let own = action
                    .strip_prefix(service)
                    .is_some_and(|rest| rest.starts_with(':'));
                assert!(
                    own && !action.contains('*'),
                    "{name}: {action} on {:?}",
                    statement.on
                );
            }
        }
    }
}

#[test]
fn sizes_and_times_are_sane() {
    for function in functions() {
        let name = function.name();
        assert!(
            (128..=2048).contains(&function.memory_mb),
            "{name}: {} MB",
            function.memory_mb
        );
        // The gateway gives up after 30 seconds, and a stack's name of 24 characters must fit.
        assert!(
            (1..30).contains(&function.timeout_s) || function.route().is_none(),
            "{name}"
        );
        assert!(
            (1..=60).contains(&function.timeout_s),
            "{name}: {} s",
            function.timeout_s
        );
        assert!(
            name.len() + 25 <= 64,
            "{name} is too long for a function's name"
        );
    }
    // Each limit fits into the one around it.
    let limits = [
        CONNECT_TIMEOUT,
        ATTEMPT_TIMEOUT,
        OPERATION_TIMEOUT,
        Duration::from_secs(HTTP_TIMEOUT_S.into()),
        GATEWAY_TIMEOUT,
    ];
    assert!(
        limits.is_sorted_by(|inner, outer| inner < outer),
        "{limits:?}"
    );
    assert!(SHORT + LONG < Duration::from_secs(HTTP_TIMEOUT_S.into()));
    for queue in QUEUES {
        let consumer = delivery::consumer_of(queue).unwrap();
        let visible = delivery::visibility_s(queue);
        assert!(
            visible >= 6 * consumer.timeout_s,
            "{}: {visible} s",
            queue.name
        );
    }
}

#[test]
fn templates_stay_below_the_limits() {
    let count = |template: &Value| template["Resources"].as_object().unwrap().len();
    let shared = root();
    assert!(
        count(&shared) < MOST_RESOURCES,
        "template.yaml: {}",
        count(&shared)
    );
    for service in SERVICES {
        let template = nested(service);
        let per_event = template["Resources"]
            .as_object()
            .unwrap()
            .values()
            .filter(|resource| resource["Properties"].get("EventInvokeConfig").is_some())
            .count();
        let gradual = service.functions.len() * RESOURCES_OF_GRADUAL_DEPLOYMENT + 2;
        let all = count(&template) + per_event + gradual;
        assert!(all < MOST_RESOURCES, "{}: {all} resources", service.name);
        let parameters = template["Parameters"].as_object().unwrap().len();
        assert!(
            parameters <= 200,
            "{}: {parameters} parameters",
            service.name
        );
    }
    // The inline policies of a role may have 10,240 characters, once the ARNs' variables are filled in.
    let invoker = &shared["Resources"]["ApiRole"]["Properties"]["Policies"];
    let policy = invoker.to_string().replace("{\"Fn::Sub\":", "").len();
    assert!(
        policy < 10_240,
        "the gateway's policy has {policy} characters"
    );
}

#[test]
fn the_description_knows_every_route_and_every_code() {
    let document = openapi::document(read);
    let mut described = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            described.insert(format!("{} {path}", method.to_uppercase()));
        }
    }
    let routes = functions()
        .filter_map(Function::route)
        .filter(|route| !route.fallback)
        .map(|route| format!("{} {}", route.method.name(), route.full_path()))
        .collect();
    nothing_is_wrong(&differences(
        &routes,
        |route| format!("{route} is not described"),
        &described,
        |route| format!("{route} is described, but does not exist"),
    ));
    // Only what an operation refers to is kept among the components.
    let examples = &document["components"]["examples"];
    for code in Code::ALL {
        let name: String = registry::templates::logical(code.name());
        let awaited = matches!(code, Code::PatchFailed | Code::TooManyAttempts);
        assert!(
            examples.get(&name).is_some() || awaited,
            "no route answers {}: list it among the errors of one",
            code.name()
        );
    }
}

#[test]
fn no_two_schemas_share_a_name() {
    let document = openapi::document(read);
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for name in schemas.keys() {
        // The generator tells types of one name apart by a number, without a word of warning.
        let stem = name.trim_end_matches(|letter: char| letter.is_ascii_digit());
        let clash = stem != name && schemas.contains_key(stem);
        assert!(!clash, "two types are called {stem}: rename one");
        let input = name.strip_suffix("Input");
        let shadowed = input.is_some_and(|stem| !schemas.contains_key(stem));
        assert!(
            !shadowed,
            "{name} looks like the request's form of a schema that does not exist"
        );
    }
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#/").skip(1) {
        let pointer = reference.split('"').next().unwrap_or_default();
        assert!(
            document.pointer(&format!("/{pointer}")).is_some(),
            "nothing is at {pointer}"
        );
    }
}

#[test]
fn every_machine_stands_on_its_page_and_somebody_makes_each_of_its_moves() {
    let page = read(machines::PAGE);
    let missing: Vec<String> = named_machines()
        .iter()
        .filter(|name| !machines::NAMES.contains(&name.as_str()))
        .map(|name| format!("registry::machines has no {name}"))
        .collect();
    nothing_is_wrong(&missing);
    assert_eq!(
        page.matches("stateDiagram-v2").count(),
        machines::NAMES.len()
    );
    assert!(!page.contains("nobody"), "nobody makes one of the moves");
}

/// What the domain's machines are called.
fn named_machines() -> Vec<String> {
    let mut names = Vec::new();
    let mut folders = vec![repository().join("shared/domain/src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(path).unwrap_or_default();
            let machines = text.split("impl Machine for").skip(1);
            names.extend(machines.filter_map(|text| text.split('"').nth(1).map(str::to_owned)));
        }
    }
    assert!(names.len() > 3, "the machines were not found");
    names
}

#[test]
fn the_guides_name_every_error_permission_event_and_variable() {
    let (errors, events) = (read("docs/errors.md"), read("docs/events.md"));
    let configuration = read("docs/configuration.md");
    let authentication = read("docs/authentication.md");
    let mut missing = Vec::new();
    for code in Code::ALL {
        let again = if code.is_retryable() { "yes" } else { "no" };
        let row = format!("| `{}` | {} | {again} |", code.name(), code.status());
        if !errors.contains(&row) {
            missing.push(format!("docs/errors.md does not name {row}"));
        }
    }
    for permission in Permission::ALL {
        let holders = Role::ALL
            .iter()
            .filter(|role| role.permissions().contains(permission))
            .map(|role| role.as_str());
        let holders = format!(" | {} |", holders.collect::<Vec<_>>().join(", "));
        let begin = format!("| `{}` | ", permission.as_str());
        let is_there = authentication
            .lines()
            .any(|line| line.starts_with(&begin) && line.ends_with(&holders));
        if !is_there {
            missing.push(format!(
                "docs/authentication.md has no row {begin}...{holders}"
            ));
        }
    }
    for topic in Topic::ALL {
        let row = format!("`{topic:?}`");
        if !events.contains(&row) {
            missing.push(format!("docs/events.md does not name {row}"));
        }
    }
    for var in functions().flat_map(|function| (function.declare)().vars) {
        let row = format!("`{}`", var.name);
        if !configuration.contains(&row) {
            missing.push(format!("docs/configuration.md does not name {row}"));
        }
    }
    nothing_is_wrong(&missing);
}

//! The files for containers, as far as they can be checked without an engine: what they say is compared with what the program
//! knows, and the server is started as they have it.

use std::{collections::BTreeMap, fs};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    file,
    redis::Redis,
    root,
    support::{Server, orders, postgres::Cluster, products, smtp::MailServer},
};

fn compose() -> Value {
    serde_saphyr::from_str(&file("compose.yaml")).unwrap()
}

fn services(compose: &Value) -> impl Iterator<Item = (&String, &Value)> {
    compose["services"].as_object().unwrap().iter()
}

/// The variables of a service, as they are written.
fn variables(service: &Value) -> impl Iterator<Item = (&String, &str)> {
    let variables = service["environment"].as_object().into_iter().flatten();
    variables.map(|(name, value)| (name, value.as_str().unwrap()))
}

/// The text with each `${NAME:?…}` and `${NAME:-…}` replaced.
fn filled(text: &str, values: &BTreeMap<&str, String>) -> String {
    let mut parts = text.split("${");
    let mut filled = parts.next().unwrap().to_owned();
    for part in parts {
        let (inside, after) = part.split_once('}').unwrap();
        let name = inside.split(':').next().unwrap();
        filled.extend([values.get(name).unwrap_or_else(|| panic!("{name} is not given")), after]);
    }
    filled
}

fn help() -> String {
    String::from_utf8(orders().args(["serve", "--help"]).output().unwrap().stdout).unwrap()
}

fn is_a_setting(help: &str, name: &str) -> bool {
    ["=", "]"].iter().any(|end| help.contains(&format!("[env: {name}{end}")))
}

#[test]
fn every_variable_of_the_image_is_a_setting() {
    let help = help();
    let compose = compose();
    let own = services(&compose).filter(|(_, service)| service["image"] == "orders");
    let mut names: Vec<_> =
        own.flat_map(|(_, service)| variables(service)).map(|(name, _)| name.as_str()).collect();
    assert!(names.contains(&"DATABASE_URL"));
    let dockerfile = file("Dockerfile");
    let env = dockerfile.lines().filter_map(|line| line.strip_prefix("ENV ")).flat_map(str::split_whitespace);
    names.extend(env.map(|pair| pair.split('=').next().unwrap()));
    assert!(names.contains(&"HOST"));
    for name in names {
        assert!(is_a_setting(&help, name), "{name} is no setting");
    }
}

#[test]
fn who_waits_for_health_waits_for_one_who_can_tell() {
    let compose = compose();
    assert!(file("Dockerfile").contains("\nHEALTHCHECK "));
    let mut waits = 0;
    for (name, service) in services(&compose) {
        for (needed, how) in service["depends_on"].as_object().into_iter().flatten() {
            let other = &compose["services"][needed];
            assert!(other.is_object(), "{name} waits for {needed}, which is no service");
            let can_tell = other["healthcheck"].is_object() || other["image"] == "orders";
            assert!(
                how["condition"] != "service_healthy" || can_tell,
                "{needed} cannot tell whether it is well"
            );
            waits += 1;
        }
        for volume in service["volumes"].as_array().into_iter().flatten() {
            let volume = volume.as_str().unwrap().split(':').next().unwrap();
            assert!(compose["volumes"].get(volume).is_some(), "{name} has no volume {volume}");
        }
    }
    assert!(waits > 2);
}

#[test]
fn no_secret_stands_in_the_files_and_nobody_else_reaches_the_ports() {
    let compose = compose();
    let mut secrets = 0;
    for (service, body) in services(&compose) {
        for (name, value) in variables(body) {
            let password =
                value.split_once("://").and_then(|(_, rest)| rest.rsplit_once('@')?.0.split_once(':'));
            let is_secret = ["PASSWORD", "SECRET", "TOKEN"].iter().any(|word| name.contains(word));
            let secret = if is_secret { Some(value) } else { password.map(|(_, password)| password) };
            if let Some(secret) = secret {
                assert!(secret.starts_with("${") && secret.contains(":?"), "{service}: {name} is {value}");
                secrets += 1;
            }
        }
        for port in body["ports"].as_array().into_iter().flatten() {
            assert!(port.as_str().unwrap().starts_with("127.0.0.1:"), "{service}: {port}");
        }
        let image = body["image"].as_str().unwrap();
        assert!(
            image == "orders" || !image.ends_with(":latest") && image.contains(':'),
            "{image} is not pinned"
        );
    }
    assert_eq!(secrets, 3);
    assert!(file(".gitignore").lines().any(|line| line == "/.env"));
    assert!(file(".dockerignore").starts_with("# Only what the build reads.\n*\n"));
}

#[test]
fn the_image_is_built_of_what_is_there_by_the_compiler_that_is_needed() {
    let (dockerfile, ignored) = (file("Dockerfile"), file(".dockerignore"));
    let copies = dockerfile.lines().filter_map(|line| line.strip_prefix("COPY "));
    let sources = copies.filter(|copy| !copy.starts_with("--from")).flat_map(|copy| {
        let words: Vec<_> = copy.split(' ').collect();
        words[..words.len() - 1].to_vec()
    });
    let sources: Vec<_> = sources.collect();
    assert!(sources.contains(&"crates"), "{sources:?}");
    for source in sources {
        assert!(root().join(source).exists(), "{source} is not there");
        assert!(
            ignored.lines().any(|line| line == format!("!{source}")),
            "{source} is not sent to the engine"
        );
    }
    let manifest = file("Cargo.toml");
    let version =
        manifest.lines().find_map(|line| line.strip_prefix("rust-version = ")).unwrap().trim_matches('"');
    assert!(dockerfile.contains(&format!("\nFROM rust:{version}-")), "the image has not Rust {version}");
    assert!(dockerfile.contains("HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD [\"/orders\", \"health\"]\n"));
}

#[tokio::test]
async fn the_server_runs_as_the_file_has_it() {
    let (Some(cluster), Some(redis)) = (Cluster::start(), Redis::start()) else { return };
    let (database, mail) = (cluster.database(), MailServer::start());
    let compose = compose();
    let values = BTreeMap::from([
        ("POSTGRES_PASSWORD", "f00d".to_owned()),
        ("SECRETS_KEY", BASE64_STANDARD.encode([7; 32])),
    ]);
    // What the names of the services lead to here.
    let url = database.url();
    let (_, place) = url.split_once('@').unwrap();
    let places = [
        ("postgres:5432/orders", place),
        ("redis://redis:6379", &redis.url()),
        ("smtp://mail:1025", &mail.url()),
    ];
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("db")).unwrap();

    let key = compose["services"]["key"]["command"].as_array().unwrap();
    let minted = orders().args(key.iter().map(|word| word.as_str().unwrap())).current_dir(&folder).output();
    let token = String::from_utf8(minted.unwrap().stdout).unwrap().trim().to_owned();

    let mut command = orders();
    command.arg("serve").current_dir(&folder).stdout(std::process::Stdio::piped());
    for (name, value) in variables(&compose["services"]["orders"]) {
        let value = filled(value, &values);
        command.env(name, places.iter().fold(value, |value, (name, place)| value.replace(name, place)));
    }
    let server = Server::start_by({
        command.env("PORT", "0").stderr(std::process::Stdio::null());
        command
    });

    assert!(orders().args(["health", "--url", &server.url]).status().unwrap().success());
    let ready = server.anyone(Method::GET, "/health/ready").send().await.unwrap();
    assert_eq!(ready.status(), 200, "{}", ready.text().await.unwrap());
    let order = server.anyone(Method::POST, "/orders").bearer_auth(&token).json(&products(&[(9, 7)]));
    let order = order.send().await.unwrap();
    assert_eq!(order.status(), 201);
    assert_eq!(order.json::<Value>().await.unwrap()["userId"], json!(1));
    assert!(redis.say("DBSIZE").starts_with(":1"), "the token is remembered in Redis");
}

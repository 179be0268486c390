//! The OpenAPI document: it knows every route, and every status that a walk over them all sees.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    answer::Answer,
    support::{Server, orders},
};

mod walk;

use walk::walk;

async fn document(server: &Server) -> Value {
    Answer::to(server.anyone(Method::GET, "/openapi.json")).await.order(200)
}

fn keys(object: &Value) -> BTreeSet<&str> {
    object.as_object().map(|object| object.keys().map(String::as_str).collect()).unwrap_or_default()
}

/// Every operation of the document, as `GET /orders/{id}`.
fn operations(document: &Value) -> BTreeMap<String, &Value> {
    let paths = document["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, item)| {
        item.as_object()
            .unwrap()
            .iter()
            .map(move |(method, operation)| (format!("{} {path}", method.to_uppercase()), operation))
    });
    operations.collect()
}

#[tokio::test]
async fn the_document_has_every_route_of_the_contract_and_no_other() {
    let server = Server::start();
    let document = document(&server).await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let expected = [
        "DELETE /webhooks/{id}",
        "GET /analytics/orders",
        "GET /analytics/products",
        "GET /deliveries",
        "GET /events",
        "GET /health/live",
        "GET /health/ready",
        "GET /locations",
        "GET /marketplaces",
        "GET /marketplaces/resolve",
        "GET /marketplaces/{code}",
        "GET /metrics",
        "GET /orders",
        "GET /orders/{id}",
        "GET /orders/{id}/cancellations",
        "GET /orders/{id}/cancellations/{number}",
        "GET /orders/{id}/events",
        "GET /orders/{id}/shipments",
        "GET /orders/{id}/shipments/{number}",
        "GET /products",
        "GET /products/{id}",
        "GET /products/{id}/listings/{marketplace}",
        "GET /products/{id}/movements",
        "GET /products/{id}/stock",
        "GET /products/{id}/stock/{location}",
        "GET /products/{id}/texts/{marketplace}/{locale}",
        "GET /webhooks",
        "GET /webhooks/{id}",
        "GET /webhooks/{id}/deliveries",
        "PATCH /locations/{code}",
        "PATCH /marketplaces/{code}",
        "PATCH /orders/{id}/cancel",
        "PATCH /orders/{id}/contact",
        "PATCH /orders/{id}/shipments/{number}",
        "PATCH /orders/{id}/status",
        "PATCH /orders/{id}/tracking",
        "PATCH /products/{id}",
        "PATCH /webhooks/{id}",
        "POST /locations",
        "POST /marketplaces",
        "POST /orders",
        "POST /orders/{id}/cancellations",
        "POST /orders/{id}/plan",
        "POST /orders/{id}/shipments",
        "POST /products",
        "POST /products/{id}/movements",
        "POST /stock/transfers",
        "POST /webhooks",
        "POST /webhooks/{id}/deliveries/{event}/retry",
        "POST /webhooks/{id}/replay",
        "POST /webhooks/{id}/secret",
        "POST /webhooks/{id}/test",
        "PUT /products/{id}/listings/{marketplace}",
        "PUT /products/{id}/stock/{location}",
        "PUT /products/{id}/texts/{marketplace}/{locale}",
    ];
    assert_eq!(operations(&document).into_keys().collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn what_the_document_refers_to_is_there() {
    let server = Server::start();
    let document = document(&server).await;
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(document.pointer(reference).is_some(), "{reference}");
    }
    let mut names = BTreeSet::new();
    for (route, operation) in operations(&document) {
        assert!(names.insert(operation["operationId"].as_str().unwrap()), "{route}");
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let of_path = parameters.iter().filter(|parameter| parameter["in"] == "path");
        let in_document: Vec<_> = of_path.map(|parameter| parameter["name"].as_str().unwrap()).collect();
        let in_path: Vec<_> = route.split('{').skip(1).map(|part| part.split('}').next().unwrap()).collect();
        assert_eq!(in_document, in_path, "{route}");
        let ways = operation["security"].as_array().unwrap();
        assert!(!ways.is_empty(), "{route}");
        for security in ways {
            assert!(keys(security).is_subset(&keys(&document["components"]["securitySchemes"])), "{route}");
        }
    }
}

#[tokio::test]
async fn a_parameter_or_header_is_left_out_rather_than_null_and_ids_have_64_bits() {
    let server = Server::start();
    let document = document(&server).await;
    for (route, operation) in operations(&document) {
        let of_answers = operation["responses"].as_object().unwrap().values();
        let headers = of_answers
            .flat_map(|answer| answer["headers"].as_object().into_iter().flat_map(|all| all.values()));
        for value in operation["parameters"].as_array().into_iter().flatten().chain(headers) {
            assert!(
                value["schema"]["type"].is_string() || value["schema"]["$ref"].is_string(),
                "{route}: {value}"
            );
            if value["in"] == "path" && value["name"] == "id" {
                assert_eq!(value["schema"]["format"], "int64", "{route}");
            }
        }
    }
    assert_eq!(document["servers"], json!([{"url": "."}]));
}

#[tokio::test]
async fn every_error_is_documented_with_an_example_of_its_own() {
    let server = Server::start();
    let document = document(&server).await;
    for (route, operation) in operations(&document) {
        for (status, answer) in operation["responses"].as_object().unwrap() {
            let example = &answer["content"]["application/problem+json"]["example"];
            if status.as_str() < "400" {
                assert_eq!(*example, Value::Null, "{route} {status}");
                continue;
            }
            assert_eq!(example["status"].to_string(), *status, "{route}");
            assert!(example["type"].as_str().unwrap().starts_with("urn:problem:orders:"), "{route} {status}");
        }
    }
}

#[tokio::test]
async fn the_command_prints_the_document_that_is_served() {
    let server = Server::start();
    let output = orders().arg("openapi").output().unwrap();
    assert!(output.status.success());
    assert_eq!(serde_json::from_slice::<Value>(&output.stdout).unwrap(), document(&server).await);
}

#[tokio::test]
async fn answers_have_exactly_the_members_that_their_schemas_have() {
    let server = Server::start();
    let id = server.order_in("pending", true).await;
    let order = server.get(1, &format!("/orders/{id}")).await.order(200);
    server.add_place("MAIN").await;
    server.count(9, "MAIN", 3).await.order(200);
    let market =
        json!({"code": "de", "name": "D", "currency": "EUR", "defaultLocale": "de", "timeZone": "UTC"});
    server.as_operator(Method::POST, "/marketplaces", Some(market)).await.order(201);
    let listing = server
        .as_operator(Method::PUT, "/products/9/listings/de", Some(json!({"price": 1})))
        .await
        .order(201);
    let text = server
        .as_operator(Method::PUT, "/products/9/texts/-/de", Some(json!({"name": "B"})))
        .await
        .order(201);
    let document = document(&server).await;
    let problem = server.advance(1, id, "lost").await.problem(422);
    for (name, value) in [
        ("Order", &order),
        ("OrderShipment", &order["shipment"]),
        ("OrderProduct", &order["orderProduct"][0]),
        ("Shipment", &order["shipments"][0]),
        ("ShipmentLine", &order["shipments"][0]["lines"][0]),
        ("Product", &server.list("/products").await[0]),
        ("StockLevel", &server.as_operator(Method::GET, "/products/9/stock/MAIN", None).await.order(200)),
        ("Movement", &server.as_operator(Method::GET, "/products/9/movements", None).await.json()[0]),
        ("NameFrom", &order["orderProduct"][0]["nameFrom"]),
        ("Marketplace", &server.list("/marketplaces").await[0]),
        ("Listing", &listing),
        ("ProductText", &text),
        ("Location", &server.as_operator(Method::GET, "/locations", None).await.json()[0]),
        ("Fault", &problem["errors"][0]),
        ("Health", &Answer::to(server.anyone(Method::GET, "/health/live")).await.json()),
    ] {
        let schema = &document["components"]["schemas"][name];
        let mut members = keys(&schema["properties"]);
        // Of those only where there is something to say.
        for rare in [
            ("Fault", "available"),
            ("StockLevel", "orders"),
            ("Order", "email"),
            ("Order", "shipTo"),
            ("Order", "externalId"),
            ("Order", "placedAt"),
            ("Product", "description"),
        ] {
            assert!(name != rare.0 || members.remove(rare.1), "{name}");
        }
        assert_eq!(members, keys(value), "{name}");
        let required: BTreeSet<_> =
            schema["required"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert_eq!(required, keys(value), "{name}");
    }
    let schema = &document["components"]["schemas"]["Problem"];
    assert_eq!(
        keys(&schema["properties"]),
        ["allowed", "currency", "detail", "errors", "shipments", "status", "title", "total", "type"].into()
    );
    assert_eq!(schema["required"], json!(["type", "title", "status", "detail"]));
}

#[tokio::test]
async fn every_answer_is_documented_and_every_documented_status_is_answered() {
    let key = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
    let server = Server::start_with(&[("SECRETS_KEY", key)]);
    let document = document(&server).await;
    let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (route, answer) in walk(&server).await {
        let status = answer.status.to_string();
        let documented = &operations(&document)[route]["responses"][&status];
        assert_ne!(*documented, Value::Null, "{route} {status} is not documented");
        let media_type = answer.header("content-type").split(';').next().unwrap();
        let media_types = keys(&documented["content"]);
        assert!(
            media_types.contains(media_type) || media_type.is_empty() && media_types.is_empty(),
            "{route} {status}"
        );
        for header in keys(&documented["headers"]) {
            let optional =
                ["Link", "Idempotency-Replayed", "Orders-Dry-Run", "Preference-Applied"].contains(&header);
            assert!(optional || answer.headers.contains_key(header), "{route} {status} lacks {header}");
        }
        seen.entry(route.to_owned()).or_default().insert(status);
    }
    // Scopes, and a list that is not open to anyone, come with tokens only; a fixed catalogue by a setting.
    let elsewhere = |route: &str, status: &str| {
        ["403", "408", "429", "500", "503"].contains(&status)
            // Nothing was delivered, and there are keys and room.
            || (route == "POST /webhooks/{id}/deliveries/{event}/retry" && ["202", "409"].contains(&status))
            || (route, status) == ("POST /webhooks", "409")
            || (route, status) == ("PUT /products/{id}/texts/{marketplace}/{locale}", "409")
            || (status == "409"
                && ["PUT /products/{id}/stock/{location}", "PATCH /locations/{code}"].contains(&route))
    };
    for (route, operation) in operations(&document) {
        let documented =
            keys(&operation["responses"]).into_iter().filter(|status| !elsewhere(&route, status));
        assert_eq!(
            seen[&route].iter().map(String::as_str).collect::<Vec<_>>(),
            documented.collect::<Vec<_>>(),
            "{route}"
        );
    }
}

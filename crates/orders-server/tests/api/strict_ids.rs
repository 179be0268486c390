//! Ids have one spelling, `[1-9][0-9]{0,18}`: any other is 400 in a path and 401 in `user_id`.

use serde_json::json;

use crate::{support::Server, wire};

/// Spellings that no id has.
const MISSPELLED: [&str; 22] = [
    "0",
    "00",
    "01",
    "+1",
    "-1",
    "1.0",
    "1e0",
    "0x1",
    "1a",
    "1_0",
    "1,1",
    "one",
    "%31",
    "1%20",
    "%201",
    "%D9%A1",
    "1%00",
    "9223372036854775808",
    "10000000000000000000",
    "18446744073709551617",
    "%",
    "%FF",
];

/// The routes of one thing, with a body that would do.
const ROUTES: [(&str, &str); 5] = [
    ("GET /orders/{id}", ""),
    ("PATCH /orders/{id}/tracking", r#"{"shippingProvider": "USPS", "trackingNumber": "N1"}"#),
    ("PATCH /orders/{id}/status", r#"{"status": "shipped"}"#),
    ("PATCH /orders/{id}/cancel", ""),
    ("GET /products/{id}", ""),
];

#[tokio::test]
async fn a_misspelled_id_in_a_path_is_400() {
    let server = Server::start();
    let placed = server.place(1, &[(9, 7)]).await;
    for (route, body) in ROUTES {
        let named = if route.contains("products") { "product" } else { "order" };
        for id in MISSPELLED {
            let answer = server.answer(wire::json_request(&route.replace("{id}", id), body));
            let detail = format!(
                "{named} id {id:?} is not a whole number from 1 to 9223372036854775807 in plain digits"
            );
            let expected = json!({
                "type": "urn:problem:orders:malformed", "title": "Bad Request", "status": 400, "detail": detail,
            });
            assert_eq!(answer.problem(400), expected, "{route} {id}");
        }
    }
    assert_eq!(server.get(1, "/orders/1").await.order(200), placed);
}

#[tokio::test]
async fn the_largest_id_is_an_id_like_any_other() {
    let server = Server::start();
    for (route, body) in ROUTES {
        let answer = server.answer(wire::json_request(&route.replace("{id}", &i64::MAX.to_string()), body));
        answer.problem(if route.contains("products") { 404 } else { 401 });
    }
}

#[tokio::test]
async fn a_misspelled_id_in_a_path_says_nothing_to_somebody_without_a_user() {
    let server = Server::start();
    for (route, body) in ROUTES.iter().filter(|(route, _)| route.contains("orders")) {
        let answer = server.answer(wire::head(&route.replace("{id}", "01"), &["Content-Length: 0"]));
        assert_eq!(answer.problem(401)["type"], "urn:problem:orders:unauthorized", "{route} {body}");
    }
}

#[tokio::test]
async fn a_missing_misspelled_repeated_or_unknown_user_is_401() {
    let server = Server::start();
    server.place(1, &[(9, 7)]).await;
    let unauthorized = |headers: &[u8], why: &str| {
        for (route, _) in ROUTES.iter().filter(|(route, _)| route.contains("orders")) {
            let line = format!(
                "{} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n",
                route.replace("{id}", "1")
            );
            let answer = server.answer([line.as_bytes(), headers, b"\r\n"].concat());
            let expected = json!({
                "type": "urn:problem:orders:unauthorized", "title": "Unauthorized", "status": 401,
                "detail": format!("the header user_id {why}"),
            });
            assert_eq!(answer.problem(401), expected, "{}", String::from_utf8_lossy(headers));
            assert_eq!(answer.header("www-authenticate"), r#"UserId realm="orders", header="user_id""#);
        }
    };
    unauthorized(b"", "is missing");
    unauthorized(b"user-id: 1\r\nuserId: 1\r\n", "is missing");
    unauthorized(b"user_id: 1\r\nuser_id: 1\r\n", "is repeated");
    let others: [&[u8]; 6] = [b"", b"4", b"999", b"9223372036854775807", b"1 1", b"\xff"];
    for user in MISSPELLED.map(str::as_bytes).into_iter().chain(others) {
        unauthorized(&[b"user_id: ", user, b"\r\n"].concat(), "names no user");
    }
}

#[tokio::test]
async fn the_name_of_the_user_header_has_no_case_and_its_value_no_margins() {
    let server = Server::start();
    server.place(1, &[(9, 7)]).await;
    for header in ["USER_ID: 1", "User_Id:1", "user_id:  \t1  "] {
        server.answer(wire::head("GET /orders/1", &[header])).order(200);
    }
}

#[tokio::test]
async fn a_misspelled_parameter_of_a_list_is_no_id_either() {
    let server = Server::start();
    for id in MISSPELLED.into_iter().filter(|id| *id != "%31") {
        // 0 is what a client has seen that has seen nothing.
        for name in ["after", "userId"].into_iter().filter(|name| (*name, id) != ("after", "0")) {
            let answer = server.answer(wire::head(&format!("GET /orders?{name}={id}"), &[]));
            assert_eq!(answer.pointers(400), [format!("/{name}")], "{id}");
        }
    }
}

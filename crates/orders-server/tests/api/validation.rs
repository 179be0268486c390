//! What is refused in the body of `POST /orders`: every fault at once, each with its pointer.

use serde_json::{Value, json};

use crate::{
    support::{Server, products},
    wire::json_request,
};

/// Posts the body and sees it refused with faults at these pointers, and nothing placed.
async fn assert_refused(server: &Server, body: &str, status: u16, pointers: &[&str]) {
    let answer = server.post(1, body).await;
    assert_eq!(answer.pointers(status), pointers, "{body}: {}", answer.text());
}

#[tokio::test]
async fn all_faults_of_a_body_are_named_at_once() {
    let server = Server::start();
    let body = json!({
        "products": [
            {"id": 9, "quantity": 7},
            {"id": 77, "quantity": 1},
            {"id": 0, "quantity": 100_001},
            {"quantity": 0, "colour": "red"},
            {"id": 78},
            {"id": 9, "quantity": 99_994},
        ],
        "a~b/c": true,
    });
    let problem = server.post(1, body.to_string()).await.problem(422);
    assert_eq!(
        problem,
        json!({
            "type": "urn:problem:orders:invalid",
            "title": "Unprocessable Entity",
            "status": 422,
            "detail": "the request is well-formed but invalid",
            "errors": [
                {"pointer": "/a~0b~1c", "detail": "\"a~b/c\" is not known here"},
                {"pointer": "/products/2/id",
                    "detail": "product id \"0\" is not a whole number from 1 to 9223372036854775807 in plain digits"},
                {"pointer": "/products/2/quantity", "detail": "quantity 100001 is not from 1 to 100000"},
                {"pointer": "/products/3/colour", "detail": "\"colour\" is not known here"},
                {"pointer": "/products/3/id", "detail": "id is missing"},
                {"pointer": "/products/3/quantity", "detail": "quantity 0 is not from 1 to 100000"},
                {"pointer": "/products/4/quantity", "detail": "quantity is missing"},
                {"pointer": "/products/5/quantity", "detail": "quantity 100001 is not from 1 to 100000"},
                {"pointer": "/products/1/id", "detail": "product 77 does not exist"},
            ],
        })
    );
}

#[tokio::test]
async fn a_wrong_type_makes_it_400_and_the_other_faults_are_named_all_the_same() {
    let server = Server::start();
    assert_refused(
        &server,
        r#"{"products": [{"id": "9", "quantity": 7}, {"id": 77, "quantity": 1}, {"id": 9, "quantity": 0}, 7]}"#,
        400,
        &["/products/0/id", "/products/2/quantity", "/products/3", "/products/1/id"],
    )
    .await;
}

#[tokio::test]
async fn a_repeated_key_is_400_and_the_other_faults_are_named_all_the_same() {
    let server = Server::start();
    for (body, pointers) in [
        (r#"{"products": [], "products": [{"id": 9, "quantity": 1}]}"#, &["/products"][..]),
        (r#"{"products": [{"id": 9, "id": 9, "quantity": 1}]}"#, &["/products/0/id"]),
        (r#"{"products": [{"id": 9, "\u0069d": 9, "quantity": 1}]}"#, &["/products/0/id"]),
        (r#"{"products": [{"id": 9, "quantity": 1}], "x": [{"y": 1, "y": 1}]}"#, &["/x/0/y", "/x"]),
        (
            r#"{"products": [{"id": 9, "id": 9, "quantity": 0}, {"id": 77, "quantity": 1}]}"#,
            &["/products/0/id", "/products/0/quantity", "/products/1/id"],
        ),
    ] {
        assert_refused(&server, body, 400, pointers).await;
    }
}

#[tokio::test]
async fn a_repeated_key_is_400_on_the_other_routes_too() {
    let server = Server::start();
    server.place(1, &[(9, 7)]).await;
    for (route, body, pointers) in [
        ("PATCH /orders/1/status", r#"{"status": "shipped", "status": "cancelled"}"#, &["/status"][..]),
        (
            "PATCH /orders/1/tracking",
            r#"{"shippingProvider": "UPS", "shippingProvider": "UPS", "trackingNumber": ""}"#,
            &["/shippingProvider", "/trackingNumber"],
        ),
    ] {
        assert_eq!(server.answer(json_request(route, body)).pointers(400), pointers, "{route}");
    }
    assert_eq!(server.get(1, "/orders/1").await.version(), 1);
}

#[tokio::test]
async fn json_of_another_shape_is_400_at_the_place_where_it_differs() {
    let server = Server::start();
    for body in ["null", "true", "7", "7.5", "\"products\"", "[]", "[[9, 7]]", "[{\"id\": 9}]"] {
        assert_refused(&server, body, 400, &[""]).await;
    }
    for list in ["null", "{}", "7", "\"9\"", "{\"0\": {\"id\": 9, \"quantity\": 7}}"] {
        assert_refused(&server, &format!(r#"{{"products": {list}}}"#), 400, &["/products"]).await;
    }
    for line in ["null", "9", "[9, 7]", "[]", "\"9\"", "false"] {
        assert_refused(&server, &format!(r#"{{"products": [{line}]}}"#), 400, &["/products/0"]).await;
    }
    for number in
        ["\"7\"", "null", "true", "[7]", "{}", "7.5", "-7.5", "1e-1", "1.00000000000000000001", "1e-400"]
    {
        let body = format!(r#"{{"products": [{{"id": {number}, "quantity": {number}}}]}}"#);
        assert_refused(&server, &body, 400, &["/products/0/id", "/products/0/quantity"]).await;
    }
}

#[tokio::test]
async fn a_number_that_is_refused_is_said_as_it_was_written() {
    let server = Server::start();
    let long = format!("1.{}1", "0".repeat(1000));
    let cut = format!("{}…", &long[..256]);
    for (number, status, said) in [
        ("1.00000000000000000001", 400, "1.00000000000000000001 is not a whole number"),
        ("1.50", 400, "1.50 is not a whole number"),
        ("1e30", 422, "1e30 is out of range"),
        (&*long, 400, &*format!("{cut} is not a whole number")),
    ] {
        let answer = server.post(1, format!(r#"{{"products":[{{"id":9,"quantity":{number}}}]}}"#)).await;
        assert_eq!(answer.problem(status)["errors"][0]["detail"], format!("quantity {said}"), "{number}");
    }
}

#[tokio::test]
async fn missing_unknown_and_out_of_range_are_422() {
    let server = Server::start();
    for (body, pointers) in [
        ("{}", &["/products"][..]),
        (r#"{"Products": []}"#, &["/Products", "/products"]),
        (r#"{"products": []}"#, &["/products"]),
        (r#"{"products": [{}]}"#, &["/products/0/id", "/products/0/quantity"]),
        (r#"{"products": [{"id": 9, "quantity": 7, "price": 1}]}"#, &["/products/0/price"]),
        (r#"{"products": [{"productId": 9, "quantity": 7}]}"#, &["/products/0/productId", "/products/0/id"]),
        (r#"{"products": [{"id": 9, "quantity": 7}], "userId": 2}"#, &["/userId"]),
        (r#"{"products": [{"id": 9, "quantity": 7}], "": 2}"#, &["/"]),
    ] {
        assert_refused(&server, body, 422, pointers).await;
    }
    for number in [
        "0",
        "-0",
        "0.0",
        "-1",
        "9.3e18",
        "-9223372036854775808",
        "9223372036854775808",
        "-9223372036854775809",
        "1e30",
    ] {
        let body = format!(r#"{{"products": [{{"id": {number}, "quantity": {number}}}]}}"#);
        assert_refused(&server, &body, 422, &["/products/0/id", "/products/0/quantity"]).await;
    }
    for quantity in ["100001", "4294967296", "4294967303", "9223372036854775807"] {
        let body = format!(r#"{{"products": [{{"id": 9, "quantity": {quantity}}}]}}"#);
        assert_refused(&server, &body, 422, &["/products/0/quantity"]).await;
    }
    for product in ["11", "9e18", "9223372036854775807"] {
        let body = format!(r#"{{"products": [{{"id": {product}, "quantity": 1}}]}}"#);
        assert_refused(&server, &body, 422, &["/products/0/id"]).await;
    }
}

#[tokio::test]
async fn a_hundred_and_one_lines_are_too_many_even_of_one_product() {
    let server = Server::start();
    assert_refused(&server, &products(&[(9, 1); 101]).to_string(), 422, &["/products"]).await;
}

#[tokio::test]
async fn a_merged_quantity_past_the_limit_is_refused_at_the_line_that_passes_it() {
    let server = Server::start();
    let lines = [(9, 60_000), (1, 1), (9, 40_000), (9, 1)];
    assert_refused(&server, &products(&lines).to_string(), 422, &["/products/3/quantity"]).await;
}

#[tokio::test]
async fn what_is_not_json_is_400_without_pointers() {
    let server = Server::start();
    for body in [" ", "{", "{]", "NaN", "{'products': []}", "{\"products\": [1,]}", "{} {}", "\u{feff}{}"] {
        let problem = server.post(1, body).await.problem(400);
        assert_eq!(problem["type"], "urn:problem:orders:malformed", "{body}");
        assert_eq!(problem["errors"], Value::Null, "{body}");
    }
}

#[tokio::test]
async fn a_refused_body_places_nothing_and_takes_no_number() {
    let server = Server::start();
    for body in ["{}", "[]", "{", r#"{"products": [{"id": 77, "quantity": 1}]}"#] {
        assert!([400, 422].contains(&server.post(1, body).await.status), "{body}");
    }
    assert_eq!(server.list("/orders").await, [Value::Null; 0]);
    assert_eq!(server.place(1, &[(9, 7)]).await["id"], 1);
}

//! `GET /orders` as CSV.

use reqwest::Method;
use serde_json::json;

use crate::{answer::Answer, listing::seeded, support::Server};

const HEADER: &str = "orderId,userId,orderDate,updatedAt,status,fulfillment,marketplace,currency,total,currentTotal,lineId,productId,name,model,price,quantity,shippingProvider,trackingNumber,externalId,placedAt";

async fn csv(server: &Server, path: &str) -> Answer {
    Answer::to(server.anyone(Method::GET, path).header("accept", "text/csv")).await
}

#[tokio::test]
async fn each_line_of_each_order_is_a_row_of_exact_bytes() {
    let server = Server::start();
    let first = server.place(1, &[(9, 7), (1, 1)]).await;
    let tracking = json!({"shippingProvider": "=cmd|' /C calc'!A0", "trackingNumber": "a \"b\", c"});
    let tracked = server.patch(1, "/orders/1/tracking", &tracking).await.order(200);
    let second = server.place(2, &[(3, 1)]).await;
    let (placed, updated) = (first["orderDate"].as_str().unwrap(), tracked["updatedAt"].as_str().unwrap());
    let later = second["orderDate"].as_str().unwrap();
    let order = format!("1,1,{placed},{updated},pending,unfulfilled,default,USD,153.92,153.92");
    let parcel = "'=cmd|' /C calc'!A0,\"a \"\"b\"\", c\"";
    let answer = csv(&server, "/orders").await;
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert_eq!((answer.header("vary"), answer.header("link")), ("accept", ""));
    let expected = format!(
        "{HEADER}\r\n{order},1,9,Bamboo cutting board,,19.99,7,{parcel},,\r\n{order},2,1,Ceramic mug,,13.99,1,{parcel},,\r\n\
         2,2,{later},{later},pending,unfulfilled,default,USD,8.99,8.99,101,3,\"Notebook, dotted, A5\",,8.99,1,,,,\r\n"
    );
    assert_eq!(answer.text(), expected);
    let raw = csv(&server, "/orders?raw=true").await;
    assert_eq!(raw.text(), expected.replace("'=cmd", "=cmd"));
    assert_eq!(csv(&server, "/orders?raw=false").await.text(), expected);
    assert_eq!(csv(&server, "/orders?raw=yes").await.pointers(400), ["/raw"]);
}

#[tokio::test]
async fn without_orders_there_is_the_header_and_head_is_the_head_alone() {
    let server = Server::start();
    assert_eq!(csv(&server, "/orders").await.text(), format!("{HEADER}\r\n"));
    let head = Answer::to(server.anyone(Method::HEAD, "/orders").header("accept", "text/csv")).await;
    assert_eq!((head.status, head.text()), (200, String::new()));
    assert_eq!(head.header("content-type"), "text/csv; charset=utf-8; header=present");
}

#[tokio::test]
async fn filters_sort_and_after_hold_as_for_the_list_and_the_limit_plays_no_part() {
    let (server, _place) = seeded(1100);
    for query in ["limit=1", "status=delivered&sort=-id", "after=1050", "sort=-updatedAt", "productId=9"] {
        let stream =
            server.anyone(Method::GET, &format!("/orders?{query}")).header("accept", "application/x-ndjson");
        let orders = Answer::to(stream).await.text();
        let expected: Vec<_> = orders
            .lines()
            .flat_map(|line| {
                let order: serde_json::Value = serde_json::from_str(line).unwrap();
                let lines = order["orderProduct"].as_array().unwrap().clone();
                lines.into_iter().map(move |line| (order["id"].to_string(), line["id"].to_string()))
            })
            .collect();
        let text = csv(&server, &format!("/orders?{query}")).await.text();
        let mut rows = csv::Reader::from_reader(text.as_bytes());
        let cells = |row: csv::Result<csv::StringRecord>| {
            let row = row.unwrap();
            assert_eq!(row.len(), 20, "{row:?}");
            (row[0].to_owned(), row[10].to_owned())
        };
        assert_eq!(rows.records().map(cells).collect::<Vec<_>>(), expected, "{query}");
        assert!(expected.len() > 50, "{query}");
    }
}

#[tokio::test]
async fn only_who_prefers_csv_gets_it() {
    let server = Server::start();
    for (accept, media_type) in [
        ("text/csv", "text/csv; charset=utf-8; header=present"),
        ("text/csv;q=0.9, application/json;q=0.1", "text/csv; charset=utf-8; header=present"),
        ("text/csv, */*", "application/json"),
        ("text/csv, application/json", "application/json"),
        ("text/csv;q=0.5, application/x-ndjson", "application/x-ndjson"),
    ] {
        let answer = Answer::to(server.anyone(Method::GET, "/orders").header("accept", accept)).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, media_type), "{accept}");
    }
    let events = server.user(100, Method::GET, "/events").header("accept", "text/csv");
    assert_eq!(Answer::to(events).await.status, 406);
}

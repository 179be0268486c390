//! The feed as an `AsyncAPI` document, made from the table of event types.

use orders_domain::EventType;
use serde_json::{Map, Value, json};

/// The document as it is served.
#[must_use]
pub fn document() -> Value {
    let named = |of: fn(EventType) -> Value| -> Map<String, Value> {
        EventType::ALL.into_iter().map(|kind| (kind.as_str().to_owned(), of(kind))).collect()
    };
    json!({
        "asyncapi": "3.1.0",
        "info": {
            "title": "Events of orders",
            "version": "1.0.0",
            "description": "Each event is a CloudEvent 1.0 in JSON. Ids ascend in the order in which events can be \
                read: whoever has seen one never finds an earlier one afterwards that was not there.",
        },
        "defaultContentType": "application/json",
        "channels": {
            "events": {
                "address": "/events",
                "description": "As server-sent events for Accept: text/event-stream, as pages in JSON, or as ndjson.",
                "messages": named(|kind| json!({"$ref": format!("#/components/messages/{kind}")})),
            },
        },
        "operations": {
            "follow": {
                "action": "receive",
                "channel": {"$ref": "#/channels/events"},
                "summary": "Follow what happens",
            },
        },
        "components": {"messages": named(message)},
    })
}

fn message(kind: EventType) -> Value {
    json!({
        "name": kind.as_str(),
        "summary": kind.about(),
        "description": format!("Caused by: {}.", kind.caused_by().join(", ")),
        "contentType": "application/json",
        "payload": {
            "type": "object",
            "required": ["specversion", "id", "source", "type", "subject", "time", "data"],
            "properties": {
                "specversion": {"const": "1.0"},
                "id": {"type": "string"},
                "source": {"type": "string"},
                "type": {"const": kind.as_str()},
                "subject": {"type": "string", "examples": [about(kind).1]},
                "time": {"type": "string", "format": "date-time"},
                "timestamp": {"type": "string", "format": "date-time"},
                "sequence": {"type": "string", "pattern": "^[0-9]{19}$"},
                "traceparent": {
                    "type": "string",
                    "pattern": "^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$",
                    "description": "the trace of the request that caused it; not there where that was a part of none",
                },
                "datacontenttype": {"const": "application/json"},
                "data": data(kind),
            },
        },
    })
}

/// To what it happens: its members in `data`, and its name as an example.
fn about(kind: EventType) -> (&'static [(&'static str, &'static str)], &'static str) {
    match kind.parts().0 {
        "product" => (&[("productId", "integer")], "products/9"),
        "stock" => (&[("productId", "integer"), ("location", "string")], "stock/9/MAIN"),
        "location" => (&[("location", "string")], "locations/MAIN"),
        "webhook" => (&[("webhookId", "integer")], "webhooks/3"),
        "marketplace" => (&[("marketplace", "string")], "marketplaces/de"),
        "listing" => (&[("productId", "integer"), ("marketplace", "string")], "listings/9/de"),
        "text" => (&[("productId", "integer"), ("locale", "string")], "texts/9/-/de"),
        _ => (&[("orderId", "integer"), ("marketplace", "string")], "orders/7"),
    }
}

/// The form of a member of `data`.
fn member(kind: EventType, name: &str) -> Value {
    match (kind.parts().0, name) {
        (_, "lines") => json!({"type": "array", "items": {"type": "object", "properties": {
            "productId": {"type": "integer", "format": "int64"},
            "quantity": {"type": "integer"},
        }}}),
        (_, "orders") => {
            json!({"type": "array", "maxItems": 100, "items": {"type": "integer", "format": "int64"}})
        }
        ("product" | "location" | "webhook" | "marketplace" | "listing" | "text", "from" | "to") => {
            json!({"type": "object"})
        }
        ("webhook", "skipped") => json!({"type": "boolean"}),
        ("webhook", "after" | "until") => json!({"type": ["string", "null"]}),
        ("stock", "target") => json!({"type": "string"}),
        ("stock", _) => json!({"type": "integer", "format": "int64"}),
        _ => json!({"type": "string"}),
    }
}

fn data(kind: EventType) -> Value {
    let (names, _) = about(kind);
    let mut properties = Map::new();
    for (name, form) in names.iter().chain(&[("version", "integer")]) {
        let schema =
            if *form == "integer" { json!({"type": form, "format": "int64"}) } else { json!({"type": form}) };
        properties.insert((*name).to_owned(), schema);
    }
    if kind.parts().0 == "text" {
        let marketplace = json!({"type": "string", "description": "where it is called so; not there of all"});
        properties.insert("marketplace".to_owned(), marketplace);
    }
    for of_data in kind.data() {
        let mut schema = member(kind, of_data.name);
        schema["description"] = of_data.about.into();
        properties.insert(of_data.name.to_owned(), schema);
    }
    let actor = json!({"type": "object", "required": ["kind"], "properties": {
        "kind": {"enum": kind.caused_by()},
        "id": {"type": "string"},
    }});
    properties.insert("actor".to_owned(), actor);
    let required: Vec<_> = names.iter().map(|(name, _)| *name).chain(["version", "actor"]).collect();
    json!({"type": "object", "required": required, "properties": properties})
}

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
                "summary": "Follow what happens to all orders",
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
                "subject": {"type": "string", "examples": ["orders/7"]},
                "time": {"type": "string", "format": "date-time"},
                "timestamp": {"type": "string", "format": "date-time"},
                "sequence": {"type": "string", "pattern": "^[0-9]{19}$"},
                "datacontenttype": {"const": "application/json"},
                "data": data(kind),
            },
        },
    })
}

fn data(kind: EventType) -> Value {
    let mut properties = Map::new();
    properties.insert("orderId".to_owned(), json!({"type": "integer", "format": "int64"}));
    properties.insert("version".to_owned(), json!({"type": "integer", "format": "int64"}));
    for member in kind.data() {
        let mut schema = match member.name {
            "lines" => json!({"type": "array", "items": {"type": "object", "properties": {
                "productId": {"type": "integer", "format": "int64"},
                "quantity": {"type": "integer"},
            }}}),
            _ => json!({"type": "string"}),
        };
        schema["description"] = member.about.into();
        properties.insert(member.name.to_owned(), schema);
    }
    let actor = json!({"type": "object", "required": ["kind"], "properties": {
        "kind": {"enum": kind.caused_by()},
        "id": {"type": "string"},
    }});
    properties.insert("actor".to_owned(), actor);
    json!({"type": "object", "required": ["orderId", "version", "actor"], "properties": properties})
}

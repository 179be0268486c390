//! What is taken of a key set.

use super::{super::keys::KeySet, *};

const ALL: [TokenAlgorithm; 3] = [TokenAlgorithm::Rs256, TokenAlgorithm::Es256, TokenAlgorithm::EdDsa];

fn set(keys: &[Value], allowed: &[TokenAlgorithm]) -> KeySet {
    KeySet::parse(json!({ "keys": keys }).to_string().as_bytes(), allowed).unwrap()
}

fn with(jwk: &Value, name: &str, value: Value) -> Value {
    let mut jwk = jwk.clone();
    jwk[name] = value;
    jwk
}

#[test]
fn keys_for_other_purposes_and_malformed_ones_are_passed_over() {
    let (rsa, ec, ed) = (SigningKey::rsa().jwk, SigningKey::es256("ec").jwk, SigningKey::eddsa("ed").jwk);
    let bad = [
        with(&rsa, "use", "enc".into()),
        with(&rsa, "alg", "PS256".into()),
        with(&rsa, "alg", "RS512".into()),
        with(&rsa, "alg", "RSA-OAEP".into()),
        with(&rsa, "alg", "HS256".into()),
        with(&rsa, "n", 7.into()),
        with(&rsa, "n", "no base64!".into()),
        with(&rsa, "key_ops", json!(["encrypt"])),
        with(&ec, "crv", "P-384".into()),
        with(&ec, "alg", "EdDSA".into()),
        with(&ed, "crv", "X25519".into()),
        with(&ed, "alg", "ES256".into()),
        json!({"kty": "oct", "k": "c2VjcmV0", "alg": "HS256", "kid": "rsa"}),
        json!({"kty": "EC"}),
        json!({}),
        json!("key"),
        Value::Null,
    ];
    assert_eq!(set(&bad, &ALL).len(), 0);
    let all: Vec<_> = bad.into_iter().chain([rsa, ec, ed]).collect();
    assert_eq!(set(&all, &ALL).len(), 3);
    assert_eq!(set(&all, &[TokenAlgorithm::Es256]).len(), 1);
}

#[test]
fn what_is_no_key_set_is_not_taken_for_an_empty_one() {
    for text in ["", "{}", "[]", "null", r#"{"keys": {}}"#, r#"{"keys": null}"#, "<html>"] {
        assert!(KeySet::parse(text.as_bytes(), &ALL).is_none(), "{text}");
    }
}

#[test]
fn without_a_key_id_only_the_one_key_of_a_kind_is_meant() {
    let (one, two, rsa) = (SigningKey::es256("1").jwk, SigningKey::es256("2").jwk, SigningKey::rsa().jwk);
    let set = set(&[one, two, rsa], &ALL);
    let found = |kid, algorithm| set.candidates(kid, algorithm).len();
    assert_eq!(found(Some("1"), TokenAlgorithm::Es256), 1);
    assert_eq!(found(Some("3"), TokenAlgorithm::Es256), 0);
    assert_eq!(found(None, TokenAlgorithm::Es256), 0);
    assert_eq!(found(None, TokenAlgorithm::Rs256), 1);
    assert_eq!(found(Some("1"), TokenAlgorithm::Rs256), 0);
}

#[test]
fn only_asymmetric_algorithms_can_be_allowed() {
    for word in ["RS256", "ES256", "EdDSA"] {
        assert_eq!(word.parse::<TokenAlgorithm>().unwrap().as_str(), word);
    }
    for word in ["none", "HS256", "hs256", "rs256", "RS512", "", "*"] {
        let error = word.parse::<TokenAlgorithm>().unwrap_err().to_string();
        assert_eq!(error, format!("algorithm {word:?} is not one of RS256, ES256, EdDSA"));
    }
}

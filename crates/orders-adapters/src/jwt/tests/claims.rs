//! What a well-signed token must claim, and what it must not.

use super::*;

const ISS: &str = "https://issuer.example/";

fn judge_by(rules: &TokenRules, text: &str) -> Result<Session, &'static str> {
    let Ok(Value::Object(claims)) = serde_json::from_str(text) else {
        return Err("the claims are no JSON object");
    };
    let now = DateTime::from_timestamp(START, 0).unwrap();
    rules.session(false, &claims, now).map_err(|Refused(reason)| reason)
}

/// What comes of honest claims after one was set to this JSON, or removed.
fn judge(name: &str, json: Option<&str>) -> Result<User, &'static str> {
    judge_by(&rules(ISS), &changed(name, json)).map(|session| session.user)
}

fn changed(name: &str, json: Option<&str>) -> String {
    let mut honest = claims(ISS);
    honest.as_object_mut().unwrap().remove(name);
    let text = honest.to_string();
    json.map_or(text.clone(), |json| format!("{}, {name:?}: {json}}}", &text[..text.len() - 1]))
}

#[test]
fn the_time_must_be_right_but_for_the_leeway() {
    let at = |seconds: i64| (START + seconds).to_string();
    for (name, json, expected) in [
        ("exp", at(-29), Ok(())),
        ("exp", at(-30), Err("expired")),
        ("exp", format!("{}.5", START - 30), Ok(())),
        ("exp", "0".to_owned(), Err("expired")),
        ("exp", "1e10".to_owned(), Ok(())),
        ("nbf", at(30), Ok(())),
        ("nbf", at(31), Err("not yet valid")),
        ("nbf", "0".to_owned(), Ok(())),
        ("iat", at(30), Ok(())),
        ("iat", at(31), Err("not yet valid")),
    ] {
        assert_eq!(judge(name, Some(&json)).map(drop), expected, "{name} {json}");
    }
    assert_eq!(judge("exp", None), Err("exp is missing"));
    for name in ["nbf", "iat"] {
        assert_eq!(judge(name, None), Ok(seven()), "no large provider sends nbf");
    }
    for name in ["exp", "nbf", "iat"] {
        for json in
            [r#""1795345200""#, "1e300", "-1", "null", "true", "[1795345200]", "{}", "18446744073709551615"]
        {
            assert_eq!(judge(name, Some(json)), Err("a time is no number of seconds"), "{name} {json}");
        }
        assert_eq!(judge(name, Some("1e400")), Err("the claims are no JSON object"), "{name}");
    }
}

#[test]
fn issuer_audience_and_subject_must_be_there_and_right() {
    for json in [
        None,
        Some("null"),
        Some(r#""""#),
        Some(r#""https://issuer.example""#),
        Some(r#""https://ISSUER.example/""#),
        Some(r#""https://issuer.example/x""#),
        Some(r#"["https://issuer.example/"]"#),
    ] {
        assert_eq!(judge("iss", json), Err("iss is another"), "{json:?}");
    }
    for json in [r#""shop""#, r#"["other", "orders"]"#] {
        assert_eq!(judge("aud", Some(json)), Ok(seven()), "{json}");
    }
    for json in [
        None,
        Some("null"),
        Some(r#""""#),
        Some("[]"),
        Some(r#""Orders""#),
        Some(r#""orders shop""#),
        Some(r#"{"orders": 1}"#),
        Some(r#"[["orders"]]"#),
    ] {
        assert_eq!(judge("aud", json), Err("it is meant for somebody else"), "{json:?}");
    }
    for json in [None, Some("null"), Some(r#""""#), Some("7.5"), Some("true"), Some("[]")] {
        assert_eq!(judge("sub", json), Err("sub is missing"), "{json:?}");
    }
    assert_eq!(judge_by(&rules(ISS), &changed("sub", Some("7"))).unwrap().user.id().get(), 7);
    // One that is no user id is nobody's matter, unless it is the user's claim.
    let rules = TokenRules { user_claim: "custom:user_id".to_owned(), ..rules(ISS) };
    for json in ["-1", "18446744073709551615"] {
        let claims =
            changed("custom:user_id", Some("42")).replace(r#""sub":"7""#, &format!(r#""sub":{json}"#));
        assert!(judge_by(&rules, &claims).is_ok(), "{claims}");
    }
}

#[test]
fn the_user_claim_holds_a_user_id_as_the_contract_spells_it() {
    let rules = TokenRules { user_claim: "custom:user_id".to_owned(), ..rules(ISS) };
    for (json, id) in [(r#""42""#, 42), ("42", 42), (r#""9223372036854775807""#, i64::MAX)] {
        let session = judge_by(&rules, &changed("custom:user_id", Some(json))).unwrap();
        assert_eq!(session.user.id().get(), id);
    }
    for json in [
        None,
        Some("null"),
        Some(r#""""#),
        Some(r#""0""#),
        Some(r#""042""#),
        Some(r#""+42""#),
        Some(r#"" 42""#),
        Some(r#""4e1""#),
        Some("42.0"),
        Some("-42"),
        Some("0"),
        Some("9223372036854775808"),
        Some(r#"["42"]"#),
        Some(r#""0b9e5c1a-6c1f-4d5e-9d3a-1f2e3d4c5b6a""#),
    ] {
        let refused = judge_by(&rules, &changed("custom:user_id", json));
        assert_eq!(refused, Err("the user claim holds no user id"), "{json:?}");
    }
}

#[test]
fn id_tokens_and_others_are_no_access_tokens() {
    for (name, json) in [
        ("token_use", r#""id""#),
        ("token_use", "null"),
        ("typ", r#""ID""#),
        ("typ", r#""Refresh""#),
        ("typ", r#""Offline""#),
        ("typ", "1"),
        ("nonce", r#""n""#),
        ("at_hash", r#""h""#),
        ("c_hash", r#""h""#),
        ("events", "{}"),
    ] {
        assert_eq!(judge(name, Some(json)), Err("it is no access token"), "{name} {json}");
    }
    for (name, json) in
        [("token_use", r#""access""#), ("typ", r#""Bearer""#), ("typ", r#""Bearer", "nonce": "n""#)]
    {
        assert_eq!(judge(name, Some(json)), Ok(seven()), "{name} {json}");
    }
    let hybrid = judge("typ", Some(r#""Bearer", "at_hash": "h""#));
    assert_eq!(hybrid, Err("it is no access token"));
}

#[test]
fn cognitos_access_tokens_are_taken_when_that_is_configured() {
    let cognito = TokenRules { audience_claim: AudienceClaim::ClientId, ..rules(ISS) };
    let judge = |more: &str| {
        let honest = changed("aud", None);
        judge_by(&cognito, &format!("{}{more}}}", &honest[..honest.len() - 1])).map(|session| session.user)
    };
    assert_eq!(judge(r#", "client_id": "shop", "token_use": "access""#), Ok(seven()));
    for more in [
        "",
        r#", "client_id": "shop""#,
        r#", "client_id": "shop", "token_use": "id""#,
        r#", "client_id": "other", "token_use": "access""#,
        r#", "client_id": ["shop"], "token_use": "access""#,
        r#", "aud": "shop", "token_use": "access""#,
        r#", "aud": "shop", "token_use": "id""#,
    ] {
        assert_eq!(judge(more), Err("it is meant for somebody else"), "{more}");
    }
    // And without that configuration `client_id` is no audience.
    let refused = judge_by(
        &rules(ISS),
        &changed("aud", None).replace("\"sub\"", r#""client_id":"orders","token_use":"access","sub""#),
    );
    assert_eq!(refused, Err("it is meant for somebody else"));
}

#[test]
fn scopes_stand_in_scope_or_scp_as_words_or_a_list() {
    let prefixed = TokenRules { scope_prefix: "shop/".to_owned(), ..rules(ISS) };
    for (rules, name, json, expected) in [
        (&rules(ISS), "scope", Some(r#""orders:read orders:create""#), "orders:create orders:read"),
        (&rules(ISS), "scope", Some(r#"["orders:read", 7, "x"]"#), "orders:read"),
        (&rules(ISS), "scope", Some(r#""orders:readorders:create,orders:admin""#), ""),
        (&rules(ISS), "scope", Some("null"), ""),
        (&rules(ISS), "scope", None, ""),
        (&rules(ISS), "scope", Some(r#""openid", "scp": "orders:admin""#), ""),
        (&prefixed, "scope", Some(r#""shop/orders:read orders:admin""#), "orders:read"),
    ] {
        let session = judge_by(rules, &changed(name, json)).unwrap();
        assert_eq!(session.user.scopes().to_string(), expected, "{json:?}");
    }
    let mut other = claims(ISS);
    other.as_object_mut().unwrap().remove("scope");
    other["scp"] = json!(["orders:cancel", "orders:fulfil"]);
    let session = judge_by(&rules(ISS), &other.to_string()).unwrap();
    assert_eq!(session.user.scopes().to_string(), "orders:cancel orders:fulfil");
}

#[test]
fn a_user_is_at_home_where_a_claim_says_that_is_a_code() {
    for (json, expected) in [
        (Some(r#""de""#), Some("de")),
        (Some(r#""eu-north-1""#), Some("eu-north-1")),
        (Some(r#""DE""#), None),
        (Some(r#""""#), None),
        (Some(r#"["de"]"#), None),
        (Some("7"), None),
        (Some("null"), None),
        (None, None),
    ] {
        let mut claims = claims(ISS);
        if let Some(json) = json {
            claims["marketplace"] = serde_json::from_str(json).unwrap();
        }
        let user = judge_by(&rules(ISS), &claims.to_string()).unwrap().user;
        assert_eq!(user.marketplace(), expected.and_then(|code| code.parse().ok()), "{json:?}");
    }
    let elsewhere = TokenRules { marketplace_claim: "custom:shop".to_owned(), ..rules(ISS) };
    let mut claims = claims(ISS);
    claims["marketplace"] = json!("de");
    claims["custom:shop"] = json!("fr");
    let user = judge_by(&elsewhere, &claims.to_string()).unwrap().user;
    assert_eq!(user.marketplace(), "fr".parse().ok());
}

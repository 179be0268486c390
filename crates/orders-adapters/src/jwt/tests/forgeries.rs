//! Every known way to forge a token; each must be refused, and for the reason that is meant.

use jsonwebtoken::{Algorithm, EncodingKey};

use super::{
    issuer::{encoded, pem, signed_by},
    *,
};

const ISS: &str = "https://issuer.example";

struct Bench {
    rsa: SigningKey,
    es256: SigningKey,
    eddsa: SigningKey,
    authenticator: JwtAuthenticator,
    _keys: tempfile::TempDir,
}

/// Keys of all three kinds in a file, and who trusts them.
fn bench() -> Bench {
    let (rsa, es256, eddsa) = (SigningKey::rsa(), SigningKey::es256("ec"), SigningKey::eddsa("ed"));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keys.json");
    std::fs::write(&file, json!({"keys": [rsa.jwk, es256.jwk, eddsa.jwk]}).to_string()).unwrap();
    let authenticator =
        JwtAuthenticator::new(rules(ISS), KeySource::File(file), Arc::new(Revoked::default()), clock())
            .unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(authenticator.fetch_keys()).unwrap();
    Bench { rsa, es256, eddsa, authenticator, _keys: folder }
}

impl Bench {
    fn verify(&self, token: &str) -> Result<User, &'static str> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let verified = runtime.block_on(self.authenticator.verify(token, self.authenticator.clock.now()));
        verified.unwrap().map(|session| session.user).map_err(|Refused(reason)| reason)
    }

    /// Checks that each token is refused for its reason, by the port too.
    fn refuse_all(&self, forgeries: Vec<(String, String, &'static str)>) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for (what, token, reason) in forgeries {
            assert_eq!(self.verify(&token), Err(reason), "{what}");
            assert_eq!(runtime.block_on(self.authenticator.authenticate(&token)).unwrap(), None, "{what}");
        }
    }
}

fn with(mut object: Value, name: &str, value: Value) -> Value {
    object[name] = value;
    object
}

fn without(mut object: Value, name: &str) -> Value {
    object.as_object_mut().unwrap().remove(name);
    object
}

#[test]
fn honest_tokens_of_every_algorithm_are_taken() {
    let bench = bench();
    for key in [&bench.rsa, &bench.es256, &bench.eddsa] {
        assert_eq!(bench.verify(&key.token(&claims(ISS))), Ok(seven()), "{}", key.kid);
        for typ in ["at+jwt", "application/at+jwt", "jwt"] {
            let header = with(key.header(), "typ", typ.into());
            assert_eq!(bench.verify(&key.sign(&header, &claims(ISS).to_string())), Ok(seven()), "{typ}");
        }
    }
    // A key set with one key of a kind needs no key ids.
    let nameless = without(bench.es256.header(), "kid");
    assert_eq!(bench.verify(&bench.es256.sign(&nameless, &claims(ISS).to_string())), Ok(seven()));
}

#[test]
fn unsigned_tokens_are_refused_however_none_is_spelled() {
    let bench = bench();
    let signature = bench.rsa.token(&claims(ISS)).rsplit_once('.').unwrap().1.to_owned();
    let mut forgeries = Vec::new();
    for alg in ["none", "None", "NONE", "nOnE", "none ", "", "null", "rs256", "RS256\0"] {
        let header = with(bench.rsa.header(), "alg", alg.into());
        for signature in ["", &signature] {
            let token =
                format!("{}.{}.{signature}", encoded(header.to_string()), encoded(claims(ISS).to_string()));
            forgeries.push((format!("alg {alg:?}"), token, "the algorithm is none that could be allowed"));
        }
    }
    for (what, header) in [
        ("no alg", without(bench.rsa.header(), "alg")),
        ("alg null", with(bench.rsa.header(), "alg", Value::Null)),
        ("alg list", with(bench.rsa.header(), "alg", json!(["RS256"]))),
    ] {
        let token = bench.rsa.sign(&header, &claims(ISS).to_string());
        forgeries.push((what.to_owned(), token, "the algorithm is none that could be allowed"));
    }
    bench.refuse_all(forgeries);
}

#[test]
fn a_public_key_is_no_shared_secret() {
    let bench = bench();
    let mut forgeries = Vec::new();
    for key in [&bench.rsa, &bench.es256, &bench.eddsa] {
        let pem = pem("PUBLIC KEY", &key.public_der);
        let secrets = [key.public_der.clone(), pem.clone().into_bytes(), pem.trim_end().as_bytes().to_vec()];
        for secret in secrets.into_iter().chain([key.jwk.to_string().into_bytes(), Vec::new()]) {
            let secret = EncodingKey::from_secret(&secret);
            for alg in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
                let header = with(key.header(), "alg", format!("{alg:?}").into());
                let token = signed_by(&secret, alg, &header, &claims(ISS).to_string());
                let reason = "the algorithm is none that could be allowed";
                forgeries.push((format!("{alg:?} with {}", key.kid), token, reason));
            }
            // The same under the name of the honest algorithm.
            let token = signed_by(&secret, Algorithm::HS256, &key.header(), &claims(ISS).to_string());
            forgeries.push((format!("HMAC called {:?}", key.algorithm), token, "the signature is wrong"));
        }
    }
    bench.refuse_all(forgeries);
}

#[test]
fn a_key_is_good_for_one_algorithm_only() {
    let bench = bench();
    let text = claims(ISS).to_string();
    let mut forgeries = Vec::new();
    for (key, other) in [(&bench.rsa, &bench.es256), (&bench.es256, &bench.eddsa), (&bench.eddsa, &bench.rsa)]
    {
        // The other family's algorithm under this key's name, signed by either.
        let header = with(key.header(), "alg", other.header()["alg"].clone());
        for signer in [key, other] {
            forgeries.push((format!("{header}"), signer.sign(&header, &text), "the key is not known"));
        }
        let header = with(key.header(), "kid", other.kid.clone().into());
        forgeries.push((format!("{header}"), key.sign(&header, &text), "the key is not known"));
    }
    for alg in [Algorithm::RS384, Algorithm::RS512, Algorithm::PS256, Algorithm::PS512] {
        let header = with(bench.rsa.header(), "alg", format!("{alg:?}").into());
        let token = signed_by(&bench.rsa.key, alg, &header, &text);
        forgeries.push((format!("{alg:?}"), token, "the algorithm is none that could be allowed"));
    }
    bench.refuse_all(forgeries);
}

#[test]
fn keys_that_a_token_brings_along_are_not_looked_at() {
    let bench = bench();
    let thief = SigningKey::new_rsa("rsa");
    let text = claims(ISS).to_string();
    let mut forgeries = Vec::new();
    let url = "https://thief.example/keys.json";
    for (name, value) in [
        ("jwk", thief.jwk.clone()),
        ("jku", url.into()),
        ("x5u", url.into()),
        ("x5c", json!([encoded(&thief.public_der)])),
        ("jwk", json!("no key")),
        ("jku", json!({"not": "text"})),
    ] {
        let header = with(thief.header(), name, value.clone());
        forgeries.push((name.to_owned(), thief.sign(&header, &text), "the signature is wrong"));
        // An honest token may say such things too; they change nothing.
        let header = with(bench.rsa.header(), name, value);
        assert_eq!(bench.verify(&bench.rsa.sign(&header, &text)), Ok(seven()), "{name}");
    }
    for kid in [
        "../../../../dev/null",
        "/proc/self/environ",
        "' OR '1'='1' --",
        "rsa'; DROP TABLE orders; --",
        url,
        "file:///etc/passwd",
        "RSA",
        "rsa ",
        "rsa\0",
        "",
    ] {
        let header = with(thief.header(), "kid", kid.into());
        forgeries.push((format!("kid {kid:?}"), thief.sign(&header, &text), "the key is not known"));
    }
    for kid in [json!(1), json!(["rsa"]), json!({"rsa": 1}), Value::Null] {
        let header = with(bench.rsa.header(), "kid", kid);
        forgeries.push((header.to_string(), bench.rsa.sign(&header, &text), "the key id is no text"));
    }
    bench.refuse_all(forgeries);
}

#[test]
fn critical_extensions_and_other_types_are_refused() {
    let bench = bench();
    let text = claims(ISS).to_string();
    let mut forgeries = Vec::new();
    for crit in [json!(["exp"]), json!(["b64"]), json!([]), json!("b64"), Value::Null] {
        let header = with(with(bench.rsa.header(), "b64", false.into()), "crit", crit);
        let token = bench.rsa.sign(&header, &text);
        forgeries.push((header.to_string(), token, "the header has critical extensions"));
    }
    for typ in
        [json!("dpop+jwt"), json!("logout+jwt"), json!("secevent+jwt"), json!("JWE"), json!(""), json!(1)]
    {
        let header = with(bench.rsa.header(), "typ", typ);
        let token = bench.rsa.sign(&header, &text);
        forgeries.push((header.to_string(), token, "the type is not that of an access token"));
    }
    bench.refuse_all(forgeries);
}

#[test]
fn signatures_and_parts_cannot_be_cut_swapped_or_changed() {
    let bench = bench();
    let mut forgeries = Vec::new();
    let mut forge = |what: &str, token: String, reason| forgeries.push((what.to_owned(), token, reason));
    for key in [&bench.rsa, &bench.es256, &bench.eddsa] {
        let honest = key.token(&claims(ISS));
        let other = key.token(&with(claims(ISS), "sub", "8".into()));
        let parts: Vec<_> = honest.split('.').collect();
        let others: Vec<_> = other.split('.').collect();
        let [header, payload, signature] = parts[..] else { panic!("{honest}") };
        let wrong = "the signature is wrong";
        forge("swapped signature", format!("{header}.{payload}.{}", others[2]), wrong);
        forge("swapped payload", format!("{header}.{}.{signature}", others[1]), wrong);
        forge("no signature", format!("{header}.{payload}."), wrong);
        forge("half a signature", format!("{header}.{payload}.{}", &signature[..signature.len() / 2]), wrong);
        forge("a signature less one", honest[..honest.len() - 1].to_owned(), wrong);
        forge("a signature and more", format!("{honest}AAAA"), wrong);
        forge("padded", format!("{honest}="), wrong);
        forge(
            "not base64",
            format!("{header}.{payload}.{}", signature.replace(['-', '_'], "+")) + "/",
            wrong,
        );
        forge("zeroes", format!("{header}.{payload}.{}", encoded([0; 64])), wrong);
        forge("a space after", format!("{honest} "), wrong);
        forge("four parts", format!("{honest}.{signature}"), "not three parts");
        forge("two parts", format!("{header}.{payload}"), "not three parts");
        forge("one part", header.to_owned(), "not three parts");
        forge("padded header", format!("{header}=.{payload}.{signature}"), "the header is no JSON object");
        forge("a space before", format!(" {honest}"), "the header is no JSON object");
        forge("a header that is a list", key.sign(&json!(["RS256"]), "{}"), "the header is no JSON object");
        for text in ["", "7", "null", "[]", "\"7\"", "{", "{}{}"] {
            forge(text, key.sign(&key.header(), text), "the claims are no JSON object");
        }
    }
    forge("nothing", String::new(), "not three parts");
    forge("dots", "..".to_owned(), "the header is no JSON object");
    forge("not ASCII", "ü.ü.ü".to_owned(), "the header is no JSON object");
    bench.refuse_all(forgeries);
}

//! The key for development.

use std::{fs, os::unix::fs::PermissionsExt};

use super::*;

#[tokio::test]
async fn a_token_of_a_key_made_on_first_use_is_taken_with_the_key_set_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let (path, public) = (folder.path().join("db/dev.pem"), folder.path().join("db/dev.jwks.json"));
    let clock = clock();
    let at_home = seven().at_home_in("de".parse().ok());
    let mint = || {
        let key = LocalKey::open(&path, &public).unwrap();
        let claims = ("custom:user_id", "marketplace");
        key.mint(at_home, claims, ("dev", "orders"), clock.now(), TimeDelta::hours(1)).unwrap()
    };
    let first = mint();
    let pem = fs::read(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!fs::read_to_string(&public).unwrap().contains("\"d\""), "the private part stays secret");
    fs::remove_file(&public).unwrap();
    assert_eq!(mint(), first, "the key and its published part are made again only if need be");
    assert_eq!(fs::read(&path).unwrap(), pem);
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 2, "nothing else is left behind");

    let rules = TokenRules { user_claim: "custom:user_id".to_owned(), ..rules("dev") };
    let trusting = JwtAuthenticator::new(
        rules,
        KeySource::File(public),
        Arc::new(Revoked::default()),
        Arc::<FakeClock>::clone(&clock),
    )
    .unwrap();
    assert_eq!(trusting.authenticate(&first).await.unwrap(), Some(at_home));
    clock.pass(TimeDelta::seconds(3600 + 30));
    assert_eq!(trusting.authenticate(&first).await.unwrap(), None);
}

#[test]
fn a_key_that_others_may_read_or_that_is_none_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (path, public) = (folder.path().join("dev.pem"), folder.path().join("dev.jwks.json"));
    fs::write(&path, "no key").unwrap();
    let refused = |mode| {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        LocalKey::open(&path, &public).map(drop).unwrap_err()
    };
    assert!(matches!(refused(0o644), LocalKeyError::NotSecret(_)));
    assert!(matches!(refused(0o640), LocalKeyError::NotSecret(_)));
    assert!(matches!(refused(0o600), LocalKeyError::NoKey { .. }));
}

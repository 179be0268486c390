use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use super::*;

const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

fn database() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.db");
    (folder, path)
}

fn key_of(database: &Path) -> PathBuf {
    format!("{}.secrets-key", database.display()).into()
}

#[test]
fn what_was_sealed_opens_and_is_sealed_in_another_way_each_time() {
    let vault = Vault::from_base64(KEY).unwrap();
    let (first, second) = (vault.seal(b"secret").unwrap(), vault.seal(b"secret").unwrap());
    assert_ne!(first, second);
    assert_eq!(first.key(), vault.id());
    assert_eq!(
        (vault.open(&first).unwrap(), vault.open(&second).unwrap()),
        (b"secret".into(), b"secret".into())
    );
    assert!(!first.bytes().windows(6).any(|part| part == b"secret"));
}

#[test]
fn another_key_opens_nothing_and_a_changed_byte_is_noticed() {
    let vault = Vault::from_base64(KEY).unwrap();
    let other = Vault::from_base64(&KEY.replace("AAEC", "AAED")).unwrap();
    let sealed = vault.seal(b"secret").unwrap();
    assert_ne!(vault.id(), other.id());
    assert!(matches!(other.open(&sealed), Err(VaultError::OtherKey)));
    let forged = Sealed::new(other.id(), sealed.sealed());
    assert!(matches!(other.open(&forged), Err(VaultError::Changed)));
    for at in KeyId::BYTES..sealed.bytes().len() {
        let mut bytes = sealed.bytes().to_vec();
        bytes[at] ^= 1;
        let changed = Sealed::restore(&bytes).unwrap();
        assert!(matches!(vault.open(&changed), Err(VaultError::Changed)), "byte {at}");
    }
    for length in KeyId::BYTES..sealed.bytes().len() {
        let short = Sealed::restore(&sealed.bytes()[..length]).unwrap();
        assert!(matches!(vault.open(&short), Err(VaultError::Changed)), "{length} bytes");
    }
}

#[test]
fn a_key_of_another_length_or_alphabet_is_refused_without_being_shown() {
    let unlike =
        ["", "c2hvcnQ=", &KEY[1..], &format!("{KEY}{KEY}"), &KEY.replace('=', ""), "not base64 at all"];
    for bad in unlike {
        let error = Vault::from_base64(bad).unwrap_err();
        assert!(matches!(error, VaultError::Setting), "{bad:?}");
        assert!(error.to_string().contains("SECRETS_KEY"), "{error}");
        assert!(bad.is_empty() || !format!("{error} {error:?}").contains(bad), "{error}");
    }
    assert!(!format!("{:?}", Vault::from_base64(KEY).unwrap()).contains("AAEC"));
}

#[test]
fn a_key_is_made_beside_the_database_once_and_for_its_owner_only() {
    let (folder, database) = database();
    assert!(Vault::found_beside(&database).unwrap().is_none());
    let first = Vault::beside(&database).unwrap();
    let again = Vault::beside(&database).unwrap();
    assert_eq!(first.id(), again.id());
    assert_eq!(Vault::found_beside(&database).unwrap().unwrap().id(), first.id());
    let mode = fs::metadata(key_of(&database)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "something is left behind");
    let text = fs::read_to_string(key_of(&database)).unwrap();
    assert_eq!(Vault::from_base64(&text).unwrap().id(), first.id());
}

#[test]
fn of_many_who_make_a_key_at_once_all_have_the_same_one() {
    let (folder, database) = database();
    let ids = std::thread::scope(|scope| {
        let made: Vec<_> = (0..8).map(|_| scope.spawn(|| Vault::beside(&database).unwrap().id())).collect();
        made.into_iter().map(|one| one.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "something is left behind");
}

#[test]
fn a_damaged_key_is_said_and_not_replaced() {
    let (_folder, database) = database();
    for damaged in [b"".as_slice(), b"AAEC", b"\xff\xfe\xfd", &[b'A'; 10_000]] {
        fs::write(key_of(&database), damaged).unwrap();
        let error = Vault::beside(&database).unwrap_err();
        assert!(matches!(error, VaultError::Damaged(_)), "{error}");
        assert!(error.to_string().contains("shop.db.secrets-key is damaged"), "{error}");
        assert_eq!(fs::read(key_of(&database)).unwrap(), damaged);
    }
}

#[test]
fn a_folder_that_is_not_there_is_said() {
    let (folder, _) = database();
    let error = Vault::beside(&folder.path().join("gone/shop.db")).unwrap_err();
    assert!(error.to_string().starts_with("cannot write"), "{error}");
}

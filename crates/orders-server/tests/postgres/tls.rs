//! TLS to the database, with certificates made here.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tempfile::TempDir;

use crate::{
    support::{
        Server, assert_refused,
        postgres::{Cluster, Database, is_installed},
        serve,
    },
    together::ask,
};

/// A PostgreSQL with a certificate for 127.0.0.1, and the certificate of who has issued it.
struct Secured {
    // Dropped before its folder.
    cluster: Cluster,
    folder: TempDir,
}

impl Secured {
    /// One whose own certificate is this one.
    fn start(name: &str) -> Option<Self> {
        if !is_installed() {
            return None;
        }
        if !Command::new("openssl").arg("version").stdout(Stdio::null()).status().is_ok_and(|it| it.success())
        {
            println!("skipped: there is no openssl here");
            return None;
        }
        let folder = TempDir::new().unwrap();
        make_certificates(folder.path());
        let file = |setting: &str, name: &str| format!("{setting}={}", folder.path().join(name).display());
        let (certificate, key) =
            (file("ssl_cert_file", &format!("{name}.pem")), file("ssl_key_file", &format!("{name}.key")));
        let cluster = Cluster::start_with(&["ssl=on", &certificate, &key])?;
        Some(Self { cluster, folder })
    }

    fn issuer(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }
}

fn make_certificates(folder: &Path) {
    let openssl = |line: &str| {
        let mut command = Command::new("openssl");
        command.args(line.split(' ')).current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null());
        assert!(command.status().unwrap().success(), "{line}");
    };
    let new_key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    fs::write(folder.join("names"), "subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n").unwrap();
    openssl(&format!("req -x509 {new_key} -keyout ca.key -out ca.pem -days 2 -subj /CN=issuer"));
    openssl(&format!("req {new_key} -keyout server.key -out server.csr -subj /CN=database"));
    openssl(
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out server.pem -days 2 -extfile names",
    );
    for key in ["server.key", "ca.key"] {
        fs::set_permissions(folder.join(key), fs::Permissions::from_mode(0o600)).unwrap();
    }
    if fs::metadata(folder).unwrap().uid() == 0 {
        // PostgreSQL does not run as root, and takes only a key that is its own.
        let status = Command::new("chown").args(["-R", "postgres"]).arg(folder).status();
        assert!(status.unwrap().success());
    }
}

/// Places and reads an order, and tells whether all connections of the server are secret.
async fn is_secret(database: &Database, parameters: &str) -> bool {
    let server = Server::start_at(&format!("{}?application_name=secret&{parameters}", database.url()), &[]);
    let placed = server.place(1, &[(9, 7)]).await;
    let listed = server.anyone(reqwest::Method::GET, "/orders").send().await.unwrap();
    let listed: Vec<serde_json::Value> = listed.json().await.unwrap();
    assert_eq!(listed.last(), Some(&placed));
    let secret = "SELECT count(*) > 0 AND bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
                  WHERE application_name = 'secret'";
    ask(&database.url(), secret).await == "t"
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_are_secret_where_the_url_says_so() {
    let Some(secured) = Secured::start("server") else { return };
    let database = secured.cluster.database();
    assert!(!is_secret(&database, "sslmode=disable").await);
    let database = secured.cluster.database();
    assert!(is_secret(&database, "sslmode=require").await);
    let database = secured.cluster.database();
    let issuer = secured.issuer();
    assert!(is_secret(&database, &format!("sslmode=verify-full&sslrootcert={}", issuer.display())).await);
}

#[test]
fn a_certificate_that_is_not_trusted_is_refused_with_a_sentence() {
    let Some(secured) = Secured::start("server") else { return };
    let database = secured.cluster.database();
    let with = |parameters: &str| serve(&format!("{}?{parameters}", database.url()), &[]);
    let not_trusted = ["the server's certificate is not trusted", "sslrootcert=/path/to/ca.pem"];
    let roots = secured.folder.path().join("other.pem");
    // The issuer of no other certificate.
    let other = TempDir::new().unwrap();
    make_certificates(other.path());
    fs::copy(other.path().join("ca.pem"), &roots).unwrap();
    assert_refused(with(&format!("sslmode=verify-full&sslrootcert={}", roots.display())), &not_trusted);
    let mut by_the_system = with("sslmode=verify-full");
    by_the_system.env("SSL_CERT_FILE", &roots);
    assert_refused(by_the_system, &not_trusted);

    // Its name is not among the certificate's.
    let localhost = database.url().replace("127.0.0.1", "localhost");
    let issuer = secured.issuer();
    let url = format!("{localhost}?sslmode=verify-full&sslrootcert={}", issuer.display());
    assert_refused(serve(&url, &[]), &["the server's certificate is for another host", "localhost"]);
}

#[test]
fn a_certificate_for_issuing_others_is_refused_with_a_sentence() {
    let Some(secured) = Secured::start("ca") else { return };
    let database = secured.cluster.database();
    let issuer = secured.issuer();
    let url = format!("{}?sslmode=verify-full&sslrootcert={}", database.url(), issuer.display());
    assert_refused(serve(&url, &[]), &["is one for issuing others", "CA:FALSE"]);
}

#[test]
fn a_file_of_certificates_that_cannot_be_read_is_named() {
    let Some(secured) = Secured::start("server") else { return };
    let database = secured.cluster.database();
    let folder = TempDir::new().unwrap();
    let no_certificates = folder.path().join("notes.txt");
    fs::write(&no_certificates, "milk, bread, eggs").unwrap();
    for (file, reason) in
        [(folder.path().join("missing.pem"), "No such file"), (no_certificates, "there are none")]
    {
        let url = format!("{}?sslmode=verify-full&sslrootcert={}", database.url(), file.display());
        let file = file.display().to_string();
        assert_refused(serve(&url, &[]), &["cannot read the certificates in sslrootcert", &file, reason]);
    }
}

#[test]
fn a_postgres_without_tls_is_refused_where_secrecy_is_asked_for() {
    let Some(database) = crate::support::postgres::database() else { return };
    let url = format!("{}?sslmode=require", database.url());
    assert_refused(serve(&url, &[]), &["cannot open the database", "TLS"]);
}

//! Copies that are taken while the server is written to and killed, and are killed themselves.

use std::{
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use fastrand::Rng;

use crate::{
    client::{Client, done, put_to_work},
    sound::assert_file_is_sound,
    stored::compare,
    support::{Place, Server, orders, url_of},
    torture::{count_everything, seeded, setting},
};

const CLIENTS: i64 = 8;

#[tokio::test(flavor = "multi_thread")]
async fn backups_under_writes_and_kills_restore_clean() {
    let (mut rng, place) = (seeded(), Place::file_in_a_folder());
    let wanted = setting("TORTURE_BACKUPS").unwrap_or(6);
    let mut clients: Vec<Client> = (0..CLIENTS).map(|number| Client::new(number, rng.fork())).collect();
    count_everything(&Server::start_at(&place.url(), &[])).await;
    let (database, folder) = (place.file().unwrap(), tempfile::tempdir().unwrap());
    let (mut made, mut killed, mut round) = (0, 0, 0);
    while made < wanted {
        round += 1;
        let known: usize = clients.iter().map(Client::acknowledged).sum();
        let copy = folder.path().join(format!("{round}.sqlite"));
        let (copies, all);
        (clients, copies, all) = copy_under_load(clients, &database, &copy, &mut rng).await;
        if copies {
            assert_restores(&copy, known);
            made += 1;
        } else {
            killed += 1;
            assert_is_no_backup(&copy);
        }
        assert!(all >= known);
    }
    println!("{made} backups under writes and kills, {killed} more that were killed, of up to {} orders", {
        clients.iter().map(Client::acknowledged).sum::<usize>()
    });
}

/// Loads a server and takes a copy beside it, while one of both is killed or none: the clients, whether there is a
/// copy, and how many orders were acknowledged in the end.
async fn copy_under_load(
    mut clients: Vec<Client>,
    database: &Path,
    copy: &Path,
    rng: &mut Rng,
) -> (Vec<Client>, bool, usize) {
    let server = Arc::new(Server::start_on(database, &[]));
    // What the last kill left open is known from here on.
    compare(&mut clients, &server).await;
    let working = put_to_work(clients, &server);
    // The random moments are what is tested; nothing is waited for.
    tokio::time::sleep(Duration::from_millis(rng.u64(0..200))).await;
    let mut backup = backup(database, copy).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    tokio::time::sleep(Duration::from_millis(rng.u64(0..60))).await;
    match rng.u8(0..4) {
        0 => server.signal("KILL"),
        1 => server.signal("TERM"),
        2 => backup.kill().unwrap(),
        _ => {}
    }
    let copies = tokio::task::spawn_blocking(move || backup.wait().unwrap().success()).await.unwrap();
    server.signal("KILL");
    let clients = done(working).await;
    let all = clients.iter().map(Client::acknowledged).sum();
    (clients, copies, all)
}

fn backup(database: &Path, copy: &Path) -> Command {
    let mut backup = orders();
    backup.args(["backup", "--database-url", &url_of(database)]).arg(copy);
    backup
}

fn restore(copy: &Path, target: &Path) -> Command {
    let mut restore = orders();
    restore.arg("restore").arg(copy).arg("--to").arg(target);
    restore
}

/// Sees that a copy becomes a database that is whole, and has all orders that were acknowledged before it was begun.
fn assert_restores(copy: &Path, known: usize) {
    let target = copy.with_extension("restored");
    let output = restore(copy, &target).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    let orders: usize = said.lines().nth(1).and_then(|line| line.split(' ').next()?.parse().ok()).unwrap();
    assert!(orders >= known, "{known} orders were acknowledged before: {said}");
    assert_file_is_sound(&target);
    std::fs::remove_file(&target).unwrap();
    std::fs::remove_file(copy).unwrap();
}

/// Sees that what a killed one has left is not taken, unless it was whole already.
fn assert_is_no_backup(copy: &Path) {
    let output = restore(copy, &copy.with_extension("restored")).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    // Killed between its name and its manifest's, it is whole and has none.
    let refused = ["No such file or directory", "has no manifest"];
    assert!(output.status.success() || refused.iter().any(|reason| said.contains(reason)), "{said}");
}

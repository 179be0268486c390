//! How little a page takes: the bytes of the first load, and how many requests they come by.

use crate::{desk::Person, support::Server};

#[tokio::test]
async fn the_first_load_of_the_list_is_small_and_its_files_are_kept_for_good() {
    let server = Server::start();
    for _ in 0..50 {
        server.place(1, &[(9, 7)]).await;
    }
    let person = Person::signed_in(&server, 100).await;
    let page = person.get("/console/").await;
    let files = page.text.split(['"', ' ']).filter(|word| word.starts_with("/console/assets/"));
    let files: std::collections::BTreeSet<_> = files.collect();
    let mut bytes = page.text.len() + head(&page);
    for file in &files {
        let answer = person.get(file).await;
        assert_eq!(
            (answer.status, answer.header("cache-control")),
            (200, "public, max-age=31536000, immutable"),
            "{file}"
        );
        bytes += answer.text.len() + head(&answer);
    }
    // With the stream of what happens.
    let requests = 1 + files.len() + 1;
    assert!(bytes <= 60 * 1024 && requests <= 6, "{bytes} bytes by {requests} requests");
}

fn head(page: &crate::desk::Page) -> usize {
    page.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum()
}

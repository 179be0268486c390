//! The pictures of `docs/`, made anew where `CONSOLE_PICTURES` names a folder: `just console-pictures`.

use std::{env, fs, path::PathBuf};

use super::{chromium::Chromium, flows::sign_in, quality::pages, shop::Shop};

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::disallowed_methods, reason = "where pictures go is for who wants them to say")]
async fn the_pages_as_pictures() {
    let Ok(folder) = env::var("CONSOLE_PICTURES") else { return };
    let folder = PathBuf::from(folder);
    fs::create_dir_all(&folder).unwrap();
    let browser = Chromium::start().await.unwrap();
    let shop = Shop::open().await;
    sign_in(&browser, &shop.server.url).await;
    for (name, path) in pages(&shop) {
        for (size, width) in [("wide", 1280), ("phone", 390)] {
            for (light, dark) in [("light", false), ("dark", true)] {
                browser.width(width).await;
                browser.dark(dark).await;
                browser.goto(&format!("{}{path}", shop.server.url)).await;
                fs::write(folder.join(format!("{name}-{size}-{light}.png")), browser.picture().await)
                    .unwrap();
            }
        }
    }
}

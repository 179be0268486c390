//! The files that pages are made with, compiled in. Their names change with what is in them, so browsers may keep them for good.

use std::sync::LazyLock;

use actix_web::{
    HttpResponse,
    http::header::{self, HeaderValue},
    web::Path,
};
use sha2::{Digest, Sha256};

use crate::http::frame::head;

/// A file.
pub struct Asset {
    /// What its name begins with.
    stem: &'static str,
    /// What its name ends with.
    end: &'static str,
    media_type: &'static str,
    text: &'static str,
    name: LazyLock<String, fn() -> String>,
}

macro_rules! asset {
    ($name:ident, $stem:literal, $end:literal, $media_type:literal) => {
        /// One of the files.
        pub static $name: Asset = Asset {
            stem: $stem,
            end: $end,
            media_type: $media_type,
            text: include_str!(concat!("../assets/", $stem, ".", $end)),
            name: LazyLock::new(|| $name.named()),
        };
    };
}

asset!(STYLE, "console", "css", "text/css; charset=utf-8");
asset!(SCRIPT, "console", "js", "text/javascript; charset=utf-8");
asset!(ICON, "icon", "svg", "image/svg+xml");

impl Asset {
    /// Its name: `console-3f2a….css`.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn named(&self) -> String {
        let digest = Sha256::digest(self.text);
        let short = digest.iter().take(6).fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        format!("{}-{short}.{}", self.stem, self.end)
    }
}

/// A file by its name.
pub async fn file(name: Path<String>) -> HttpResponse {
    match [&STYLE, &SCRIPT, &ICON].into_iter().find(|asset| asset.name() == name.as_str()) {
        Some(asset) => head(200)
            .insert_header((
                header::CACHE_CONTROL,
                HeaderValue::from_static("public, max-age=31536000, immutable"),
            ))
            .content_type(asset.media_type)
            .body(asset.text),
        None => head(404).content_type("text/plain; charset=utf-8").body("there is no such file"),
    }
}

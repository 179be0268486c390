//! What may be shown of an address that is refused.

/// As much of a text in place of a URL as cannot hold a password: its scheme, and what follows only
/// if it is a plain path or host.
pub fn shown(url: &str) -> String {
    let is_plain = |text: &str| {
        text.chars().all(|character| character.is_ascii_alphanumeric() || "._-/".contains(character))
    };
    match url.split_once("://") {
        Some((scheme, rest)) if is_plain(scheme) && is_plain(rest) => url.to_owned(),
        Some((scheme, _)) if is_plain(scheme) => format!("{scheme}://…"),
        None if is_plain(url) => url.to_owned(),
        _ => "…".to_owned(),
    }
}

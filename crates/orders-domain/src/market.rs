//! Marketplaces: where products are shown with a price, a language and a model of their own.

pub mod choice;
pub mod directory;
pub mod host;
pub mod languages;
pub mod listing;
pub mod locale;
pub mod marketplace;
pub mod product_text;
pub mod repository;
pub mod shown;
pub mod time_zone;

pub use choice::{AskedMarket, ChosenBy, ChosenMarket};
pub use directory::Directory;
pub use languages::Languages;
pub use listing::Listing;
pub use locale::Locale;
pub use marketplace::Marketplace;
pub use product_text::ProductText;
pub use shown::{NameFrom, Shown};

//! The pages in a real Chromium, driven by a driver. Where there is none the tests say so and pass, but not where `CI` is set.

mod chromium;
mod flows;
mod pictures;
mod provider;
mod quality;
mod shop;

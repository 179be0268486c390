//! A migration that is new changes no file that is known, and is to be built in all the same.

fn main() {
    println!("cargo::rerun-if-changed=../../migrations");
}

//! The binary `orders`.

use std::{
    io::{Write, stderr},
    process::ExitCode,
};

use orders_server::exit_code;

fn main() -> ExitCode {
    match orders_server::run(orders_server::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Without a stderr there is nobody to tell.
            let _ = writeln!(stderr(), "error: {error:#}");
            exit_code(&error).into()
        }
    }
}

//! What is said of a setting that cannot be: one line that names the flag, the variable and the value.

use std::{error::Error as _, fmt, io::Write, process::exit};

use clap::{
    Command, CommandFactory, Parser,
    error::{ContextKind, ContextValue, Error, ErrorKind},
};

use orders_adapters::OpenError;

use super::Cli;
use crate::doctor::NotExamined;

/// The code with which a process ends that somebody has to call otherwise, as clap has it: with other settings, or
/// while no server has the file.
const CALLED_WRONG: u8 = 2;

/// The code with which the process ends for this.
#[must_use]
pub fn exit_code(error: &anyhow::Error) -> u8 {
    let is_in_use = |cause: &(dyn std::error::Error + 'static)| {
        matches!(cause.downcast_ref::<OpenError>(), Some(OpenError::InUse(_)))
    };
    if error.is::<BadSetting>() || error.is::<NotExamined>() || error.chain().any(is_in_use) {
        CALLED_WRONG
    } else {
        1
    }
}

/// A setting that parses, but cannot be used.
#[derive(Debug)]
pub struct BadSetting(pub String);

impl BadSetting {
    /// That what this flag asks for is not built in.
    #[cfg(not(all(feature = "otlp", feature = "smtp", feature = "sqs", feature = "webhooks")))]
    pub fn not_built(flag: &str, feature: &str) -> Self {
        Self(format!("{flag}: this program was built without it: build it with `--features {feature}`"))
    }
}

impl fmt::Display for BadSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadSetting {}

/// Reads the command line and the environment, or says what is wrong and ends the process.
#[must_use]
pub fn parse() -> Cli {
    Cli::try_parse().unwrap_or_else(|error| match in_a_line(&error) {
        Some(line) => {
            // Without a stderr there is nobody to tell.
            let _ = writeln!(std::io::stderr(), "error: {line}");
            exit(CALLED_WRONG.into())
        }
        None => error.exit(),
    })
}

/// A wrong value; of anything else clap says more, and better.
fn in_a_line(error: &Error) -> Option<String> {
    if !matches!(error.kind(), ErrorKind::ValueValidation | ErrorKind::InvalidValue) {
        return None;
    }
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let (arg, value) = (text(ContextKind::InvalidArg)?, text(ContextKind::InvalidValue).unwrap_or_default());
    let flag = arg.split(' ').next().unwrap_or(arg);
    let mut command = Cli::command();
    // Before that an argument does not know its own name.
    command.build();
    let name = match variable(&command, arg) {
        Some(variable) => format!("{flag} ({variable})"),
        None => flag.to_owned(),
    };
    let reason = match (error.source(), error.get(ContextKind::ValidValue)) {
        (Some(reason), _) => reason.to_string(),
        (None, Some(ContextValue::Strings(known))) => format!("it is not one of {}", known.join(", ")),
        (None, _) => "it is not a value of this setting".to_owned(),
    };
    Some(format!("{name} cannot be {value:?}: {reason}"))
}

/// The variable of the argument that clap calls by this name.
fn variable(command: &Command, name: &str) -> Option<String> {
    let here = command.get_arguments().find(|arg| arg.to_string() == name).and_then(|arg| arg.get_env());
    match here {
        Some(variable) => Some(variable.to_string_lossy().into_owned()),
        None => command.get_subcommands().find_map(|command| variable(command, name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_value_is_one_line_with_flag_variable_and_value() {
        for (flag, value, expected) in [
            ("--workers", "1000", r#"--workers (WORKERS) cannot be "1000": 1000 is not in 1..=512"#),
            ("--host", " ", r#"--host (HOST) cannot be " ": it is empty"#),
            ("--auth", "none", r#"--auth (AUTH) cannot be "none": it is not one of header, jwt"#),
            ("--log", "a=b=c", r#"--log (RUST_LOG) cannot be "a=b=c": "#),
            ("--cors-origins", "*", r#"--cors-origins (CORS_ORIGINS) cannot be "*": "#),
        ] {
            let line =
                Cli::try_parse_from(["orders", flag, value]).map_err(|error| in_a_line(&error)).unwrap_err();
            let line = line.unwrap_or_default();
            assert!(line.starts_with(expected) && !line.contains('\n'), "{line}");
        }
    }

    #[test]
    fn who_has_to_call_it_otherwise_is_told_so_by_the_code() {
        use anyhow::Context;

        let code = |error: Result<(), OpenError>| exit_code(&error.context("not imported").unwrap_err());
        assert_eq!(code(Err(OpenError::InUse("orders.sqlite".into()))), 2);
        assert_eq!(code(Err(OpenError::OldLibrary { found: "3".to_owned() })), 1);
        assert_eq!(exit_code(&BadSetting("--host".to_owned()).into()), 2);
        // Of what could not be looked at nobody knows.
        let unseen: Result<(), _> = Err(OpenError::OlderDatabase);
        assert_eq!(exit_code(&unseen.context(NotExamined).unwrap_err()), 2);
    }

    #[test]
    fn white_space_at_the_ends_of_a_value_does_not_count() {
        let cli =
            Cli::try_parse_from(["orders", "--port", " 4000\n", "--host", "\tlocalhost ", "--auth", "jwt\n"]);
        let serve = cli.unwrap().serve;
        assert_eq!((serve.port, &*serve.host), (4000, "localhost"));
        let cli = Cli::try_parse_from(["orders", "--database-url", "sqlite://db/a.sqlite\n"]).unwrap();
        assert_eq!(cli.serve.storage.database.database_url, "sqlite://db/a.sqlite");
    }
}

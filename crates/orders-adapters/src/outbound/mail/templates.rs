//! The texts of mails, compiled in and replaceable.

use std::{
    fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use minijinja::{Environment, UndefinedBehavior, value::Serde};
use orders_domain::delivery::endpoint::{Notice, Template};

use super::context::Context;

/// The parts of a mail, by the endings of their files.
const SUBJECT: &str = "subject";
const TEXT: &str = "txt";
const HTML: &str = "html";

/// The longest subject, in characters. With its name and encoded it still makes a header of few lines.
const MOST_SUBJECT: usize = 200;

/// The files that are compiled in.
const COMPILED_IN: [(&str, &str); 6] = [
    ("shipped.subject", include_str!("templates/shipped.subject")),
    ("shipped.txt", include_str!("templates/shipped.txt")),
    ("shipped.html", include_str!("templates/shipped.html")),
    ("fulfilled.subject", include_str!("templates/fulfilled.subject")),
    ("fulfilled.txt", include_str!("templates/fulfilled.txt")),
    ("fulfilled.html", include_str!("templates/fulfilled.html")),
];

/// Why templates cannot be used.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say what each is")]
pub enum TemplateError {
    #[error("cannot read {}", path.display())]
    File {
        path: PathBuf,
        #[source]
        cause: io::Error,
    },
    #[error("the template {name} is broken")]
    Broken {
        name: String,
        #[source]
        cause: minijinja::Error,
    },
    #[error("the template {0} makes an empty subject")]
    NoSubject(String),
}

/// The templates of all mails, each tried on samples. What is put into HTML is escaped, and a name that a notice
/// does not have is an error.
pub struct Templates(Environment<'static>);

/// A mail without its addresses.
pub(super) struct Letter {
    /// In one line.
    pub subject: String,
    pub text: String,
    pub html: String,
}

impl Templates {
    /// Those that are compiled in.
    ///
    /// # Errors
    ///
    /// Never, as long as they are sound.
    pub fn compiled_in() -> Result<Self, TemplateError> {
        Self::of(|_| Ok(None))
    }

    /// Those of a folder (`shipped.subject`, `shipped.txt`, `shipped.html`, and so for `fulfilled`); for a file that
    /// is not there, the one that is compiled in.
    ///
    /// # Errors
    ///
    /// When the folder or a file cannot be read, or a template is broken.
    pub fn from_folder(folder: &Path) -> Result<Self, TemplateError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            |cause| TemplateError::File { path, cause }
        };
        fs::read_dir(folder).map_err(failed(folder))?;
        Self::of(|name| {
            let path = folder.join(name);
            match fs::read_to_string(&path) {
                Ok(text) => Ok(Some(text)),
                Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
                Err(error) => Err(failed(&path)(error)),
            }
        })
    }

    fn of(replaced: impl Fn(&str) -> Result<Option<String>, TemplateError>) -> Result<Self, TemplateError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        for (name, compiled_in) in COMPILED_IN {
            let source = replaced(name)?.unwrap_or_else(|| compiled_in.to_owned());
            environment.add_template_owned(name, source).map_err(|cause| broken(name, cause))?;
        }
        let templates = Self(environment);
        for template in Template::ALL {
            for sample in Context::samples(template) {
                templates.fill(template, &sample)?;
            }
        }
        Ok(templates)
    }

    /// The mail of a notice.
    pub(super) fn letter(&self, notice: &Notice) -> Result<Letter, TemplateError> {
        self.fill(notice.template, &Context::of(notice))
    }

    fn fill(&self, template: Template, context: &Context) -> Result<Letter, TemplateError> {
        let part = |ending: &str| {
            let name = format!("{}.{ending}", template.as_str());
            let filled = self.0.get_template(&name).and_then(|template| template.render(Serde(context)));
            filled.map_err(|cause| broken(&name, cause))
        };
        let subject = one_line(&part(SUBJECT)?);
        if subject.is_empty() {
            return Err(TemplateError::NoSubject(format!("{}.{SUBJECT}", template.as_str())));
        }
        Ok(Letter { subject, text: part(TEXT)?, html: part(HTML)? })
    }
}

fn broken(name: &str, cause: minijinja::Error) -> TemplateError {
    TemplateError::Broken { name: name.to_owned(), cause }
}

/// A text in one line and without control characters, so that it makes one header whatever is in it.
fn one_line(text: &str) -> String {
    let line = text.split(|one: char| one.is_whitespace() || one.is_control());
    let line = line.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    line.chars().take(MOST_SUBJECT).collect()
}

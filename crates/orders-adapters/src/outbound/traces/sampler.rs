//! Which traces are recorded.

use std::str::FromStr;

use opentelemetry_sdk::trace::Sampler;

/// Which traces are recorded, by the words of OpenTelemetry's `OTEL_TRACES_SAMPLER`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampling {
    /// Whether the caller's word goes first, where there is a caller in a trace.
    by_parent: bool,
    /// Which part of the others.
    ratio: f64,
    takes_ratio: bool,
}

impl Sampling {
    /// The words that are known.
    pub const WORDS: [&str; 6] = [
        "always_on",
        "always_off",
        "traceidratio",
        "parentbased_always_on",
        "parentbased_always_off",
        "parentbased_traceidratio",
    ];

    /// The same with this part of the traces, from 0 to 1.
    ///
    /// # Errors
    ///
    /// In words, where the part is fixed or there is no such part.
    pub fn with_ratio(self, ratio: f64) -> Result<Self, String> {
        if !self.takes_ratio {
            return Err("it goes with traceidratio and parentbased_traceidratio".to_owned());
        }
        if !(0.0..=1.0).contains(&ratio) {
            return Err("it is not from 0 to 1".to_owned());
        }
        Ok(Self { ratio, ..self })
    }
}

impl FromStr for Sampling {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (by_parent, rest) = match text.strip_prefix("parentbased_") {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (ratio, takes_ratio) = match rest {
            "always_on" => (1.0, false),
            "always_off" => (0.0, false),
            "traceidratio" => (1.0, true),
            _ => return Err(format!("it is not one of {}", Self::WORDS.join(", "))),
        };
        Ok(Self { by_parent, ratio, takes_ratio })
    }
}

impl From<Sampling> for Sampler {
    fn from(Sampling { by_parent, ratio, .. }: Sampling) -> Self {
        let own = Self::TraceIdRatioBased(ratio);
        if by_parent { Self::ParentBased(Box::new(own)) } else { own }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_known_and_only_a_ratio_takes_one() {
        for word in Sampling::WORDS {
            let sampling: Sampling = word.parse().unwrap();
            assert_eq!(sampling.with_ratio(0.25).is_ok(), word.ends_with("ratio"), "{word}");
        }
        for bad in ["", "on", "parentbased_", "ALWAYS_ON", "jaeger_remote"] {
            assert!(bad.parse::<Sampling>().is_err(), "{bad:?} was taken");
        }
        let ratio: Sampling = "traceidratio".parse().unwrap();
        for bad in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
            assert!(ratio.with_ratio(bad).is_err(), "{bad} was taken");
        }
    }
}

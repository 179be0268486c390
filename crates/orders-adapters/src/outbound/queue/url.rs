//! Where a queue is.

use orders_domain::Quoted;
use url::Url;

/// A URL that is no queue's.
#[derive(Debug, thiserror::Error)]
#[error("QUEUE_URL {} is not of the form https://sqs.eu-central-1.amazonaws.com/123456789012/orders", Quoted(.0))]
pub struct QueueUrlError(String);

/// The region of a service that has none, as local ones do.
const NO_REGION: &str = "us-east-1";

/// The address of a queue.
#[derive(Debug, Clone)]
pub struct QueueUrl {
    text: String,
    url: Url,
}

impl QueueUrl {
    pub fn parse(text: &str) -> Result<Self, QueueUrlError> {
        let refused = || QueueUrlError(text.to_owned());
        let url = Url::parse(text).map_err(|_| refused())?;
        let is_plain = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        let has_name = url.path_segments().and_then(Iterator::last).is_some_and(|name| !name.is_empty());
        if matches!(url.scheme(), "http" | "https") && is_plain && has_name {
            Ok(Self { text: text.to_owned(), url })
        } else {
            Err(refused())
        }
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it keeps the order of what is put into it.
    pub fn is_fifo(&self) -> bool {
        self.url.path().rsplit_once('.').is_some_and(|(_, ending)| ending == "fifo")
    }

    /// The region of a queue of Amazon's; of another one that of the machine, if it has any.
    pub fn region(&self, of_machine: Option<&str>) -> Option<String> {
        match self.amazon() {
            Some(host) => region(host).or(of_machine).map(str::to_owned),
            None => Some(of_machine.unwrap_or(NO_REGION).to_owned()),
        }
    }

    /// Where the service is, if it is not Amazon's.
    pub fn endpoint(&self) -> Option<String> {
        self.amazon().is_none().then(|| self.url.origin().ascii_serialization())
    }

    /// The host, if it is one of Amazon's.
    fn amazon(&self) -> Option<&str> {
        let is_amazon = |host: &&str| {
            [".amazonaws.com", ".amazonaws.com.cn", ".api.aws"].iter().any(|ending| host.ends_with(ending))
        };
        self.url.host_str().filter(is_amazon)
    }
}

/// `sqs.eu-central-1.amazonaws.com`, or `eu-central-1.queue.amazonaws.com` as it was called before.
fn region(host: &str) -> Option<&str> {
    let mut labels = host.split('.');
    match (labels.next()?, labels.next()?) {
        ("sqs" | "sqs-fips", region) | (region, "queue") => Some(region),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_of_amazons_has_its_region_in_its_url() {
        for (host, region) in [
            ("sqs.eu-central-1.amazonaws.com", Some("eu-central-1")),
            ("sqs.cn-north-1.amazonaws.com.cn", Some("cn-north-1")),
            ("sqs-fips.us-east-1.amazonaws.com", Some("us-east-1")),
            ("eu-west-1.queue.amazonaws.com", Some("eu-west-1")),
            ("vpce-1.sqs.eu-west-3.vpce.amazonaws.com", None),
        ] {
            let url = QueueUrl::parse(&format!("https://{host}/123456789012/orders")).unwrap();
            assert_eq!((url.region(None).as_deref(), url.endpoint(), url.is_fifo()), (region, None, false));
        }
    }

    #[test]
    fn another_host_is_asked_itself() {
        let url = QueueUrl::parse("http://127.0.0.1:5000/123456789012/orders.fifo").unwrap();
        assert_eq!(url.endpoint().as_deref(), Some("http://127.0.0.1:5000"));
        assert_eq!(url.region(None).as_deref(), Some("us-east-1"));
        assert_eq!(url.region(Some("eu-west-1")).as_deref(), Some("eu-west-1"));
        assert!(url.is_fifo());
        let alike = QueueUrl::parse("https://sqs.eu-west-1.amazonaws.com.example/1/orders").unwrap();
        assert_eq!(alike.endpoint().as_deref(), Some("https://sqs.eu-west-1.amazonaws.com.example"));
    }

    #[test]
    fn what_is_no_queue_is_refused() {
        for bad in [
            "",
            "orders",
            "arn:aws:sqs:eu-west-1:1:orders",
            "https://a.example",
            "https://a.example/",
            "https://u:p@a.example/1/q",
        ] {
            assert!(QueueUrl::parse(bad).is_err(), "{bad}");
        }
    }
}

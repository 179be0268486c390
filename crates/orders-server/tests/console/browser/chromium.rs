//! A Chromium of a test's own, spoken to by the few commands of `WebDriver` (W3C) that it takes. The libraries for that turn on features
//! of what the program is made of, and then the other tests would be of another program.

use std::{
    env,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use reqwest::{Client, Method};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Keys, as `WebDriver` has them.
const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";
const CONTROL: &str = "\u{e009}";

/// A browser with one window. Dropping it ends it.
pub struct Chromium {
    client: Client,
    /// The address of the session.
    session: String,
    process: Child,
    /// What the browser writes to.
    _folder: TempDir,
}

/// What a page notes of what it may not do.
const NOTE_REFUSALS: &str = "window.refused = []; addEventListener('securitypolicyviolation', \
    e => window.refused.push(e.violatedDirective + ' ' + e.blockedURI))";

impl Chromium {
    /// A browser; `None`, with a line that says so, where there is none.
    #[expect(clippy::print_stderr, reason = "who runs the tests is told what was not")]
    #[expect(
        clippy::disallowed_methods,
        reason = "whether a missing program is a failure is for who runs the tests to say"
    )]
    pub async fn start() -> Option<Self> {
        let folder = TempDir::new().unwrap();
        let mut driver = Command::new("chromedriver");
        for place in ["TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"] {
            driver.env(place, folder.path());
        }
        let started = driver.arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut process = match started {
            Ok(process) => process,
            Err(error) => {
                assert!(env::var("CI").is_err(), "chromedriver cannot be started: {error}");
                eprintln!("skipped: there is no chromedriver");
                return None;
            }
        };
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = lines.find_map(|line| {
            let line = line.ok()?;
            line.split("started successfully on port ").nth(1)?.trim_end_matches('.').parse::<u16>().ok()
        });
        std::thread::spawn(move || lines.for_each(drop));
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--lang=en",
        ];
        let wanted = json!({"capabilities": {"alwaysMatch": {"goog:chromeOptions": {"args": arguments}}}});
        let session = format!("http://127.0.0.1:{}/session", port.unwrap());
        let mut browser = Self { client: Client::new(), session, process, _folder: folder };
        let made = browser.ask(Method::POST, "", wanted).await.unwrap();
        browser.session = format!("{}/{}", browser.session, made["sessionId"].as_str().unwrap());
        browser.tell("Page.addScriptToEvaluateOnNewDocument", json!({"source": NOTE_REFUSALS})).await;
        browser.width(1280).await;
        Some(browser)
    }

    /// What the driver answers to a command, or why it does not do it.
    async fn ask(&self, method: Method, command: &str, body: Value) -> Result<Value, Value> {
        let request = self.client.request(method.clone(), format!("{}{command}", self.session));
        let request = if method == Method::POST { request.json(&body) } else { request };
        let answer = request.send().await.unwrap();
        let is_done = answer.status().is_success();
        let value = answer.json::<Value>().await.unwrap()["value"].take();
        if is_done { Ok(value) } else { Err(value) }
    }

    /// A command of the browser's own protocol.
    pub async fn tell(&self, command: &str, parameters: Value) -> Value {
        self.ask(Method::POST, "/goog/cdp/execute", json!({"cmd": command, "params": parameters}))
            .await
            .unwrap()
    }

    /// The window is so wide.
    pub async fn width(&self, pixels: u32) {
        let size = json!({"width": pixels, "height": 900, "deviceScaleFactor": 1, "mobile": pixels < 600});
        self.tell("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// Pages are dark or light.
    pub async fn dark(&self, dark: bool) {
        let value = if dark { "dark" } else { "light" };
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": value}]});
        self.tell("Emulation.setEmulatedMedia", features).await;
    }

    /// Pages have no script from now on.
    pub async fn without_script(&self) {
        self.tell("Emulation.setScriptExecutionDisabled", json!({"value": true})).await;
    }

    /// Goes to a page.
    pub async fn goto(&self, url: &str) {
        self.ask(Method::POST, "/url", json!({"url": url})).await.unwrap();
    }

    /// Where it is.
    pub async fn url(&self) -> String {
        self.ask(Method::GET, "/url", Value::Null).await.unwrap().as_str().unwrap().to_owned()
    }

    /// What a script in the page comes to.
    pub async fn run(&self, script: &str) -> Value {
        self.script("sync", script).await.unwrap()
    }

    async fn script(&self, how: &str, script: &str) -> Result<Value, Value> {
        self.ask(Method::POST, &format!("/execute/{how}"), json!({"script": script, "args": []})).await
    }

    /// What a script in the page comes to that calls back.
    pub async fn run_until_called(&self, script: &str) -> Value {
        self.script("async", script).await.unwrap()
    }

    /// Waits until this, as a script says it, is so.
    #[track_caller]
    pub fn until(&self, condition: &str) -> impl Future<Output = ()> {
        let (place, condition) = (std::panic::Location::caller(), condition.to_owned());
        async move {
            let deadline = Instant::now() + Duration::from_secs(20);
            let script = format!("return document.readyState === 'complete' && Boolean({condition})");
            loop {
                // Between two pages there is nothing to ask.
                let found = self.script("sync", &script).await;
                if found == Ok(Value::Bool(true)) {
                    return;
                }
                assert!(
                    Instant::now() < deadline,
                    "{condition} does not come ({place}): {}",
                    self.run("return document.body.innerText").await
                );
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    }

    /// Presses these keys, wherever the focus is.
    pub async fn press(&self, keys: &str) {
        let focus = self.ask(Method::GET, "/element/active", Value::Null).await.unwrap();
        let id = focus.as_object().unwrap().values().next().unwrap().as_str().unwrap().to_owned();
        self.ask(Method::POST, &format!("/element/{id}/value"), json!({"text": keys})).await.unwrap();
    }

    /// Goes on with the tab key until the focus is on what this selects, as somebody without a mouse does.
    pub async fn tab_to(&self, selector: &str) {
        let script = format!(
            "return document.activeElement !== null && document.activeElement.matches({})",
            json!(selector)
        );
        for _ in 0..150 {
            if self.run(&script).await == true {
                let ring = "return getComputedStyle(document.activeElement).outlineStyle";
                assert_ne!(self.run(ring).await, "none", "{selector} does not show its focus");
                return;
            }
            self.press(TAB).await;
        }
        panic!("the tab key does not come to {selector} at {}", self.url().await);
    }

    /// Goes with the tab key to what this selects, and presses enter there.
    pub async fn enter_at(&self, selector: &str) {
        self.tab_to(selector).await;
        self.press(ENTER).await;
    }

    /// Goes with the tab key to a field, and writes this in place of what is there.
    pub async fn write_at(&self, selector: &str, text: &str) {
        self.tab_to(selector).await;
        self.press(&format!("{CONTROL}a")).await;
        self.press(text).await;
    }

    /// What the page was refused by its policy.
    pub async fn refused(&self) -> Value {
        self.run("return window.refused ?? []").await
    }

    /// The addresses of all that the page has loaded.
    pub async fn loaded(&self) -> Vec<String> {
        let all = self.run("return performance.getEntriesByType('resource').map(e => e.name)").await;
        serde_json::from_value(all).unwrap()
    }

    /// All of the page as a picture in PNG.
    pub async fn picture(&self) -> Vec<u8> {
        use base64::{Engine, engine::general_purpose::STANDARD};

        let taken = self
            .tell("Page.captureScreenshot", json!({"format": "png", "captureBeyondViewport": true}))
            .await;
        STANDARD.decode(taken["data"].as_str().unwrap()).unwrap()
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // Also after a failure, where no future runs any more: the driver ends its browser when the session ends, not with itself.
        let address = self.session.trim_start_matches("http://");
        if let Some((host, path)) = address.split_once('/')
            && let Ok(mut stream) = TcpStream::connect(host)
        {
            let request = format!("DELETE /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
            let _ = stream.write_all(request.as_bytes());
            // It keeps the connection, so its answer has come with the first bytes of it.
            let _ = stream.set_read_timeout(Some(Duration::from_secs(10)));
            let _ = stream.read(&mut [0; 1024]);
        }
        let _ = Command::new("kill").arg(self.process.id().to_string()).status();
        let _ = self.process.wait();
    }
}

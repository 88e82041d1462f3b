//! Chromium without a window, spoken to over two pipes: pages are opened, measured, emulated and photographed.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

/// The names under which systems have it.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Everything that keeps it from windows, networks and this machine's own profile.
const OPTIONS: &str = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --no-proxy-server \
    --disable-background-networking --disable-component-update --disable-sync --disable-dev-shm-usage \
    --hide-scrollbars --force-color-profile=srgb --remote-debugging-pipe";

/// A running Chromium with one open page. It does not outlive its test.
pub(crate) struct Chromium {
    process: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    session: String,
    said: u64,
    /// What the pages complained of since the last look.
    complaints: Vec<String>,
    _profile: tempfile::TempDir,
}

/// How a page is looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Light {
    pub(crate) width: u32,
    /// `light` or `dark`.
    pub(crate) scheme: &'static str,
    /// `screen` or `print`.
    pub(crate) medium: &'static str,
}

impl Chromium {
    /// Starts it; `None` where this machine has none.
    pub(crate) fn start() -> Option<Self> {
        let has = |name: &&&str| {
            let asked = Command::new(name).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
            asked.is_ok_and(|status| status.success())
        };
        let name = NAMES.iter().find(has)?;
        let profile = tempfile::tempdir().unwrap();
        // It reads commands from descriptor 3 and answers on 4; the shell lays them onto the pipes that we can hold.
        let script = format!("exec {name} {OPTIONS} --user-data-dir=\"$0\" about:blank 3<&0 4>&1 >/dev/null 2>&1");
        let mut command = Command::new("sh");
        command.args(["-c", &script]).arg(profile.path()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let (to, from) = (process.stdin.take().unwrap(), BufReader::new(process.stdout.take().unwrap()));
        let session = String::new();
        let mut chromium = Self { process, to, from, session, said: 0, complaints: Vec::new(), _profile: profile };
        let page = chromium.call("Target.createTarget", &json!({ "url": "about:blank" }));
        let attached =
            chromium.call("Target.attachToTarget", &json!({ "targetId": page["targetId"], "flatten": true }));
        attached["sessionId"].as_str().unwrap().clone_into(&mut chromium.session);
        for domain in ["Page.enable", "Log.enable", "Runtime.enable"] {
            chromium.call(domain, &json!({}));
        }
        Some(chromium)
    }

    /// One command and its result.
    pub(crate) fn call(&mut self, method: &str, parameters: &Value) -> Value {
        self.said += 1;
        let mut message = json!({ "id": self.said, "method": method, "params": parameters });
        if !self.session.is_empty() {
            message["sessionId"] = json!(self.session);
        }
        self.to.write_all(format!("{message}\0").as_bytes()).unwrap();
        loop {
            let heard = self.hear();
            if heard["id"] == self.said {
                assert!(heard.get("error").is_none(), "{method} {parameters}: {heard}");
                return heard["result"].clone();
            }
            self.note(&heard);
        }
    }

    fn hear(&mut self) -> Value {
        let mut message = Vec::new();
        self.from.read_until(0, &mut message).unwrap();
        assert_eq!(message.pop(), Some(0), "Chromium has ended");
        serde_json::from_slice(&message).unwrap()
    }

    fn note(&mut self, heard: &Value) {
        match heard["method"].as_str() {
            Some("Log.entryAdded") if heard["params"]["entry"]["level"] != "info" => {
                self.complaints.push(heard["params"]["entry"]["text"].to_string());
            }
            Some("Runtime.exceptionThrown") => self.complaints.push(heard["params"].to_string()),
            _ => {}
        }
    }

    /// What the pages complained of since the last time this was asked.
    pub(crate) fn complaints(&mut self) -> Vec<String> {
        std::mem::take(&mut self.complaints)
    }

    /// Opens a page in this light, and waits until it is there.
    pub(crate) fn open(&mut self, url: &str, light: Light) {
        let Light { width, scheme, medium } = light;
        let size = json!({ "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", &size);
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.call("Emulation.setEmulatedMedia", &json!({ "media": medium, "features": features }));
        let opened = self.call("Page.navigate", &json!({ "url": url }));
        assert!(opened.get("errorText").is_none(), "{url}: {opened}");
        let is_there = format!(
            "document.readyState === 'complete' && location.href !== 'about:blank' || {url:?} === 'about:blank'"
        );
        for _ in 0..12_000 {
            if self.evaluate(&is_there) == true {
                // A page that looks again by itself is not to do so while it is being looked at.
                self.evaluate("window.stop()");
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        panic!("{url} did not come to its end");
    }

    /// The value of an expression in the page; of a promise, what it promises.
    pub(crate) fn evaluate(&mut self, expression: &str) -> Value {
        let asked = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let told = self.call("Runtime.evaluate", &asked);
        assert!(told.get("exceptionDetails").is_none(), "{expression}: {told}");
        told["result"]["value"].clone()
    }

    /// A picture of the whole page, as PNG in base64.
    pub(crate) fn photograph(&mut self) -> String {
        let size = self.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]");
        let clip = json!({ "x": 0, "y": 0, "width": size[0], "height": size[1], "scale": 1 });
        let asked = json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
        self.call("Page.captureScreenshot", &asked)["data"].as_str().unwrap().to_owned()
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // It ends with its pipes, too; this is for where it hangs.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

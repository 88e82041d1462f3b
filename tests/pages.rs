//! The pages of all four mocks as a browser shows them, with something on the books: whole, readable, in both languages,
//! by day and by night, on a telephone, on a desk and on paper. Where there is no Chromium the test says so and passes.

use std::fs;
use std::io::{Write, stderr};
use std::path::PathBuf;
use std::thread::sleep;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::chromium::{Chromium, Light};
use crate::neighbours::{Neighbours, SECRET, TOKEN, exchange, request, send};

/// Looks at the page from inside: what is wider than the page, what is too faint to be read.
const LOOK: &str = include_str!("data/look.js");
/// Looks at a picture: its size, how many colours, how bright, how much of it is one colour.
const LOOK_AT_PICTURE: &str = include_str!("data/look_at_picture.js");

/// A name as long as names of procedures are.
const LONG_NAME: &str =
    "Cấp giấy chứng nhận quyền sử dụng đất, quyền sở hữu nhà ở và tài sản khác gắn liền với đất lần đầu";

/// In which language and in which light each page is looked at. Paper is white, whatever the screen is.
const LIGHTS: [(&str, u32, &str, &str); 7] = [
    ("vi", 420, "light", "screen"),
    ("vi", 420, "dark", "screen"),
    ("vi", 1_100, "light", "screen"),
    ("vi", 1_100, "dark", "screen"),
    ("en", 420, "light", "screen"),
    ("en", 1_100, "dark", "screen"),
    ("vi", 720, "dark", "print"),
];

/// A page and what stands on it in Vietnamese and in English.
struct Page {
    name: &'static str,
    url: String,
    vietnamese: Vec<&'static str>,
    english: Vec<&'static str>,
}

/// The four at work: dossiers in several states, payments, parcels, messages.
struct Town {
    neighbours: Neighbours,
    citizen: String,
    clerk: String,
    registrar: String,
    post_clerk: String,
}

impl Town {
    fn new() -> Self {
        let faults = ["bank:duplicate=0.5", "bank:forged=0.3", "post:wrong-cod=0.5", "post:failed-attempt=0.4"];
        let faults: Vec<&str> = faults.iter().flat_map(|fault| ["--fault", *fault]).collect();
        let neighbours = Neighbours::start_with(&faults);
        let portal = neighbours.addresses[0].clone();
        let session = |path: &str, credentials: Value| {
            let opened = exchange(&portal, "POST", path, &[], &credentials).json();
            format!("Bearer {}", opened["token"].as_str().unwrap())
        };
        let clerk = |id: &str| session("/api/desk/sessions", json!({ "clerk": id, "password": "open" }));
        Self {
            citizen: session("/api/sessions", json!({ "citizen_number": "003099000001", "otp": "000001" })),
            clerk: clerk("desk-1"),
            registrar: clerk("registrar-1"),
            post_clerk: clerk("post-1"),
            neighbours,
        }
    }

    fn portal(&self, token: &str, method: &str, path: &str, body: &Value) -> Value {
        exchange(&self.neighbours.addresses[0], method, path, &[("authorization", token)], body).json()
    }

    fn submit(&self, number: usize, returned: &str, paid: &str) -> String {
        let body = json!({
            "procedure": "1.000002", "unit": "H99.01", "channel": "online", "client_reference": format!("c-{number}"),
            "applicant": { "full_name": "Nguyễn Thị Thanh Hoa", "citizen_number": "003099000001", "phone": "0000000001" },
            "form": { "subject": "Cấp mới" }, "return_method": returned, "return_address": "Tổ 3, phường Mường Thanh",
            "payment_method": paid
        });
        self.portal(&self.citizen, "POST", "/api/dossiers", &body)["code"].as_str().unwrap().to_owned()
    }

    fn steps(&self, code: &str, steps: &[&str]) {
        for step in steps {
            let path = format!("/api/desk/dossiers/{code}/{step}");
            self.portal(&self.clerk, "POST", &path, &json!({ "reason": "Thiếu giấy tờ", "items": ["Bản sao"] }));
        }
    }

    /// Orders a payment; the path of the bank's page.
    fn order(&self, code: &str) -> String {
        let path = format!("/api/dossiers/{code}/payments");
        let order = self.portal(&self.citizen, "POST", &path, &Value::Null);
        let url = order["payment_url"].as_str().unwrap().to_owned();
        format!("/pay/{}", url.rsplit_once('/').unwrap().1)
    }

    fn decide(&self, page: &str, action: &str) {
        let bank = &self.neighbours.addresses[1];
        assert_eq!(send(bank, &request("GET", page, &[], b"")).status(), Some(200));
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let answered = send(bank, &request("POST", page, &form, format!("action={action}").as_bytes()));
        assert_eq!(answered.status(), Some(303));
    }

    /// Everything that is to be seen on the pages happens here; the pages of the bank for customers are returned.
    fn work(&self) -> [String; 2] {
        self.portal(&self.registrar, "PUT", "/api/catalogue/procedures/1.000002", &json!({ "name": LONG_NAME }));
        let (open, paid, cancelled) = (
            self.submit(1, "counter", "online"),
            self.submit(2, "counter", "online"),
            self.submit(3, "counter", "online"),
        );
        let (open, paid_at, cancelled) = (self.order(&open), self.order(&paid), self.order(&cancelled));
        self.decide(&paid_at, "pay");
        self.decide(&cancelled, "cancel");
        self.steps(&paid, &["accept"]);
        for number in 4..8 {
            let code = self.submit(number, "post", "cod");
            self.steps(&code, &["accept", "start", "complete"]);
            self.portal(&self.post_clerk, "POST", &format!("/api/desk/dossiers/{code}/hand-to-post"), &Value::Null);
        }
        for (number, steps) in [(8, &["refuse"][..]), (9, &["request-supplement"]), (10, &["accept", "stop"])] {
            self.steps(&self.submit(number, "counter", "none"), steps);
        }
        self.at_the_post();
        self.at_the_hub();
        [open, paid_at.replace("/pay/", "/receipt/")]
    }

    fn at_the_post(&self) {
        let (post, token) = (&self.neighbours.addresses[2], [("access_token", TOKEN)]);
        let pickup = json!({
            "customer_code": "PORTAL", "order_number": "D-7", "documents": 7, "sender_name": "Lò Văn Nam",
            "sender_address": "Bản Phủ", "sender_phone": "0000000002", "status_url": "http://127.0.0.1:9/"
        });
        exchange(post, "POST", "/pickups", &token, &pickup).json();
        let bag = json!({ "from": "Trung tâm", "to": "Sở mẫu", "count": 2, "documents": ["D-1", "D-2"] });
        exchange(post, "POST", "/manifests", &token, &bag).json();
        for number in 0..4 {
            exchange(post, "POST", "/counters/tickets", &[], &json!({ "order_number": format!("D-{number}") })).json();
        }
        // Until the parcels have arrived and can be accounted for.
        for _ in 0..15_000 {
            if exchange(post, "GET", "/_ledger", &[], &Value::Null).json()["settled"] == true {
                break;
            }
            sleep(Duration::from_millis(20));
        }
        exchange(post, "POST", "/remittances", &token, &Value::Null).json();
    }

    fn at_the_hub(&self) {
        let hub = &self.neighbours.addresses[3];
        let credentials = json!({ "username": "portal", "password": SECRET });
        let opened = exchange(hub, "POST", "/auth", &[], &credentials).json();
        let dossier = json!({
            "MaHoSo": "H99.01-210301-0001", "MaTTHC": "1.000002", "KenhThucHien": "2", "ChuHoSo": "Nguyễn Thị Hoa",
            "LoaiDoiTuong": "1", "NgayTiepNhan": "20210301070000", "TrangThaiHoSo": "2", "DonViXuLy": "Sở mẫu"
        });
        for (service, data) in
            [("LayThuTuc", json!([])), ("DongBoHoSoMC", json!([dossier])), ("DongBoHoSoMC", json!([{}]))]
        {
            let message = json!({
                "session": opened["session"], "madonvi": "H99.01", "service": service, "isUpdating": "False", "data": data
            });
            exchange(hub, "POST", "/exchange", &[], &message).json();
        }
        let letter = json!({
            "channel": "email", "recipient": "hoa@portal.example", "subject": "Hồ sơ đã có kết quả",
            "text": "Kính gửi bà Nguyễn Thị Thanh Hoa: hồ sơ của bà đã có kết quả."
        });
        assert!(exchange(hub, "POST", "/messages", &[], &letter).status().is_some_and(|status| status < 300));
    }

    fn pages(&self, [payment, receipt]: [String; 2]) -> Vec<Page> {
        let url = |place: usize, path: &str| format!("http://{}{path}", self.neighbours.addresses[place]);
        let page = |name, place, path: &str, vietnamese: &[&'static str], english: &[&'static str]| Page {
            name,
            url: url(place, path),
            vietnamese: vietnamese.to_vec(),
            english: english.to_vec(),
        };
        vec![
            page(
                "portal",
                0,
                "/",
                &["Cổng dịch vụ công mẫu", "yêu cầu bổ sung giấy tờ", "không được tiếp nhận", LONG_NAME, "Sở mẫu"],
                &["Reference portal", "awaiting papers", "rejected at intake", "Received", LONG_NAME],
            ),
            page(
                "bank",
                1,
                "/",
                &["Nền tảng thanh toán", "Sổ cái, mới nhất trước", "Lỗi cố ý", "120.000"],
                &["Payment platform", "Ledger, newest first", "Injected faults"],
            ),
            page(
                "payment",
                1,
                &payment,
                &["Thanh toán trực tuyến", "Mã tham chiếu", "Hạn thanh toán"],
                &["Pay", "Payable until"],
            ),
            page("receipt", 1, &receipt, &["Biên lai thu phí, lệ phí"], &["Receipt"]),
            page("post", 2, "/", &["Bưu chính mô phỏng", "H99.01-"], &["Mock post", "H99.01-"]),
            page("hub", 3, "/", &["Cổng quốc gia mô phỏng", "H99.01-210301-0001"], &["Mock national portal"]),
        ]
    }
}

/// Where the pictures are left for people.
fn album() -> PathBuf {
    let album = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("pages");
    fs::create_dir_all(&album).unwrap();
    album
}

/// Everything that is wrong with one page in one light.
fn look(chromium: &mut Chromium, page: &Page, language: &str, light: Light) -> Vec<String> {
    chromium.open(&format!("{}?lang={language}", page.url), light);
    let seen = chromium.evaluate(LOOK);
    let picture = chromium.photograph();
    let mut wrong = chromium.complaints();
    let mut claim = |holds: bool, what: String| {
        if !holds {
            wrong.push(what);
        }
    };
    let words = if language == "vi" { &page.vietnamese } else { &page.english };
    let text = seen["text"].as_str().unwrap();
    for word in words {
        claim(text.contains(word), format!("`{word}` is not on it: {text}"));
    }
    claim(seen["language"] == language, format!("it says it is in {}", seen["language"]));
    claim(seen["title"].as_str().is_some_and(|title| title.chars().count() > 3), format!("title {}", seen["title"]));
    claim(seen["overflow"] == 0, format!("{} px wider than the page: {}", seen["overflow"], seen["wide"]));
    claim(seen["faint"] == json!([]), format!("too faint: {}", seen["faint"]));
    claim(seen["small"] == json!([]), format!("too small: {}", seen["small"]));
    let file = format!("{}-{language}-{}-{}-{}.png", page.name, light.width, light.scheme, light.medium);
    fs::write(album().join(&file), STANDARD.decode(&picture).unwrap()).unwrap();
    chromium.open("about:blank", light);
    let look_at_picture = format!("({LOOK_AT_PICTURE})({picture:?})");
    let shown = chromium.evaluate(&look_at_picture);
    let number = |field: &str| shown[field].as_f64().unwrap();
    claim(shown["width"] == light.width, format!("the picture is {} wide", shown["width"]));
    claim(number("height") >= 200.0 && number("height") < 20_000.0, format!("the picture is {} high", shown["height"]));
    claim(number("colours") > 30.0 && number("commonest") < 0.995, format!("the picture is empty: {shown}"));
    let is_dark = light.scheme == "dark" && light.medium == "screen";
    let is_bright = number("brightness") > 128.0;
    claim(is_bright != is_dark, format!("brightness {} in {light:?}", shown["brightness"]));
    wrong.into_iter().map(|what| format!("{file}: {what}")).collect()
}

#[test]
fn every_page_is_whole_and_readable_in_every_light() {
    let Some(mut chromium) = Chromium::start() else {
        // Past the harness, which keeps what a test prints to itself as long as the test passes.
        writeln!(stderr(), "there is no Chromium here: nobody has looked at the pages of the mocks").unwrap();
        return;
    };
    let town = Town::new();
    let pages = town.pages(town.work());
    let mut wrong = Vec::new();
    for page in &pages {
        for (language, width, scheme, medium) in LIGHTS {
            wrong.extend(look(&mut chromium, page, language, Light { width, scheme, medium }));
        }
        wrong.extend(languages_lead_to_each_other(&mut chromium, page));
    }
    assert!(
        wrong.is_empty(),
        "{} things are wrong (pictures in {}):\n{}",
        wrong.len(),
        album().display(),
        wrong.join("\n")
    );
}

/// From each language a link leads to the same page in the other one.
fn languages_lead_to_each_other(chromium: &mut Chromium, page: &Page) -> Vec<String> {
    let light = Light { width: 1_100, scheme: "light", medium: "screen" };
    let mut wrong = Vec::new();
    for (from, to) in [("vi", "en"), ("en", "vi")] {
        chromium.open(&format!("{}?lang={from}", page.url), light);
        let link =
            chromium.evaluate(&format!("document.querySelector('a[hreflang=\"{to}\"], a[lang=\"{to}\"]')?.href ?? ''"));
        let link = link.as_str().unwrap().to_owned();
        if link.is_empty() {
            wrong.push(format!("{}: no link leads from {from} to {to}", page.name));
            continue;
        }
        chromium.open(&link, light);
        if chromium.evaluate("document.documentElement.lang") != to {
            wrong.push(format!("{}: {link} does not lead to {to}", page.name));
        }
    }
    wrong
}

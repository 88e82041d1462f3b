//! A portal that nobody wrote vandan for: other paths, other words, a form-encoded login, failures inside HTTP 200.
//! Driven by `tests/data/stand-in.yaml` and the same journeys as the reference portal.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Form, Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Html;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::support::{Desk, root};

type Fields = HashMap<String, String>;

#[derive(Default)]
struct Books {
    dossiers: Vec<Value>,
    new: HashMap<String, Vec<usize>>,
}

#[derive(Clone)]
struct Portal {
    books: Arc<Mutex<Books>>,
    /// Where its payment page is said to be.
    pays_at: String,
}

fn good(data: impl serde::Serialize) -> Json<Value> {
    Json(json!({ "error_code": 0, "message": "thành công", "data": data }))
}

fn bad(code: u32, message: &str) -> Json<Value> {
    Json(json!({ "error_code": code, "message": message, "data": null }))
}

async fn sign_in(Form(fields): Form<Fields>) -> Json<Value> {
    match (fields.get("tai_khoan"), fields.get("mat_khau")) {
        (Some(account), Some(password)) if !password.is_empty() => good(json!({ "phien": format!("p-{account}") })),
        _ => bad(4, "sai tài khoản"),
    }
}

async fn submit(State(portal): State<Portal>, headers: HeaderMap, Json(mut dossier): Json<Value>) -> Json<Value> {
    if !headers.contains_key("x-phien") {
        return bad(4, "chưa đăng nhập");
    }
    let mut books = portal.books.lock().unwrap();
    let at = books.dossiers.len();
    dossier["soHoSo"] = json!(format!("DN-{at:06}"));
    dossier["trangThai"] = json!("Mới đăng ký");
    let unit = dossier["donVi"].as_str().unwrap().to_owned();
    books.dossiers.push(dossier.clone());
    books.new.entry(unit).or_default().push(at);
    good(dossier)
}

fn find(books: &Books, code: &str) -> Option<usize> {
    code.strip_prefix("DN-")?.parse::<usize>().ok().filter(|at| *at < books.dossiers.len())
}

async fn view(State(portal): State<Portal>, Path(code): Path<String>) -> Json<Value> {
    let books = portal.books.lock().unwrap();
    find(&books, &code).map_or_else(|| bad(3, "không tìm thấy"), |at| good(books.dossiers[at].clone()))
}

async fn inbox(State(portal): State<Portal>, Query(query): Query<Fields>) -> Json<Value> {
    let mut books = portal.books.lock().unwrap();
    let taken = books.new.remove(&query["don_vi"]).unwrap_or_default();
    good(taken.into_iter().map(|at| books.dossiers[at].clone()).collect::<Vec<_>>())
}

/// Every step a dossier can take: its name, the states it may be taken from, the state it leads to.
const STEPS: [(&str, &[&str], &str); 8] = [
    ("TiepNhan", &["Mới đăng ký"], "Được tiếp nhận"),
    ("XuLy", &["Được tiếp nhận"], "Đang xử lý"),
    ("HoanThanh", &["Đang xử lý"], "Đã xử lý xong"),
    ("TraKetQua", &["Đã xử lý xong"], "Đã trả kết quả"),
    ("Dung", &["Đang xử lý"], "Dừng xử lý"),
    ("XinRut", &["Được tiếp nhận", "Đang xử lý"], "Công dân yêu cầu rút hồ sơ"),
    ("ChoRut", &["Công dân yêu cầu rút hồ sơ"], "Dừng xử lý"),
    ("ThuPhi", &["Được tiếp nhận"], "Được tiếp nhận"),
];

async fn step(State(portal): State<Portal>, Path(code): Path<String>, Query(query): Query<Fields>) -> Json<Value> {
    let mut books = portal.books.lock().unwrap();
    let Some(at) = find(&books, &code) else { return bad(3, "không tìm thấy") };
    let Some((name, from, to)) = STEPS.iter().find(|(name, ..)| *name == query["ten"]) else {
        return bad(5, "bước lạ");
    };
    let dossier = &mut books.dossiers[at];
    if !from.contains(&dossier["trangThai"].as_str().unwrap()) {
        return bad(7, "không được phép");
    }
    if *name == "XuLy" && dossier["thanhToan"] == "truc_tuyen" && dossier["daTra"] != true {
        return bad(6, "chưa thanh toán");
    }
    dossier["trangThai"] = json!(to);
    good(dossier.clone())
}

async fn pay(State(portal): State<Portal>, Path(code): Path<String>) -> Json<Value> {
    good(
        json!({ "maThamChieu": format!("{code}/1"), "soTien": 1, "url": format!("http://{}/tra-tien/{code}", portal.pays_at) }),
    )
}

async fn pay_page() -> Html<&'static str> {
    Html("<form method=post><button>Trả tiền</button></form>")
}

async fn paid(State(portal): State<Portal>, Path(code): Path<String>) -> Html<&'static str> {
    let mut books = portal.books.lock().unwrap();
    if let Some(at) = find(&books, &code) {
        books.dossiers[at]["daTra"] = json!(true);
    }
    Html("Cảm ơn")
}

/// Starts the stand-in on a free loopback port, its payment page there or elsewhere; it lives as long as the tests.
fn start(pays_at: Option<String>) -> String {
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap().to_string();
            tell.send(address.clone()).unwrap();
            let routes = Router::new()
                .route("/dang-nhap", post(sign_in))
                .route("/ho-so", post(submit))
                .route("/ho-so/{code}", get(view))
                .route("/ho-so/{code}/buoc", post(step))
                .route("/ho-so/{code}/thanh-toan", post(pay))
                .route("/hop-thu", get(inbox))
                .route("/tra-tien/{code}", get(pay_page).post(paid))
                .with_state(Portal { books: Arc::default(), pays_at: pays_at.unwrap_or(address) });
            axum::serve(listener, routes).await.unwrap();
        });
    });
    format!("http://{}", told.recv().unwrap())
}

#[test]
fn a_portal_that_nobody_wrote_vandan_for_is_driven_by_one_yaml_file() {
    let desk = Desk::new();
    let target = start(None);
    let adapter = root().join("tests/data/stand-in.yaml").display().to_string();
    let said = desk.play(&["--target", &target, "--portal", &adapter]);
    said.ends_with(0);
    assert_eq!(desk.count("select count(distinct dossier_code) from observations where dossier_code glob 'DN-*'"), 256);
    assert!(
        desk.count("select count(*) from observations where state = 'returned' and state_word = 'Đã trả kết quả'") > 0
    );
    assert!(
        desk.count("select count(*) from exchanges where outcome = 'refused' and status = 200") > 0,
        "failures inside HTTP 200 are seen"
    );
    assert!(said.err.contains("left out post-desk (the portal has no post_inbox, hand_to_post)"), "{}", said.err);
}

#[test]
fn a_link_to_a_door_that_nobody_listed_is_left_and_named() {
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let door = other.local_addr().unwrap().to_string();
    let desk = Desk::new();
    let target = start(Some(door.clone()));
    let adapter = root().join("tests/data/stand-in.yaml").display().to_string();
    let said = desk.play_little(&["--target", &target, "--portal", &adapter]);
    assert_ne!(said.code, 0, "{}", said.out);
    let refused = desk.count("select count(*) from exchanges where fault = 'forbidden'");
    assert!(refused > 1);
    let first = desk.count("select min(exchange_id) from exchanges where fault = 'forbidden'");
    assert_eq!(desk.count("select count(*) from exchanges where fault = 'forbidden' and sent_ns is not null"), 0);
    let sentence = format!(
        "refused to follow: http://{door} ({refused} exchanges, first exchange {first}): not the target, a peer"
    );
    assert!(desk.latest("verdicts.json").contains(&sentence), "{sentence} in {}", desk.latest("verdicts.json"));
    for form in [said.out, desk.latest("report.html"), desk.latest("junit.xml"), desk.latest("summary.json")] {
        assert!(form.contains(&format!("refused to follow: http://{door}")), "{form}");
    }
    other.set_nonblocking(true).unwrap();
    assert!(other.accept().is_err(), "somebody knocked there");
}

#[test]
fn a_link_to_a_listed_door_is_followed() {
    // The payment page of one portal stands at another.
    let pages = start(None);
    let door = pages.trim_start_matches("http://").to_owned();
    let target = start(Some(door.clone()));
    let desk = Desk::new();
    let run = std::fs::read_to_string(crate::support::tiny()).unwrap();
    desk.put("links.yaml", &format!("{run}\nlinks: ['{door}']\n"));
    let adapter = root().join("tests/data/stand-in.yaml").display().to_string();
    let little = ["--scale", "1/24", "--length", "4 s", "--target", &target, "--portal", &adapter];
    desk.vandan(&[&["run", "links.yaml"][..], &little].concat());
    assert_eq!(desk.count("select count(*) from exchanges where fault = 'forbidden'"), 0);
    assert!(desk.count("select count(*) from exchanges where operation = 'open_payment_page' and outcome = 'ok'") > 0);
}

//! The national profile, from `INIT` to the receipt.

use http::StatusCode;
use serde_json::{Value, json};

use super::scene::{SECRET, Scene, column, says};
use crate::{Profile, checksum};

/// What portals of this profile reply to a callback, as far as the bank reads it.
fn understood() -> wiremock::ResponseTemplate {
    wiremock::ResponseTemplate::new(200).set_body_json(json!({ "MaLoi": "00", "MoTaLoi": "Thành công" }))
}

/// An `INIT` whose checksum was computed by
/// `printf 'INIT|1.0.6|MDT01|H99-210301-0001-P1|120000|PAY|1|1|vi-VN|VND|PAYMENT|Phí cấp giấy phép|20210301210509|127.0.0.1|s3cret' | sha256sum`.
fn init() -> Value {
    json!({
        "LoaiBanTin": "INIT", "PhienBan": "1.0.6", "MaDoiTac": "MDT01", "MaThamChieu": "H99-210301-0001-P1",
        "SoTien": "120000", "LoaiHinhThanhToan": "PAY", "MaKenhThanhToan": "1", "MaThietBi": "1",
        "NgonNgu": "vi-VN", "MaTienTe": "VND", "MaNganHang": "PAYMENT", "ThongTinGiaoDich": "Phí cấp giấy phép",
        "ThoiGianGD": "20210301210509", "Ip": "127.0.0.1",
        "ThongTinBienLai": { "MaDichVu": "2", "MaHoSo": "H99-210301-0001", "PhiLePhi": [] },
        "MaXacThuc": "ac6b795a9ad39c26a17b7f4d1d631d6699ed677be5deca2ba2b9034e6c82c046",
    })
}

fn question(kind: &str) -> Value {
    let fields = [kind, "1.0.6", "MDT01", "H99-210301-0001-P1", "20210301210509"];
    json!({
        "LoaiBanTin": kind, "PhienBan": "1.0.6", "MaDoiTac": "MDT01", "MaThamChieu": "H99-210301-0001-P1",
        "ThoiGianGD": "20210301210509", "MaXacThuc": checksum::seal(&fields, SECRET),
    })
}

async fn asked(scene: &Scene, message: &Value) -> (StatusCode, String, Value) {
    let answer = scene.json("/payment", message).await;
    let envelope = answer.json();
    let inside = envelope["message"].as_str().expect("the message is JSON inside a string");
    let code = envelope["error_code"].as_str().unwrap().to_owned();
    (answer.status, code, serde_json::from_str(inside).unwrap())
}

#[tokio::test]
async fn a_payment_goes_from_init_to_the_receipt() {
    let scene = Scene::of(Profile::National, &[], understood()).await;
    let (status, code, opened) = asked(&scene, &init()).await;
    assert_eq!((status, code.as_str()), (StatusCode::OK, "0"));
    let transaction = opened["MaGiaoDich"].as_str().unwrap();
    assert_eq!(opened["UrlThanhToan"], format!("{}/pay/{transaction}", scene.bank.url()));

    let (_, _, waiting) = asked(&scene, &question("QUERY")).await;
    assert_eq!((&waiting["TrangThaiGD"], &waiting["SoTien"]), (&json!("3"), &json!("120000")));
    let (status, code, _) = asked(&scene, &question("GET_BILL")).await;
    assert_eq!((status, code.as_str()), (StatusCode::CONFLICT, "95"), "there is no receipt yet");

    let way_back = scene.decide(transaction, "pay").await;
    assert_eq!(way_back.location, "http://127.0.0.1:1/return?MaThamChieu=H99-210301-0001-P1&MaLoi=00");
    let signals = scene.settled().await;
    assert_eq!(column(&signals, "kind"), ["order", "query", "bill", "captured", "callback"]);
    assert_eq!((&signals[0]["dossier"], &signals[4]["detail"]), (&json!("H99-210301-0001"), &json!("00")));
    let callbacks = scene.callbacks().await;
    assert_eq!(
        (&callbacks[0]["MaLoi"], &callbacks[0]["ThongTinGiaoDich"]),
        (&json!("00"), &json!("Phí cấp giấy phép"))
    );

    let (_, _, paid) = asked(&scene, &question("QUERY")).await;
    assert_eq!(paid["TrangThaiGD"], "1");
    let (_, _, bill) = asked(&scene, &question("GET_BILL")).await;
    let receipt = scene.text(bill["UrlBienLai"].as_str().unwrap().strip_prefix(&scene.bank.url()).unwrap()).await;
    assert!(receipt.contains("Biên lai") && receipt.contains("120.000"), "{receipt}");
}

#[tokio::test]
async fn a_cancelled_payment_has_failed() {
    let scene = Scene::of(Profile::National, &[], understood()).await;
    let (_, _, opened) = asked(&scene, &init()).await;
    scene.decide(opened["MaGiaoDich"].as_str().unwrap(), "cancel").await;
    scene.settled().await;
    assert_eq!(scene.callbacks().await[0]["MaLoi"], "24");
    assert_eq!(asked(&scene, &question("QUERY")).await.2["TrangThaiGD"], "4");
}

#[tokio::test]
async fn every_hashed_field_is_under_the_checksum() {
    let scene = Scene::of(Profile::National, &[], says("00")).await;
    for field in ["MaDoiTac", "MaThamChieu", "SoTien", "NgonNgu", "ThongTinGiaoDich", "ThoiGianGD", "Ip"] {
        let mut message = init();
        message[field] = "1".into();
        let (status, code, _) = asked(&scene, &message).await;
        assert_eq!((status, code.as_str()), (StatusCode::BAD_REQUEST, "97"), "{field}");
    }
    let mut another = init();
    another["ThongTinBienLai"]["MaHoSo"] = "H99-210301-0002".into();
    assert_eq!(asked(&scene, &another).await.1, "0", "the receipt is not under it");
}

#[tokio::test]
async fn a_stranger_does_not_learn_the_state_of_a_payment() {
    let scene = Scene::of(Profile::National, &[], says("00")).await;
    assert_eq!(asked(&scene, &question("QUERY")).await.1, "91");
    asked(&scene, &init()).await;
    let mut forged = question("QUERY");
    forged["MaXacThuc"] = "0".into();
    assert_eq!(asked(&scene, &forged).await.1, "97");
}

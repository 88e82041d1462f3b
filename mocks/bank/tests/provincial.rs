//! The provincial profile, from the registered bill to the confirmation.

use http::StatusCode;
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use super::scene::{SECRET, Scene, column};
use crate::{Profile, checksum};

const CODE: &str = "H99-210301-000120210301210509";

/// A bill whose checksum was computed by `printf '0|P|CREATE|120000|R-1|1.0' | openssl dgst -sha256 -hmac s3cret`.
fn bill() -> Value {
    json!({
        "client_id": "P", "command": "CREATE", "version": "1.0", "transaction_id": "R-1", "trans_amount": 120_000,
        "addition_fee": 0, "MaTraCuuTT": CODE,
        "ThongTinBienLai": { "MaHoSo": "H99-210301-0001", "TenTTHC": "Cấp giấy phép" },
        "checksum": "f52fee11084caeee90d296e031e8f62b1169454b70fd48cab64440a71dc008f1",
    })
}

/// A question whose checksum was computed by `printf 'P|GETBILL|R-1' | openssl dgst -sha256 -hmac s3cret`.
fn question() -> Value {
    json!({
        "client_id": "P", "command": "GETBILL", "transaction_id": "R-1",
        "checksum": "64353f257b9cf74c201e768112f3c2b1ba17bb10b11b85eb02119df68edc8d85",
    })
}

async fn scene() -> Scene {
    let confirmed = ResponseTemplate::new(200).set_body_json(json!({ "return_code": "00", "return_msg": "OK" }));
    Scene::of(Profile::Provincial, &[], confirmed).await
}

#[tokio::test]
async fn a_bill_is_looked_up_paid_and_confirmed() {
    let scene = scene().await;
    let created = scene.json("/bill", &bill()).await.json();
    assert_eq!((&created["return_code"], &created["MaTraCuuTT"]), (&json!("00"), &json!(CODE)));
    assert_eq!(scene.json("/bill", &question()).await.json()["payment_status"], "99");

    let found = scene.get(&format!("/bills?code={CODE}")).await;
    assert_eq!((found.status, found.location.as_str()), (StatusCode::SEE_OTHER, "/pay/T0000000001?lang=vi"));
    scene.decide("T0000000001", "pay").await;
    let signals = scene.settled().await;
    assert_eq!(signals.last().unwrap()["detail"], "00");

    let callback = &scene.callbacks().await[0];
    assert_eq!((&callback["command"], &callback["MaTraCuuTT"]), (&json!("CONFIRM"), &json!(CODE)));
    assert_eq!(callback["checksum"], checksum::hmac_sha256("0|P|CONFIRM|120000|R-1|1.0", SECRET));
    let paid = scene.json("/bill", &question()).await.json();
    assert_eq!(
        (&paid["payment_status"], &paid["ThongTinBienLai"]["MaHoSo"]),
        (&json!("00"), &json!("H99-210301-0001"))
    );
}

#[tokio::test]
async fn a_cancelled_bill_is_reported_under_another_checksum() {
    let scene = scene().await;
    scene.json("/bill", &bill()).await;
    scene.decide("T0000000001", "cancel").await;
    scene.settled().await;
    let callback = &scene.callbacks().await[0];
    assert_eq!((&callback["command"], &callback["return_code"]), (&json!("CANCEL"), &json!("24")));
    assert_eq!(callback["checksum"], checksum::hmac_sha256("0|P|CANCEL|120000|R-1|1.0", SECRET));
}

#[tokio::test]
async fn a_bill_that_is_not_in_form_is_refused() {
    let scene = scene().await;
    let with = |name: &str, value: Value| {
        let mut bill = bill();
        bill[name] = value;
        bill
    };
    for (bill, code) in [
        (with("trans_amount", json!(120_001)), "97"),
        (with("addition_fee", json!(1)), "97"),
        (with("checksum", json!("")), "97"),
        (with("MaTraCuuTT", json!("H99")), "99"),
        (with("command", json!("PAY")), "99"),
    ] {
        let answer = scene.json("/bill", &bill).await;
        assert_eq!((answer.status, &answer.json()["return_code"]), (StatusCode::BAD_REQUEST, &json!(code)), "{bill}");
    }
    assert_eq!(scene.get(&format!("/bills?code={CODE}")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(column(&scene.settled().await, "state"), ["refused"; 5]);
}

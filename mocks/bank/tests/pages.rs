//! What people see: the payment page, the bank's own page, and the QR code.

use super::scene::{Scene, says};
use crate::{Fault, Profile};

#[tokio::test]
async fn the_payment_page_speaks_both_languages_and_shows_how_it_ended() {
    let scene = Scene::new(&[], says("00")).await;
    let transaction = scene.ordered("R-1").await;
    let page = format!("/pay/{transaction}");
    let vietnamese = scene.text(&page).await;
    assert!(vietnamese.contains("lang=\"vi\"") && vietnamese.contains("Mã tham chiếu"), "{vietnamese}");
    let english = scene.text(&format!("{page}?lang=en")).await;
    assert!(english.contains("lang=\"en\"") && english.contains("Payable until"), "{english}");
    scene.decide(&transaction, "pay").await;
    let over = scene.text(&page).await;
    assert!(over.contains("Đã thanh toán") && !over.contains("<form"), "{over}");
}

#[tokio::test]
async fn a_customer_without_a_way_back_stays_on_the_page() {
    let scene = Scene::with(Profile::Provincial, says("00"), |setup| setup.return_url = None).await;
    let bill = serde_json::json!({
        "client_id": "P", "command": "CREATE", "version": "1.0", "transaction_id": "R-1", "trans_amount": 120_000,
        "addition_fee": 0, "MaTraCuuTT": "H20210301210509",
        "checksum": "f52fee11084caeee90d296e031e8f62b1169454b70fd48cab64440a71dc008f1",
    });
    scene.json("/bill", &bill).await;
    assert_eq!(scene.decide("T0000000001", "pay").await.location, "/pay/T0000000001");
}

#[tokio::test]
async fn the_own_page_shows_the_money_the_ledger_and_the_faults() {
    let scene = Scene::of(Profile::Plain, &[Fault::Duplicate], says("00")).await;
    let transaction = scene.ordered("R-<1>").await;
    scene.decide(&transaction, "pay").await;
    scene.settled().await;
    let page = scene.text("/").await;
    for text in ["120.000", "R-&lt;1&gt;", "đã thu tiền", "báo trùng 100.0 %", "id=\"live\"", "/settlement/"] {
        assert!(page.contains(text), "{text} is not in {page}");
    }
    let found = scene.text("/?lang=en&q=R-2").await;
    assert!(found.contains("newest first") && !found.contains("R-&lt;1&gt;"), "{found}");
}

#[tokio::test]
async fn the_qr_code_is_there_as_text_and_as_an_image() {
    let scene = Scene::new(&[], says("00")).await;
    let transaction = scene.ordered("R-1").await;
    let payload = scene.text(&format!("/pay/{transaction}/qr")).await;
    assert!(payload.starts_with("000201010212") && payload.contains("5406120000"), "{payload}");
    assert!(scene.text(&format!("/pay/{transaction}/qr.svg")).await.starts_with("<svg"));
}

#[tokio::test]
async fn a_browser_gets_the_reconciliation_as_a_page() {
    let scene = Scene::of(Profile::Plain, &[Fault::Lost], says("00")).await;
    let transaction = scene.ordered("R-1").await;
    scene.decide(&transaction, "pay").await;
    scene.settled().await;
    let request = http::Request::builder()
        .uri(format!("{}/reconciliation?lang=vi", scene.bank.url()))
        .header(http::header::ACCEPT, "text/html,application/xhtml+xml")
        .body(http_body_util::Full::default())
        .unwrap();
    let answer = scene.client.request(request).await.unwrap();
    let body = http_body_util::BodyExt::collect(answer.into_body()).await.unwrap().to_bytes();
    let page = String::from_utf8(body.to_vec()).unwrap();
    for text in ["Khớp từng đồng", "chưa xác nhận (1)", "R-1", "120.000"] {
        assert!(page.contains(text), "{text} is not in {page}");
    }
}

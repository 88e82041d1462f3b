//! The vnpay-like profile, from the signed address to the refund.

use std::collections::BTreeMap;
use std::time::Duration;

use http::StatusCode;
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use super::scene::{SECRET, Scene, column};
use crate::{Profile, checksum};

/// An order whose checksum was computed by `printf '<the query before it>' | openssl dgst -sha512 -hmac s3cret`.
const ORDER: &str = "vnp_Amount=12000000&vnp_Command=pay&vnp_CreateDate=20210301210509&vnp_CurrCode=VND\
    &vnp_IpAddr=127.0.0.1&vnp_Locale=vn&vnp_OrderInfo=Le+phi+ho+so&vnp_OrderType=other\
    &vnp_ReturnUrl=http%3A%2F%2F127.0.0.1%3A1%2Freturn&vnp_TmnCode=P&vnp_TxnRef=R-1&vnp_Version=2.1.0\
    &vnp_SecureHash=946ff53c2d90d692ddc8ed4d25c60ffd000c8e98e5bfa59e2459a6dea62b8abf09814c2985669d0377d6a5aa0639149748a887ccdc063be60c4f0be303b127a3";

fn confirmed() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({ "RspCode": "00", "Message": "Confirm Success" }))
}

async fn scene() -> Scene {
    Scene::of(Profile::VnpayLike, &[], confirmed()).await
}

/// The order with some fields changed, signed again.
fn order(changes: &[(&str, &str)]) -> String {
    let query = ORDER.split_once("&vnp_SecureHash").unwrap().0;
    let mut pairs: BTreeMap<String, String> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    for (name, value) in changes {
        pairs.insert((*name).to_owned(), (*value).to_owned());
    }
    let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
    format!("{text}&vnp_SecureHash={}", checksum::hmac_sha512(&text, SECRET))
}

async fn arrive(scene: &Scene, query: &str) -> (StatusCode, String) {
    let answer = scene.get(&format!("/paymentv2/vpcpay.html?{query}")).await;
    let transaction = answer.location.rsplit('/').next().unwrap_or_default().to_owned();
    (answer.status, transaction)
}

/// A request of the JSON interface, signed over its values in the order in which they stand.
fn request(fields: &[(&str, &str)]) -> Value {
    let values: Vec<&str> = fields.iter().map(|(_, value)| *value).collect();
    let mut message: Value = fields.iter().map(|(name, value)| (*name, *value)).collect();
    message["vnp_SecureHash"] = checksum::hmac_sha512(&values.join("|"), SECRET).into();
    message
}

fn question(id: &str, reference: &str) -> Value {
    request(&[
        ("vnp_RequestId", id),
        ("vnp_Version", "2.1.0"),
        ("vnp_Command", "querydr"),
        ("vnp_TmnCode", "P"),
        ("vnp_TxnRef", reference),
        ("vnp_TransactionDate", "20210301210509"),
        ("vnp_CreateDate", "20210301210600"),
        ("vnp_IpAddr", "127.0.0.1"),
        ("vnp_OrderInfo", "hoi"),
    ])
}

fn refund(id: &str, kind: &str, hundredths: &str) -> Value {
    request(&[
        ("vnp_RequestId", id),
        ("vnp_Version", "2.1.0"),
        ("vnp_Command", "refund"),
        ("vnp_TmnCode", "P"),
        ("vnp_TransactionType", kind),
        ("vnp_TxnRef", "R-1"),
        ("vnp_Amount", hundredths),
        ("vnp_TransactionNo", ""),
        ("vnp_TransactionDate", "20210301210509"),
        ("vnp_CreateBy", "clerk"),
        ("vnp_CreateDate", "20210301210700"),
        ("vnp_IpAddr", "127.0.0.1"),
        ("vnp_OrderInfo", "hoan"),
    ])
}

async fn ask(scene: &Scene, message: &Value) -> Value {
    scene.json("/merchant_webapi/api/transaction", message).await.json()
}

#[tokio::test]
async fn a_payment_goes_from_the_signed_address_to_the_ipn() {
    let scene = scene().await;
    let (status, transaction) = arrive(&scene, ORDER).await;
    assert_eq!((status, transaction.as_str()), (StatusCode::SEE_OTHER, "T0000000001"));
    assert_eq!(arrive(&scene, ORDER).await.1, transaction, "the same address is the same payment");

    let way_back = scene.decide(&transaction, "pay").await.location;
    let returned: BTreeMap<String, String> =
        form_urlencoded::parse(way_back.split_once('?').unwrap().1.as_bytes()).into_owned().collect();
    assert!(way_back.starts_with("http://127.0.0.1:1/return?"), "{way_back}");
    scene.settled().await;
    let ipn = &scene.callbacks().await[0];
    for said in [ipn, &json!(returned)] {
        assert_eq!((&said["vnp_ResponseCode"], &said["vnp_TransactionStatus"]), (&json!("00"), &json!("00")));
        assert_eq!((&said["vnp_Amount"], &said["vnp_TxnRef"]), (&json!("12000000"), &json!("R-1")), "times 100");
    }
    let signals = scene.settled().await;
    assert_eq!(
        (&signals[3]["kind"], &signals[3]["amount"], &signals[3]["detail"]),
        (&json!("callback"), &json!(120_000), &json!("00"))
    );
}

#[tokio::test]
async fn the_checksum_of_a_query_is_what_openssl_says() {
    // printf '1|2.1.0|querydr|P|R-1|20210301210509|20210301210600|127.0.0.1|hoi' | openssl dgst -sha512 -hmac s3cret
    let by_hand = "f9de5ce04b9fc55215a8fa32ad362d993bae72e398de9a8be7f971da1728443403d559b419b03098d838bcfd52b9cba3f818ff24fcf31fce6a38e4ef51e45292";
    assert_eq!(question("1", "R-1")["vnp_SecureHash"], by_hand);
    let scene = scene().await;
    arrive(&scene, ORDER).await;
    let answer = ask(&scene, &question("1", "R-1")).await;
    assert_eq!((&answer["vnp_ResponseCode"], &answer["vnp_TransactionStatus"]), (&json!("00"), &json!("01")));
}

#[tokio::test]
async fn an_answer_is_signed_over_its_fields() {
    let scene = scene().await;
    arrive(&scene, ORDER).await;
    let answer = ask(&scene, &question("1", "R-1")).await;
    let names = [
        "ResponseId",
        "Command",
        "ResponseCode",
        "Message",
        "TmnCode",
        "TxnRef",
        "Amount",
        "BankCode",
        "PayDate",
        "TransactionNo",
        "TransactionType",
        "TransactionStatus",
        "OrderInfo",
        "PromotionCode",
        "PromotionAmount",
    ];
    let values = names.map(|name| answer[format!("vnp_{name}")].as_str().unwrap().to_owned());
    assert_eq!(answer["vnp_SecureHash"], checksum::hmac_sha512(&values.join("|"), SECRET));
}

#[tokio::test]
async fn a_query_says_what_it_does_not_know_and_takes_each_request_once() {
    let scene = scene().await;
    arrive(&scene, ORDER).await;
    assert_eq!(ask(&scene, &question("1", "R-2")).await["vnp_ResponseCode"], "91");
    assert_eq!(ask(&scene, &question("2", "R-1")).await["vnp_ResponseCode"], "00");
    assert_eq!(ask(&scene, &question("2", "R-1")).await["vnp_ResponseCode"], "94");
    let mut forged = question("3", "R-1");
    forged["vnp_TxnRef"] = "R-2".into();
    assert_eq!(ask(&scene, &forged).await["vnp_ResponseCode"], "97");
}

#[tokio::test]
async fn money_goes_back_in_parts_but_not_more_than_came() {
    // printf '2|2.1.0|refund|P|03|R-1|2000000||20210301210509|clerk|20210301210700|127.0.0.1|hoan' | openssl dgst -sha512 -hmac s3cret
    let by_hand = "6b6398095d4000585afa976a1cfaf04da2b788a7b8f1d3ea76cc6507610ee4843f72f78d84820376f15a7e9661440c4a44f13202bab78bda44f527078fb12fb6";
    assert_eq!(refund("2", "03", "2000000")["vnp_SecureHash"], by_hand);
    let scene = scene().await;
    let (_, transaction) = arrive(&scene, ORDER).await;
    let code = async |message: Value| ask(&scene, &message).await["vnp_ResponseCode"].as_str().unwrap().to_owned();
    assert_eq!(code(refund("1", "03", "2000000")).await, "95", "nothing was paid yet");
    scene.decide(&transaction, "pay").await;
    assert_eq!(code(refund("2", "03", "2000000")).await, "00");
    assert_eq!(code(refund("2", "03", "2000000")).await, "00", "the same again has no second effect");
    assert_eq!(code(refund("3", "02", "2000000")).await, "99", "a full refund is of the full amount");
    assert_eq!(code(refund("4", "02", "12000000")).await, "02", "no more than is left");
    assert_eq!(code(refund("5", "03", "10000000")).await, "00");
    let signals = scene.settled().await;
    let refunded: i64 = signals
        .iter()
        .filter(|signal| signal["kind"] == "refunded")
        .map(|signal| signal["amount"].as_i64().unwrap())
        .sum();
    assert_eq!(refunded, 120_000);
}

#[tokio::test]
async fn a_bad_address_gets_a_page_that_says_why() {
    let scene = scene().await;
    let bad = [
        (ORDER.replace("Amount=12000000", "Amount=10000"), "97"),
        (order(&[("vnp_Amount", "12000050")]), "99"),
        (order(&[("vnp_Amount", "0")]), "99"),
        (order(&[("vnp_CurrCode", "USD")]), "99"),
        (order(&[("vnp_CreateDate", "20211301000000")]), "99"),
        (order(&[("vnp_ExpireDate", "20210301210508")]), "99"),
        (order(&[("vnp_ReturnUrl", "javascript:alert(1)")]), "99"),
        (format!("{ORDER}&vnp_Amount=1"), "99"),
    ];
    for (query, code) in &bad {
        let answer = scene.get(&format!("/paymentv2/vpcpay.html?{query}")).await;
        let page = String::from_utf8(answer.body.to_vec()).unwrap();
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
        assert!(page.contains(&format!("Mã lỗi: {code}")), "{query}: {page}");
    }
    assert_eq!(column(&scene.settled().await, "state"), ["refused"; 8]);
}

#[tokio::test]
async fn an_order_is_payable_until_the_date_that_it_names() {
    let scene = scene().await;
    let (_, transaction) = arrive(&scene, &order(&[("vnp_ExpireDate", "20210301210510")])).await;
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let way_back = scene.decide(&transaction, "pay").await.location;
    assert!(way_back.contains("vnp_ResponseCode=11") && way_back.contains("vnp_TransactionStatus=02"), "{way_back}");
    assert_eq!(column(&scene.settled().await, "kind"), ["order", "expired"]);
}

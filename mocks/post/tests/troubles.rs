//! What goes wrong on purpose, and that the ledger says so each time.

use super::*;

/// The kinds of the signals that a fault marks.
fn marked(signals: &[Value], fault: &str) -> Vec<String> {
    let marked: Vec<Value> = signals.iter().filter(|signal| signal["fault"] == fault).cloned().collect();
    column(&marked, "kind")
}

fn faults(signals: &[Value]) -> Vec<&str> {
    signals.iter().filter_map(|signal| signal["fault"].as_str()).collect()
}

#[tokio::test]
async fn a_lost_parcel_is_never_delivered_and_may_be_ordered_again() {
    let scene = Scene::of_faults(&[Fault::Lost]).await;
    let first = scene.place(&scene.order("D-1", 70_000)).await;
    let signals = scene.settled().await;
    assert_eq!(column(&signals, "kind"), ["order", "picked_up", "report", "lost", "report"]);
    assert_eq!(marked(&signals, "lost"), ["lost"]);
    assert_eq!(column(&scene.reports().await, "status"), ["in_transit", "lost"]);
    let second = scene.place(&scene.order("D-1", 70_000)).await;
    assert_eq!(second["status"], "100");
    assert_ne!(first["waybill"], second["waybill"]);
}

#[tokio::test]
async fn a_failed_attempt_is_reported_before_the_delivery() {
    let scene = Scene::of_faults(&[Fault::FailedAttempt]).await;
    scene.place(&scene.order("D-1", 70_000)).await;
    let signals = scene.settled().await;
    assert!((1..=2).contains(&marked(&signals, "failed_attempt").len()));
    let reports = scene.reports().await;
    let statuses = column(&reports, "status");
    assert_eq!((statuses[0].as_str(), statuses[1].as_str()), ("in_transit", "attempt_failed"));
    assert_eq!(reports.last().unwrap()["cod_collected"], 70_000);
}

#[tokio::test]
async fn a_returned_parcel_was_tried_three_times_and_collects_nothing() {
    let scene = Scene::of_faults(&[Fault::Returned]).await;
    scene.place(&scene.order("D-1", 70_000)).await;
    let signals = scene.settled().await;
    let failed = "attempt_failed";
    assert_eq!(marked(&signals, "returned"), [failed, failed, failed, "returned_to_agency"]);
    assert!(scene.reports().await.iter().all(|report| report["cod_collected"] == 0));
    assert_eq!(scene.get("/orders/D-1").await["status_code"], "6");
}

#[tokio::test]
async fn a_wrong_amount_shows_in_the_reconciliation() {
    let scene = Scene::of_faults(&[Fault::WrongCod]).await;
    scene.place(&scene.order("D-1", 70_000)).await;
    assert_eq!(marked(&scene.settled().await, "wrong_cod"), ["collected"]);
    let report = scene.get("/reconciliation?customer_code=PORTAL").await;
    let collected = report["collected"].as_i64().unwrap();
    assert!(collected == 63_000 || collected == 77_000, "{collected}");
    assert_eq!(report["short"].as_i64().unwrap(), 70_000 - collected);
    assert_eq!(report["differences"][0]["order_number"], "D-1");
    assert_eq!(scene.reports().await.last().unwrap()["cod_collected"], collected);
}

#[tokio::test]
async fn a_duplicate_report_says_the_same_twice() {
    let scene = Scene::of_faults(&[Fault::DuplicateReport]).await;
    scene.place(&scene.order("D-1", 0)).await;
    assert_eq!(marked(&scene.settled().await, "duplicate_report"), ["report"]);
    let reports = scene.reports().await;
    assert_eq!(column(&reports, "status"), ["in_transit", "delivered", "delivered"]);
    assert_eq!(reports[1], reports[2]);
}

#[tokio::test]
async fn an_out_of_order_report_comes_last_and_is_dated_first() {
    let scene = Scene::of_faults(&[Fault::OutOfOrder]).await;
    scene.place(&scene.order("D-1", 5_000)).await;
    assert_eq!(marked(&scene.settled().await, "out_of_order"), ["report"]);
    let reports = scene.reports().await;
    assert_eq!(column(&reports, "status"), ["delivered", "in_transit"]);
    assert!(reports[1]["at_unix_ms"].as_u64() <= reports[0]["at_unix_ms"].as_u64());
    assert_eq!(reports[1]["cod_collected"], 0);
}

#[tokio::test]
async fn a_lost_report_is_found_by_whoever_polls() {
    let scene = Scene::of_faults(&[Fault::LostReport]).await;
    scene.place(&scene.order("D-1", 0)).await;
    assert_eq!(marked(&scene.settled().await, "lost_report"), ["report_lost"]);
    assert_eq!(column(&scene.reports().await, "status"), ["in_transit"]);
    let list = scene.get("/tracking").await;
    assert_eq!(list["_embedded"]["rh:doc"][2]["statusCode"], "4");
}

#[tokio::test]
async fn a_delayed_parcel_is_announced_in_the_ledger_and_arrives_later() {
    let scene = Scene::of_faults(&[Fault::Delayed]).await;
    scene.place(&scene.order("D-1", 0)).await;
    let signals = scene.settled().await;
    assert_eq!(marked(&signals, "delayed"), ["delayed"]);
    let instants: Vec<u64> = signals.iter().map(|signal| signal["at_unix_ns"].as_u64().unwrap()).collect();
    assert!(instants.last().unwrap() - instants[0] >= 16_000_000, "four times 4 ms");
}

#[tokio::test]
async fn without_faults_nothing_is_marked() {
    let scene = Scene::new(Duration::ZERO, ok()).await;
    for i in 0..50 {
        scene.place(&scene.order(&format!("D-{i}"), 1_000)).await;
    }
    assert_eq!(faults(&scene.settled().await), [""; 0]);
}

#[tokio::test]
async fn a_share_of_the_parcels_is_struck_and_the_same_ones_each_time() {
    let struck = async || {
        let behaviour = Behaviour { faults: Faults::none().with(Fault::Lost, 0.3), ..Behaviour::ordinary() };
        let scene = Scene::with(Duration::ZERO, ok(), behaviour).await;
        for i in 0..100 {
            scene.place(&scene.order(&format!("D-{i}"), 1_000)).await;
        }
        let mut lost: Vec<String> = scene
            .settled()
            .await
            .iter()
            .filter(|signal| signal["kind"] == "lost")
            .map(|signal| signal["dossier"].to_string())
            .collect();
        lost.sort();
        lost
    };
    let (first, second) = (struck().await, struck().await);
    assert!((15..45).contains(&first.len()), "{} of 100", first.len());
    assert_eq!(first, second);
}

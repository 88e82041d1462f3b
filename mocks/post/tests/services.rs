//! What the post offers beside deliveries: cancelling, fetching, tracking lists, bags, money, counters, its page.

use super::*;

const HOUR: Duration = Duration::from_secs(3_600);

#[tokio::test]
async fn an_order_is_cancelled_before_it_is_picked_up_and_ordered_anew_after() {
    let scene = Scene::new(HOUR, ok()).await;
    let first = scene.place(&scene.order("D-1", 5_000)).await;
    let (status, answer) = scene.post("/orders/D-1/cancel", &Value::Null).await;
    assert_eq!((status, &answer["waybill"]), (StatusCode::OK, &first["waybill"]));
    assert_eq!(scene.post("/orders/D-1/cancel", &Value::Null).await.0, StatusCode::CONFLICT);
    assert_eq!(scene.post("/orders/D-2/cancel", &Value::Null).await.0, StatusCode::NOT_FOUND);
    assert_eq!(column(&scene.settled().await, "kind"), ["order", "cancelled"]);
    let second = scene.place(&scene.order("D-1", 5_000)).await;
    assert_eq!(second["status"], "100");
    assert_ne!(first["waybill"], second["waybill"]);
}

#[tokio::test]
async fn a_delivered_order_cannot_be_cancelled() {
    let scene = Scene::new(Duration::ZERO, ok()).await;
    scene.place(&scene.order("D-1", 0)).await;
    scene.settled().await;
    let (status, answer) = scene.post("/orders/D-1/cancel", &Value::Null).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(answer["message"].as_str().unwrap().contains("delivered"), "{answer}");
}

fn pick_up(scene: &Scene, order_number: &str) -> Value {
    json!({
        "customer_code": "PORTAL", "order_number": order_number, "documents": 7, "sender_name": "Lò Văn Nam",
        "sender_address": "Bản Phủ", "sender_phone": "0000000002", "status_url": format!("{}/status", scene.portal.uri()),
    })
}

#[tokio::test]
async fn a_paper_dossier_is_fetched_and_does_not_collide_with_the_delivery_of_its_result() {
    let scene = Scene::new(Duration::ZERO, ok()).await;
    let (status, fetched) = scene.post("/pickups", &pick_up(&scene, "D-1")).await;
    assert_eq!((status, &fetched["status"]), (StatusCode::OK, &json!("100")));
    assert_eq!(scene.post("/pickups", &pick_up(&scene, "D-1")).await.1["status"], "101");
    let delivered = scene.place(&scene.order("D-1", 0)).await;
    assert_eq!(delivered["status"], "100");
    assert_ne!(delivered["waybill"], fetched["waybill"]);
    scene.settled().await;
    let pick_up = scene.get("/pickups/D-1").await;
    assert_eq!((&pick_up["status"], &pick_up["documents"]), (&json!("at_agency"), &json!(7)));
    let delivery = scene.get("/orders/D-1").await;
    assert_eq!((&delivery["status"], delivery.get("documents")), (&json!("delivered"), None));
    let mut statuses = column(&scene.reports().await, "status");
    statuses.sort();
    assert_eq!(statuses, ["at_agency", "collected", "delivered", "in_transit"]);
}

#[tokio::test]
async fn a_pick_up_without_papers_is_refused() {
    let scene = Scene::new(Duration::ZERO, ok()).await;
    let mut order = pick_up(&scene, "D-1");
    order["documents"] = json!(0);
    let (status, answer) = scene.post("/pickups", &order).await;
    assert_eq!((status, &answer["missing"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!(["documents"])));
}

#[tokio::test]
async fn a_tracking_list_is_read_with_a_cursor_to_its_end() {
    let scene = Scene::new(Duration::ZERO, ok()).await;
    for i in 0..5 {
        scene.place(&scene.order(&format!("D-{i}"), 0)).await;
    }
    scene.settled().await;
    let (mut cursor, mut seen) = (String::new(), Vec::new());
    for _ in 0..9 {
        let list = scene.get(&format!("/tracking?pagesize=4&lastId={cursor}")).await;
        let page = list["_embedded"]["rh:doc"].as_array().unwrap().clone();
        assert!(page.len() <= 4);
        seen.extend(page);
        cursor = list["lastId"].as_str().unwrap().to_owned();
    }
    assert_eq!(seen.len(), 15, "ordered, in transit, delivered");
    assert!(seen.is_sorted_by_key(|entry| entry["_id"]["$oid"].as_str().unwrap().to_owned()));
    let of_one: Vec<Value> = seen.into_iter().filter(|entry| entry["orderNumber"] == "D-3").collect();
    assert_eq!(column(&of_one, "statusCode"), ["1", "3", "4"]);
    let (status, _) = scene.send(Method::GET, "/tracking?lastId=nonsense", TOKEN, String::new()).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(scene.send(Method::GET, "/tracking", "guess", String::new()).await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_bag_is_counted_and_signed_for_at_every_hand() {
    let scene = Scene::new(Duration::ZERO, ok()).await;
    let bag =
        |count: usize| json!({ "from": "Trung tâm", "to": "Sở mẫu", "count": count, "documents": ["D-1", "D-2"] });
    let (status, answer) = scene.post("/manifests", &bag(3)).await;
    assert_eq!((status, &answer["missing"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!(["count"])));
    let (status, list) = scene.post("/manifests", &bag(2)).await;
    assert_eq!((status, &list["id"]), (StatusCode::CREATED, &json!("BK0000001")));

    let sign = |count: usize| json!({ "count": count, "given_by": "Cán bộ A", "taken_by": "Bưu tá B" });
    let (take, receive) = ("/manifests/BK0000001/hand-over", "/manifests/BK0000001/receive");
    assert_eq!(scene.post(receive, &sign(2)).await.0, StatusCode::CONFLICT, "it was not taken yet");
    assert_eq!(scene.post(take, &sign(1)).await.0, StatusCode::CONFLICT, "one is missing");
    assert_eq!(scene.post(take, &sign(2)).await.1["state"], "in_transit");
    assert_eq!(scene.post(take, &sign(2)).await.0, StatusCode::CONFLICT, "it was taken");
    let alone = json!({ "count": 2, "given_by": "B", "taken_by": "B" });
    assert_eq!(scene.post(receive, &alone).await.0, StatusCode::UNPROCESSABLE_ENTITY, "two sign, not one");
    assert_eq!(scene.post(receive, &sign(2)).await.1["state"], "received");
    assert_eq!(scene.get("/manifests/BK0000001").await["signatures"].as_array().unwrap().len(), 4);
    assert_eq!(
        column(&scene.settled().await, "kind"),
        ["bag_packed", "bag_count_differs", "bag_handed_over", "bag_received"]
    );
}

#[tokio::test]
async fn a_bag_lists_each_dossier_once() {
    let scene = Scene::new(Duration::ZERO, ok()).await;
    let twice = json!({ "from": "A", "to": "B", "count": 2, "documents": ["D-1", "D-1"] });
    assert_eq!(scene.post("/manifests", &twice).await.1["missing"], json!(["documents"]));
}

#[tokio::test]
async fn money_is_collected_remitted_and_reconciled_to_the_dong() {
    let scene = Scene::new(Duration::ZERO, ok()).await;
    for (number, amount) in [("D-1", 5_592_145_403_i64), ("D-2", 8_000), ("D-3", 0)] {
        scene.place(&scene.order(number, amount)).await;
    }
    scene.settled().await;
    let report = scene.get("/reconciliation?customer_code=PORTAL").await;
    assert_eq!((&report["collected"], &report["outstanding"]), (&json!(5_592_153_403_i64), &json!(5_592_153_403_i64)));
    let receipts: Vec<Value> = report["collections"].as_array().unwrap().clone();
    assert!(receipts.len() == 2 && receipts.iter().all(|each| each["receipt"].as_str().unwrap().starts_with("BL")));

    let (_, made) = scene.post("/remittances", &Value::Null).await;
    let id = made["remittances"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/remittances/{id}/reconcile");
    let count = |amount: i64| json!({ "customer_code": "PORTAL", "amount": amount });
    assert_eq!(scene.post(&path, &count(5_592_153_402)).await.1["state"], "disputed");
    assert_eq!(scene.post(&path, &count(5_592_153_403)).await.1["state"], "reconciled");
    assert_eq!(scene.post(&path, &count(1)).await.0, StatusCode::CONFLICT);
    let report = scene.get("/reconciliation?customer_code=PORTAL").await;
    assert_eq!((&report["outstanding"], &report["reconciled"]), (&json!(0), &json!(5_592_153_403_i64)));
    assert_eq!(scene.get("/remittances?customer_code=PORTAL").await["remittances"][0]["count"], 2);
}

#[tokio::test]
async fn a_post_with_remittance_runs_remits_by_itself() {
    let behaviour = Behaviour { remit_every: Some(Duration::from_millis(2)), ..Behaviour::ordinary() };
    let scene = Scene::with(Duration::ZERO, ok(), behaviour).await;
    scene.place(&scene.order("D-1", 8_000)).await;
    for _ in 0..30_000 {
        if scene.get("/reconciliation?customer_code=PORTAL").await["remitted"] == 8_000 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!("nothing was remitted");
}

#[tokio::test]
async fn a_third_visitor_waits_for_one_of_two_counters() {
    let behaviour = Behaviour { service_time: HOUR, ..Behaviour::ordinary() };
    let scene = Scene::with(Duration::ZERO, ok(), behaviour).await;
    let mut words = Vec::new();
    for i in 0..3 {
        let (status, ticket) = scene.post("/counters/tickets", &json!({ "order_number": format!("D-{i}") })).await;
        assert_eq!(status, StatusCode::CREATED);
        words.push(ticket["state"].as_str().unwrap().to_owned());
    }
    assert_eq!(words, ["at_counter", "at_counter", "waiting"]);
    assert_eq!(scene.get("/counters").await, json!({ "counters": 2, "busy": 2, "waiting": 1, "tickets": 3 }));
    assert_eq!(scene.get("/counters/tickets/3").await["ahead"], 0);
    let (status, _) = scene.send(Method::GET, "/counters/tickets/9", TOKEN, String::new()).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn bad_input_is_refused_and_never_a_failure() {
    let scene = Scene::new(Duration::ZERO, ok()).await;
    let deep = "[".repeat(100_000);
    let bodies = ["", "{", "null", "[]", "{\"count\":-1}", "{\"documents\":\"x\"}", "\u{0}", &deep];
    for path in ["/orders", "/pickups", "/manifests", "/manifests/BK0000001/receive", "/counters/tickets"] {
        for body in bodies {
            let (status, _) = scene.send(Method::POST, path, TOKEN, body.to_owned()).await;
            assert!(status.is_client_error(), "{path} {body:.20} {status}");
        }
    }
    for path in ["/remittances?after=-1", "/reconciliation", "/counters/tickets/x", "/tracking?pagesize=x", "/?lang=fr"]
    {
        let (status, _) = scene.send(Method::GET, path, TOKEN, String::new()).await;
        assert!(status.is_client_error(), "{path} {status}");
    }
    let mut order = scene.order(&"9".repeat(1_001), i64::MAX);
    assert_eq!(scene.post("/orders", &order).await.1["missing"], json!(["order_number", "cod_amount"]));
    order["cod_amount"] = json!(1e300);
    assert!(scene.post("/orders", &order).await.0.is_client_error());
    // The last one, as the post closes the connection without reading on.
    let huge = format!("{{\"order_number\":\"{}\"}}", "x".repeat(2_000_000));
    assert_eq!(scene.send(Method::POST, "/pickups", TOKEN, huge).await.0, StatusCode::PAYLOAD_TOO_LARGE);
}

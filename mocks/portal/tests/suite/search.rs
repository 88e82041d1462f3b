//! Finding, following and counting dossiers.

use serde_json::{Value, json};

use super::scene::{Scene, permit, permit_with};

fn codes(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|item| item["code"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_full_walk_meets_every_dossier_once_and_in_order() {
    let scene = Scene::new(&[]).await;
    let mut submitted = Vec::new();
    for i in 1..=7 {
        submitted.push(scene.submit(permit(&format!("c-{i}"))).await);
    }
    let hoa = scene.hoa().await;
    for (token, list) in [(&scene.desk, "/api/desk/dossiers"), (&hoa, "/api/dossiers")] {
        let mut walked = Vec::new();
        for page in 1..=4 {
            let part = scene.get(token, &format!("{list}?page={page}&size=3")).await.ok();
            assert_eq!(part["total"], 7);
            walked.extend(codes(&part).into_iter().map(str::to_owned));
        }
        assert_eq!(walked, submitted, "{list}");
        for wrong in ["page=0", "size=0", "size=501", "state=GONE"] {
            scene.get(token, &format!("{list}?{wrong}")).await.refused(422, "validation");
        }
        scene.get(token, &format!("{list}?page=x")).await.refused(400, "malformed");
        scene.get(token, &format!("{list}?from=yesterday")).await.refused(400, "malformed");
    }
    let stranger = scene.citizen("003099000002").await;
    assert_eq!(scene.get(&stranger, "/api/dossiers").await.ok()["total"], 0);
    scene.get(&stranger, "/api/desk/dossiers").await.refused(403, "forbidden");
}

#[tokio::test]
async fn a_search_finds_exactly_what_fits() {
    let scene = Scene::new(&[]).await;
    let one = scene.submit(permit("c-1")).await;
    let other = scene.submit(permit_with("c-2", &json!({ "unit": "H99.02" }))).await;
    scene.steps(&one, &["accept"]).await;
    let found = async |query: &str| {
        let list = scene.get(&scene.desk, &format!("/api/desk/dossiers?{query}")).await.ok();
        codes(&list).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(found("state=ACCEPTED").await, [one.as_str()]);
    assert_eq!(found("unit=H99.02").await, [other.as_str()]);
    // `Thanh Hoa` as NFD, percent-encoded capitals, and without marks.
    for name in ["thanh%20hoa", "NGUYE%CC%82%CC%83N", "Nguy%E1%BB%85n", "nguyen"] {
        assert_eq!(found(&format!("name={name}")).await.len(), 2, "{name}");
    }
    assert!(found("name=nobody").await.is_empty());
    assert_eq!(found("from=2021-03-05&until=2021-03-05&citizen_number=003099000001").await.len(), 2);
    assert!(found("until=2021-03-04").await.is_empty());
}

#[tokio::test]
async fn events_are_followed_with_a_cursor_and_none_is_missed() {
    let scene = Scene::new(&[]).await;
    let code = scene.submit(permit_with("c-1", &json!({ "payment_method": "counter" }))).await;
    scene.step(&code, "collect", json!({ "amount": 120_000 })).await.ok();
    scene.steps(&code, &["accept", "start"]).await;
    let (mut after, mut seen) = (0, Vec::new());
    loop {
        let part = scene.get(&scene.desk, &format!("/api/desk/events?after={after}&take=2")).await.ok();
        seen.extend(part["items"].as_array().unwrap().iter().map(|item| item["event"].as_str().unwrap().to_owned()));
        after = part["next"].as_u64().unwrap();
        if part["is_more"] == false {
            break;
        }
    }
    assert_eq!(seen, ["submitted", "payment_required", "paid", "accepted", "started"]);
    let hoa = scene.hoa().await;
    let history = scene.get(&hoa, &format!("/api/dossiers/{code}/history")).await.ok();
    assert_eq!(history["items"], scene.full(&code).await["progress"]);
    assert_eq!(scene.get(&scene.desk, &format!("/api/desk/dossiers/{code}/history")).await.ok(), history);
    scene.get(&hoa, "/api/desk/events").await.refused(403, "forbidden");
}

#[tokio::test]
async fn an_operations_centre_counts_early_on_time_and_late() {
    let scene = Scene::new(&[]).await;
    let mut codes = Vec::new();
    for i in 1..=4 {
        codes.push(scene.submit(permit(&format!("c-{i}"))).await);
    }
    for code in &codes {
        scene.steps(code, &["accept", "start"]).await;
    }
    for (code, day) in codes.iter().zip(["2021-03-11T09:00", "2021-03-12T17:00", "2021-03-12T17:01"]) {
        scene.at(day).await;
        scene.steps(code, &["complete"]).await;
    }
    let days = scene.get(&scene.desk, "/api/desk/statistics/periods?by=day").await.ok();
    let row = |period: &str, counts: [u64; 6]| {
        let [received, accepted, early, on_time, late, returned] = counts;
        json!({
            "period": period, "unit": "H99.01", "received": received, "accepted": accepted, "early": early,
            "on_time": on_time, "late": late, "returned": returned
        })
    };
    let expected = json!([
        row("2021-03-05", [4, 4, 0, 0, 0, 0]),
        row("2021-03-11", [0, 0, 1, 0, 0, 0]),
        row("2021-03-12", [0, 0, 0, 1, 1, 0])
    ]);
    assert_eq!(days["items"], expected);
    let months = scene.get(&scene.desk, "/api/desk/statistics/periods?by=month&unit=H99.01").await.ok();
    assert_eq!(months["items"], json!([row("2021-03", [4, 4, 1, 1, 1, 0])]));
    let none = scene.get(&scene.desk, "/api/desk/statistics/periods?until=2021-03-04").await.ok();
    assert_eq!(none["items"], json!([]));
    scene.get(&scene.desk, "/api/desk/statistics/periods?by=hour").await.refused(400, "malformed");
}

//! The page for people.

use serde_json::json;

use super::nation::Nation;
use super::scene::{Scene, permit, permit_with};

async fn page(scene: &Scene, query: &str) -> String {
    let request = http::Request::get(format!("{}/{query}", scene.portal.url()));
    let answer = scene.raw(request.body(http_body_util::Full::default()).unwrap()).await;
    assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    String::from_utf8(answer.into_body().to_vec()).unwrap()
}

#[tokio::test]
async fn the_page_shows_dossiers_in_both_languages_and_names_nobody() {
    let scene = Scene::new(&[]).await;
    assert!(page(&scene, "").await.contains("No dossiers yet."));
    let first = scene.submit(permit("c-1")).await;
    let second = scene.submit(permit_with("c-2", &json!({ "unit": "H99.02" }))).await;
    scene.steps(&first, &["accept"]).await;
    let english = page(&scene, "?lang=en").await;
    let vietnamese = page(&scene, "?lang=vi").await;
    for (text, state) in [(&english, "accepted"), (&vietnamese, "được tiếp nhận")] {
        assert!(text.contains(state) && text.contains(&first) && text.contains("12/03/2021 17:00"), "{text}");
        assert!(text.find(&second) < text.find(&first), "the newest comes first");
        assert!(!text.contains("Thanh Hoa") && !text.contains("003099000001"), "{text}");
        assert!(!text.contains("http://") && !text.contains("<script"), "{text}");
    }
    let accepted = page(&scene, "?lang=en&state=ACCEPTED").await;
    assert!(accepted.contains(&first) && !accepted.contains(&second));
    scene.get("", "/?state=GONE").await.refused(400, "malformed");
}

#[tokio::test]
async fn the_page_counts_dossiers_by_sync_state() {
    let nation = Nation::new(&[]).await;
    nation.submit(permit("c-1")).await;
    nation.all_are("ACKED").await;
    assert!(page(&nation, "?lang=en").await.contains("Synced with the national portal: acknowledged 1."));
    assert!(page(&nation, "?lang=vi").await.contains("Đồng bộ lên Cổng quốc gia: đã nhận 1."));
    assert!(!page(&Scene::new(&[]).await, "").await.contains("national"));
}

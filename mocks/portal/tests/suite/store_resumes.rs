//! What goes on by itself goes on after a restart: the telling of the nation, and the terms.

use std::path::Path;

use mock_portal::Behaviour;
use serde_json::json;

use super::nation::Nation;
use super::scene::permit;

fn in_file(path: &Path) -> Behaviour {
    Behaviour { store: Some(path.to_owned()), ..Behaviour::ordinary() }
}

#[tokio::test]
async fn the_nation_is_told_on_after_a_restart_and_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("portal.sqlite");
    let mut nation = Nation::behaving(in_file(&file)).await;
    let mut codes = Vec::new();
    for i in 0..12 {
        let code = nation.scene.submit(permit(&format!("c-{i}"))).await;
        nation.scene.steps(&code, &["accept"]).await;
        codes.push(code);
    }
    assert_eq!(nation.all_are("ACKED").await, 12);
    nation.break_down("reset").await;
    for code in &codes {
        nation.scene.steps(code, &["start"]).await;
    }
    nation.some_are("ERROR").await;
    nation.scene.restart(in_file(&file));
    nation.repair().await;
    for code in &codes {
        nation.scene.steps(code, &["complete"]).await;
    }
    assert_eq!(nation.all_are("ACKED").await, 12);
    for code in &codes {
        nation.agrees(code).await;
    }
    // Everything was told: nothing is said once more.
    nation.scene.restart(in_file(&file));
    assert_eq!(nation.all_are("ACKED").await, 12);
    for code in &codes {
        nation.agrees(code).await;
    }
}

#[tokio::test]
async fn a_term_that_ran_before_a_restart_ends_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("portal.sqlite");
    let mut nation = Nation::behaving(in_file(&file)).await;
    let code = nation.scene.submit(permit("c-1")).await;
    let request = json!({ "reason": "Thiếu", "items": ["x"], "days": 2 });
    nation.scene.steps(&code, &["accept"]).await;
    nation.scene.step(&code, "request-supplement", request).await.ok();
    nation.scene.restart(in_file(&file));
    assert_eq!(nation.scene.full(&code).await["state"], "AWAITING_SUPPLEMENT");
    nation.scene.at("2021-03-20T10:00").await;
    let told = nation.scene.full(&code).await;
    assert_eq!(told["state"], "STOPPED", "{told}");
}

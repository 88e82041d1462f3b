//! The store: what was answered is there after a restart, whatever ended the portal; and files that are refused.

mod walk;
mod world;

use std::io;
use std::path::Path;

use http::Method;
use mock_portal::{Behaviour, Catalogue};
use serde_json::{Value, json};

use super::scene::{Scene, permit, permit_with, posted};
use world::{End, World};

fn in_file(path: &Path) -> Behaviour {
    Behaviour { store: Some(path.to_owned()), ..Behaviour::ordinary() }
}

fn start(path: &Path) -> io::Result<mock_portal::Running> {
    let config = mock_portal::Config {
        bind: "127.0.0.1:0".parse().unwrap(),
        bank_url: "http://127.0.0.1:1".into(),
        bank_secret: "s".into(),
        bank_partner: "p".into(),
        post_url: "http://127.0.0.1:1".into(),
        post_token: "t".into(),
        hub: None,
        catalogue: Catalogue::sample(),
        defects: Vec::new(),
        test_hooks: true,
    };
    mock_portal::start_with(config, in_file(path))
}

fn refusal(path: &Path) -> String {
    let refused = start(path).map(drop).unwrap_err();
    assert_eq!(refused.kind(), io::ErrorKind::InvalidInput);
    let message = refused.to_string();
    assert!(message.contains(path.file_name().unwrap().to_str().unwrap()), "{message}");
    message
}

#[tokio::test]
async fn every_part_is_there_after_a_restart() {
    for end in [End::Killed, End::Stopped] {
        let mut world = World::kept().await;
        world.tell_the_story().await;
        let before = world.look().await;
        world.restart(end);
        let after = world.look().await;
        assert_eq!(before.len(), after.len());
        for ((path, before), (_, after)) in before.iter().zip(&after) {
            assert_eq!(before, after, "{path} after {end:?}");
        }
    }
}

#[tokio::test]
async fn numbers_keys_and_codes_go_on_where_they_were() {
    let mut world = World::kept().await;
    let key = ("idempotency-key", "k-1");
    let first = world.submit_under(key, &permit("c-1")).await;
    let code = world.send_code().await;
    world.restart(End::Killed);
    let again = world.submit_under(key, &permit("c-1")).await;
    assert_eq!((&again.body, again.headers.contains_key("idempotent-replayed")), (&first.body, true));
    world.submit_under(key, &permit("c-2")).await.refused(422, "key_reused");
    assert_eq!(world.scene.submit(permit("c-1")).await, "H99.01-210305-0001", "it is known by its client reference");
    assert_eq!(world.scene.submit(permit("c-2")).await, "H99.01-210305-0002");
    let by_code = json!({ "citizen_number": "003099000001", "code": code });
    world.scene.post("", "/api/sessions", by_code.clone()).await.ok();
    world.restart(End::Killed);
    world.scene.post("", "/api/sessions", by_code).await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn who_was_signed_out_stays_so_and_sessions_last_as_long_as_was_set() {
    let mut world = World::kept().await;
    let url = format!("{}/api/sessions", world.scene.portal.url());
    let bearer = format!("Bearer {}", world.lan);
    world.scene.send(Method::DELETE, &url, &[("authorization", &bearer)], String::new()).await;
    world.restart(End::Killed);
    world.scene.get(&world.lan, "/api/drafts").await.refused(401, "unauthenticated");
    world.scene.get(&world.hoa, "/api/drafts").await.ok();
    world.scene.put("", "/_test/sessions", json!({ "lifetime_ms": 0 })).await.ok();
    world.restart(End::Killed);
    world.scene.get(&world.hoa, "/api/drafts").await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn the_oldest_answer_stays_the_oldest() {
    let mut world = World::kept().await;
    for number in 1..=3 {
        let key = format!("k-{number}");
        world.submit_under(("idempotency-key", &key), &permit("c-1")).await.ok();
        world.restart(End::Killed);
    }
    let connection = rusqlite::Connection::open(&world.path).unwrap();
    let serials = "select group_concat(serial) from (select serial from kept_answers order by serial)";
    let serials: String = connection.query_row(serials, [], |row| row.get(0)).unwrap();
    assert_eq!(serials, "1,2,3");
}

/// Takes a dossier from the inbox of Hoa's unit; which one it is.
async fn taken(world: &World) -> Value {
    let inbox = world.scene.post(&world.scene.desk, "/api/desk/inbox", json!({ "queue": "intake", "take": 1 })).await;
    inbox.ok()["items"][0]["client_reference"].clone()
}

#[tokio::test]
async fn whoever_waits_in_line_keeps_the_place() {
    let mut world = World::kept().await;
    let mut codes = Vec::new();
    for i in 1..=5 {
        codes.push(world.scene.submit(permit(&format!("c-{i}"))).await);
    }
    // The first goes away and comes back before its turn; the second after its turn, and stands at the end.
    let reason = json!({ "reason": "r" });
    for code in &codes[..2] {
        world.scene.mine(code, "withdrawal", reason.clone()).await.ok();
    }
    world.scene.steps(&codes[0], &["refuse-withdrawal"]).await;
    world.restart(End::Killed);
    assert_eq!((taken(&world).await, taken(&world).await), (json!("c-1"), json!("c-3")));
    world.restart(End::Killed);
    world.scene.steps(&codes[1], &["refuse-withdrawal"]).await;
    world.restart(End::Killed);
    for expected in ["c-4", "c-5", "c-2"] {
        assert_eq!(taken(&world).await, expected);
    }
    assert_eq!(taken(&world).await, Value::Null);
}

#[tokio::test]
async fn a_clock_goes_on_from_where_it_was_and_a_stopped_one_stays_stopped() {
    let mut world = World::kept().await;
    world.scene.set_clock(json!({ "now": "2021-03-06T08:00:00+07:00", "speed": 1_000.0 })).await;
    let before = world.scene.get("", "/_test/clock").await.ok();
    world.restart(End::Killed);
    let after = world.scene.get("", "/_test/clock").await.ok();
    assert_eq!(after["speed"], 1_000.0);
    assert!(before["now"].as_str() <= after["now"].as_str());
    world.scene.set_clock(json!({ "now": "2021-03-07T08:00:00+07:00", "speed": 0.0 })).await;
    world.restart(End::Killed);
    let stopped = world.scene.get("", "/_test/clock").await.ok();
    assert_eq!(stopped, json!({ "now": "2021-03-07T08:00:00.000+07:00", "speed": 0.0, "until": null }));
}

#[tokio::test]
async fn a_reset_empties_the_store_too() {
    let mut world = World::kept().await;
    world.tell_the_story().await;
    let empty = |state: &Value| (state["dossiers"].clone(), state["payments"].clone(), state["sessions"].clone());
    world.scene.post("", "/_test/reset", json!({})).await.ok();
    world.restart(End::Killed);
    let state = world.scene.get("", "/_test/state").await.ok();
    assert_eq!(empty(&state), (json!(0), json!(0), json!(0)));
    assert_eq!((&state["by_state"], &state["waiting"]), (&json!({}), &json!({ "intake": 0, "post": 0 })));
    let procedure = world.scene.get("", "/api/procedures/1.000002").await.ok();
    assert_eq!((&procedure["version"], &procedure["fee"]), (&json!(1), &json!(120_000)));
    world.scene.set_clock(json!({ "now": super::scene::FRIDAY, "speed": 0.0 })).await;
    assert_eq!(world.scene.submit(permit("c-1")).await, "H99.01-210305-0001");
}

#[tokio::test]
async fn a_parcel_that_was_being_ordered_is_ordered_anew_and_there_is_one_waybill() {
    let mut world = World::kept().await;
    let code = world.scene.submit(posted("c-1")).await;
    world.scene.steps(&code, &["accept", "start", "complete"]).await;
    world.restart_while_ordering(&code).await;
    let inbox = world.scene.post(&world.scene.post_clerk, "/api/desk/inbox", json!({ "queue": "post" })).await.ok();
    assert_eq!(inbox["items"][0]["code"], code);
    assert_eq!(world.scene.hand_to_post(&code).await.ok()["waybill"], "VP000000001VN");
    world.scene.post_signals().await;
    assert_eq!(world.scene.full(&code).await["state"], "RETURNED");
}

#[test]
fn a_file_that_is_something_else_is_refused_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let notes = folder.path().join("notes.txt");
    std::fs::write(&notes, "these are notes, many notes, and no store of anything at all").unwrap();
    let before = std::fs::read(&notes).unwrap();
    assert!(refusal(&notes).contains("is not the store of a reference portal (name another file"));
    assert_eq!(std::fs::read(&notes).unwrap(), before);

    let other = folder.path().join("other.sqlite");
    rusqlite::Connection::open(&other).unwrap().execute_batch("create table dossiers (id)").unwrap();
    let before = std::fs::read(&other).unwrap();
    assert!(refusal(&other).contains("is not the store of a reference portal"));
    assert_eq!(std::fs::read(&other).unwrap(), before);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "nothing was laid beside them");

    assert!(refusal(&folder.path().join("no folder").join("store.sqlite")).contains("is the folder there"));
    start(Path::new("")).map(drop).unwrap_err();
    assert!(refusal(folder.path()).contains("is it a file"));
}

#[test]
fn a_store_of_another_version_or_of_another_catalogue_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    start(&path).unwrap().stop();
    let change = |sql: &str| rusqlite::Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    change("pragma user_version = 7");
    assert!(refusal(&path).contains("is a store of version 7"));
    change("pragma user_version = 2");
    start(&path).unwrap().stop();
    change("insert into petitions (number, owner, body) values (1, 0, '{}')");
    assert!(refusal(&path).contains("the row 1 of petitions is not one that this program writes: missing field"));
    change("delete from petitions; insert into events values (5, 0, 0)");
    assert!(refusal(&path).contains("the row 5 of events"));
}

#[tokio::test]
async fn a_store_needs_the_units_of_its_dossiers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    let scene = Scene::behaving(&[], world::no_faults(), in_file(&path)).await;
    scene.submit(permit("c-1")).await;
    drop(scene);
    let change = "update dossiers set body = json_set(body, '$.unit', 'H00.01')";
    rusqlite::Connection::open(&path).unwrap().execute_batch(change).unwrap();
    assert!(refusal(&path).contains("unit H00.01, which is not in the catalogue (start it with the same --run)"));
}

#[test]
fn two_portals_do_not_share_a_file_by_whatever_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    let first = start(&path).unwrap();
    assert!(refusal(&path).contains("is the store of another portal that runs"));
    let roundabout = folder.path().join(".").join("store.sqlite");
    assert!(refusal(&roundabout).contains("is the store of another portal that runs"));
    #[cfg(unix)]
    {
        let link = folder.path().join("link.sqlite");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let message = start(&link).map(drop).unwrap_err().to_string();
        assert!(message.contains("store.sqlite is the store of another portal that runs"), "{message}");
    }
    first.stop();
    start(&path).unwrap().stop();
}

#[tokio::test]
async fn while_the_store_cannot_be_written_all_is_refused_and_after_that_nothing_is_missing() {
    let mut world = World::kept().await;
    world.scene.submit(permit("c-1")).await;
    // Somebody else writes into the file, and should not.
    let intruder = rusqlite::Connection::open(&world.path).unwrap();
    intruder.execute_batch("begin immediate").unwrap();
    let late = world.scene.post(&world.hoa, "/api/dossiers", permit("c-2")).await;
    assert_eq!(late.headers["retry-after"], "1");
    late.refused(503, "not_kept");
    world.scene.post(&world.hoa, "/api/dossiers", permit("c-3")).await.refused(503, "not_kept");
    world.scene.get(&world.hoa, "/api/dossiers").await.refused(503, "not_kept");
    intruder.execute_batch("rollback").unwrap();
    let mut again = world.scene.post(&world.hoa, "/api/dossiers", permit("c-2")).await;
    for _ in 0..2_000 {
        if again.status.is_success() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        again = world.scene.post(&world.hoa, "/api/dossiers", permit("c-2")).await;
    }
    // The second had been taken in when its answer was lost; the third had not.
    assert_eq!((again.status.as_u16(), &again.body["code"]), (200, &json!("H99.01-210305-0002")));
    world.restart(End::Killed);
    assert_eq!(world.scene.submit(permit("c-3")).await, "H99.01-210305-0003");
}

#[tokio::test]
async fn bank_and_post_are_told_nothing_that_is_not_in_the_store() {
    let world = World::kept().await;
    let scene = &world.scene;
    let online = scene.submit(permit_with("c-1", &json!({ "payment_method": "online" }))).await;
    let posted = scene.submit(posted("c-2")).await;
    scene.steps(&posted, &["accept", "start", "complete"]).await;
    let intruder = rusqlite::Connection::open(&world.path).unwrap();
    intruder.execute_batch("begin immediate").unwrap();
    let payments = format!("/api/dossiers/{online}/payments");
    let (ordered, handed) = tokio::join!(scene.post(&world.hoa, &payments, json!({})), scene.hand_to_post(&posted));
    ordered.refused(503, "not_kept");
    handed.refused(503, "not_kept");
    assert!(scene.bank_signals().await.is_empty() && scene.post_signals().await.is_empty());
}

#[tokio::test]
async fn a_store_can_be_asked_in_sql_while_the_portal_runs() {
    let world = World::kept().await;
    let code = world.scene.submit(permit("c-1")).await;
    world.scene.steps(&code, &["accept"]).await;
    let connection = rusqlite::Connection::open(&world.path).unwrap();
    let columns = "select code, state, unit, procedure, due_at, body ->> '$.applicant.full_name' from dossiers";
    let row: [String; 6] = connection
        .query_row(columns, [], |row| {
            Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?])
        })
        .unwrap();
    let due_at = "2021-03-12T17:00:00.000+07:00";
    assert_eq!(row, ["H99.01-210305-0001", "ACCEPTED", "H99.01", "1.000002", due_at, "Nguyễn Thị Thanh Hoa"]);
}

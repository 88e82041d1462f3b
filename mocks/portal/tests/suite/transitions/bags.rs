//! Bags between the centre and the departments: packed, on the way, counted on arrival.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::super::scene::{Answer, Scene, permit};
use super::{Act, Cycle, drive};

/// Each bag holds one dossier.
pub(crate) struct Bags {
    scene: Scene,
    dossiers: AtomicUsize,
}

const WAYS: &[(&str, &[&str])] = &[
    ("not taken in", &[]),
    ("none", &["accept"]),
    ("packed", &["accept", "pack"]),
    ("under way", &["accept", "pack", "dispatch"]),
    ("received", &["accept", "pack", "dispatch", "receive"]),
];

impl Cycle for Bags {
    const SITUATIONS: &'static [(&'static str, &'static str)] = &[
        ("not taken in", ""),
        ("none", ""),
        ("packed", "PACKED"),
        ("under way", "IN_TRANSIT"),
        ("received", "RECEIVED"),
    ];

    const ACTS: &'static [Act] = &[
        // What has arrived may go back in another bag.
        Act {
            name: "pack",
            done: &[("none", "PACKED", &["bagged"]), ("received", "PACKED", &["bagged"])],
            kept: &[("422 validation", &["*"])],
        },
        Act {
            name: "dispatch",
            done: &[("packed", "IN_TRANSIT", &["bag_dispatched"])],
            kept: &[("404 not_found", &["not taken in", "none"]), ("409 illegal_transition", &["*"])],
        },
        Act {
            name: "receive",
            done: &[("under way", "RECEIVED", &["bag_received"])],
            kept: &[("404 not_found", &["not taken in", "none"]), ("409 illegal_transition", &["*"])],
        },
        Act {
            name: "receive less",
            done: &[],
            kept: &[("404 not_found", &["not taken in", "none"]), ("409 bag_mismatch", &["*"])],
        },
    ];

    fn scene(&self) -> &Scene {
        &self.scene
    }

    async fn enter(&self, situation: &str) -> String {
        let number = self.dossiers.fetch_add(1, Ordering::Relaxed);
        let code = self.scene.submit(permit(&format!("c-{number}"))).await;
        let (_, way) = WAYS.iter().find(|(name, _)| *name == situation).unwrap();
        for act in *way {
            self.act(act, &code).await.unwrap().ok();
        }
        code
    }

    async fn act(&self, name: &str, code: &str) -> Option<Answer> {
        let number = self.scene.full(code).await["bag"]["number"].as_u64().unwrap_or(9_999);
        let (desk, bag) = (&self.scene.desk, format!("/api/desk/bags/{number}"));
        Some(match name {
            "accept" => self.scene.step(code, "accept", json!({})).await,
            "pack" => {
                let bag = json!({ "direction": "to_department", "codes": [code] });
                self.scene.post(desk, "/api/desk/bags", bag).await
            }
            "dispatch" => self.scene.post(desk, &format!("{bag}/dispatch"), json!({})).await,
            "receive" => self.scene.post(desk, &format!("{bag}/receive"), json!({ "codes": [code] })).await,
            _ => self.scene.post(desk, &format!("{bag}/receive"), json!({ "codes": [] })).await,
        })
    }

    fn state(full: &Value) -> &Value {
        const NONE: &Value = &Value::String(String::new());
        full.get("bag").map_or(NONE, |bag| &bag["state"])
    }
}

#[tokio::test]
async fn every_hand_over_of_a_bag_is_tried_in_every_situation() {
    drive(&Bags { scene: Scene::new(&[]).await, dossiers: AtomicUsize::new(0) }).await;
}

//! Test hooks that switch variants and noise while the portal runs: all that are named, or none.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde::{Deserialize, Serialize};

use crate::api::body::{Body, json};
use crate::behaviour::fault_injection::Faults;
use crate::behaviour::noise::{Noise, Noises};
use crate::behaviour::variants::{Variant, Variants};
use crate::domain::problem::Problem;
use crate::state::clock::wall_ns;
use crate::state::portal::Portal;

pub(crate) fn routes() -> Router<Arc<Portal>> {
    Router::new()
        .route("/_test/variants", get(read_variants).put(set_variants))
        .route("/_test/noise", get(read_noise).put(set_noise))
}

/// A variant or a profile, and whether it is on.
#[derive(Serialize)]
struct Listed {
    name: &'static str,
    is_on: bool,
    description: &'static str,
}

#[derive(Serialize)]
struct AllVariants {
    items: Vec<Listed>,
}

async fn read_variants(State(portal): State<Arc<Portal>>) -> Response {
    let on = portal.behaviour.variants();
    let listed = |variant: &Variant| Listed {
        name: variant.name(),
        is_on: on.has(*variant),
        description: variant.description(),
    };
    json(StatusCode::OK, &AllVariants { items: Variant::ALL.iter().map(listed).collect() })
}

/// The variants to switch on.
#[derive(Deserialize)]
struct WantedVariants {
    on: Vec<String>,
}

#[derive(Serialize)]
struct Switched {
    on: Vec<&'static str>,
}

/// Switches variants on, and all others off.
async fn set_variants(
    State(portal): State<Arc<Portal>>,
    Body(wanted): Body<WantedVariants>,
) -> Result<Response, Problem> {
    let known: Option<Vec<Variant>> = wanted.on.iter().map(|name| Variant::from_name(name)).collect();
    let variants = Variants::new(&known.ok_or_else(|| Problem::field("on", "names a variant that does not exist"))?);
    portal.behaviour.set_variants(variants);
    portal.registry().variants = variants;
    Ok(json(StatusCode::OK, &Switched { on: variants.iter().map(Variant::name).collect() }))
}

#[derive(Serialize)]
struct AllNoise {
    items: Vec<Listed>,
    /// Its random seed; `None` while there is no noise.
    seed: Option<u64>,
}

async fn read_noise(State(portal): State<Arc<Portal>>) -> Response {
    let faults = portal.behaviour.faults();
    let on = faults.as_ref().map_or_else(Noises::default, |faults| faults.noises());
    let listed = |noise: Noise| Listed { name: noise.name(), is_on: on.has(noise), description: noise.description() };
    let seed = faults.map(|faults| faults.seed());
    json(StatusCode::OK, &AllNoise { items: Noise::ALL.into_iter().map(listed).collect(), seed })
}

/// The noise to inject from now on.
#[derive(Deserialize)]
struct WantedFaults {
    profile: Profiles,
    seed: u64,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Profiles {
    One(String),
    Several(Vec<String>),
}

#[derive(Serialize)]
struct Noisy {
    on: Vec<&'static str>,
    seed: Option<u64>,
}

/// Starts fault injection, its requests counted from 1 again, or ends it.
async fn set_noise(
    State(portal): State<Arc<Portal>>,
    Body(wanted): Body<Option<WantedFaults>>,
) -> Result<Response, Problem> {
    let (names, seed) = match wanted {
        None => (Vec::new(), 0),
        Some(WantedFaults { profile: Profiles::One(name), seed }) => (vec![name], seed),
        Some(WantedFaults { profile: Profiles::Several(names), seed }) => (names, seed),
    };
    let known: Option<Vec<Noise>> = names.iter().map(|name| Noise::from_name(name)).collect();
    let known = known.ok_or_else(|| Problem::field("profile", "names noise that does not exist"))?;
    let faults = Faults::new(&known, seed, wall_ns());
    let told =
        Noisy { on: Noises::new(&known).iter().map(Noise::name).collect(), seed: faults.as_ref().map(Faults::seed) };
    portal.registry().clock.skew(faults.as_ref().and_then(Faults::skew));
    portal.behaviour.set_faults(faults);
    Ok(json(StatusCode::OK, &told))
}

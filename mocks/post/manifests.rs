//! Hand-over lists: sealed bags of dossiers between the service centre and the agencies, counted at every hand-over.
//!
//! # Source
//! QĐ 45/2016/QĐ-TTg: the post counts and checks against a list, and both sides sign it.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::ledger::{Direction, Message};
use crate::manifest::{BagState, Manifest};
use crate::post::Post;
use crate::refusal::{Authorised, Body, Refusal, is_flawed};

/// How many dossiers fit into a bag.
const MOST_DOCUMENTS: usize = 500;
/// How many lists are kept; a list takes about 15 kB with a full bag of usual numbers.
const MOST_LISTS: usize = 10_000;

/// A bag as its sender lists it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Bag {
    from: String,
    to: String,
    count: usize,
    documents: Vec<String>,
}

impl Bag {
    fn check(&self) -> Result<(), Refusal> {
        let is_listed_twice = || {
            let mut sorted: Vec<&String> = self.documents.iter().collect();
            sorted.sort_unstable();
            sorted.windows(2).any(|pair| pair.first() == pair.last())
        };
        let is_no_list = self.documents.is_empty()
            || self.documents.len() > MOST_DOCUMENTS
            || self.documents.iter().any(|number| number.is_empty() || number.len() > 100)
            || is_listed_twice();
        let fields = [
            ("from", is_flawed(&self.from)),
            ("to", is_flawed(&self.to) || self.to == self.from),
            ("documents", is_no_list),
            ("count", self.count != self.documents.len()),
        ];
        let flaws: Vec<_> = fields.into_iter().filter_map(|(name, is_flawed)| is_flawed.then_some(name)).collect();
        if flaws.is_empty() { Ok(()) } else { Err(Refusal::fields(flaws)) }
    }
}

/// `POST /manifests`: lists a packed bag; its count must be the number of its dossiers, each listed once.
pub(crate) async fn pack(
    Shared(post): Shared<Arc<Post>>,
    _: Authorised,
    Body(bag): Body<Bag>,
) -> Result<Response, Refusal> {
    bag.check()?;
    let mut records = post.records();
    let number = records.manifests.0.len() + 1;
    if number > MOST_LISTS || records.ledger.is_full() {
        return Err(Refusal::full("the book of lists"));
    }
    let manifest = Manifest {
        id: format!("BK{number:07}"),
        from: bag.from,
        to: bag.to,
        documents: bag.documents,
        count: bag.count,
        state: BagState::Packed,
        signatures: Vec::new(),
    };
    records.ledger.enter(signal("bag_packed", &manifest, StatusCode::CREATED, String::new()));
    records.manifests.0.push(manifest.clone());
    Ok((StatusCode::CREATED, Json(manifest)).into_response())
}

/// `GET /manifests/{id}`: one list.
pub(crate) async fn show(
    Shared(post): Shared<Arc<Post>>,
    _: Authorised,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    match post.records().manifests.find(&id) {
        Some(manifest) => Ok(Json(&*manifest).into_response()),
        None => Err(Refusal::unknown("list")),
    }
}

/// A count and two signatures.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct HandOver {
    count: usize,
    given_by: String,
    taken_by: String,
}

/// `POST /manifests/{id}/hand-over`: the post counts the bag and takes it.
pub(crate) async fn hand_over(
    Shared(post): Shared<Arc<Post>>,
    _: Authorised,
    Path(id): Path<String>,
    Body(hand_over): Body<HandOver>,
) -> Result<Response, Refusal> {
    sign(&post, &id, hand_over, BagState::InTransit)
}

/// `POST /manifests/{id}/receive`: the receiver counts the bag and takes it.
pub(crate) async fn receive(
    Shared(post): Shared<Arc<Post>>,
    _: Authorised,
    Path(id): Path<String>,
    Body(hand_over): Body<HandOver>,
) -> Result<Response, Refusal> {
    sign(&post, &id, hand_over, BagState::Received)
}

fn sign(post: &Post, id: &str, hand_over: HandOver, wanted: BagState) -> Result<Response, Refusal> {
    let fields = [
        ("given_by", is_flawed(&hand_over.given_by)),
        ("taken_by", is_flawed(&hand_over.taken_by) || hand_over.taken_by == hand_over.given_by),
    ];
    let flaws: Vec<_> = fields.into_iter().filter_map(|(name, is_flawed)| is_flawed.then_some(name)).collect();
    if !flaws.is_empty() {
        return Err(Refusal::fields(flaws));
    }
    let mut records = post.records();
    if records.ledger.is_full() {
        return Err(Refusal::full("the ledger"));
    }
    let manifest = records.manifests.find(id).ok_or_else(|| Refusal::unknown("list"))?;
    if manifest.state.next() != Some(wanted) {
        return Err(Refusal::conflict(format!("the bag is {}", manifest.state.word())));
    }
    let is_complete = hand_over.count == manifest.count;
    if is_complete {
        manifest.state = wanted;
        manifest.signatures.extend([hand_over.given_by, hand_over.taken_by]);
    }
    let manifest = manifest.clone();
    let counted = format!("{} counted, {} listed", hand_over.count, manifest.count);
    if is_complete {
        let kind = if wanted == BagState::InTransit { "bag_handed_over" } else { "bag_received" };
        records.ledger.enter(signal(kind, &manifest, StatusCode::OK, counted));
        Ok(Json(manifest).into_response())
    } else {
        records.ledger.enter(signal("bag_count_differs", &manifest, StatusCode::CONFLICT, counted.clone()));
        Err(Refusal::conflict(format!("{counted}: no signatures are taken")))
    }
}

fn signal(kind: &'static str, manifest: &Manifest, status: StatusCode, detail: String) -> Message {
    Message {
        direction: Direction::In,
        reference: manifest.id.clone(),
        state: manifest.state.word(),
        status: Some(status.as_u16()),
        detail,
        ..Message::internal(kind)
    }
}

//! The tracking list: every stage that any parcel reached, for portals that poll with a cursor.
//!
//! # Source
//! The form of the list, its `pagesize` and its `lastId` follow what a public dossier portal expects of its post.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State as Shared};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use crate::post::Post;
use crate::refusal::{Authorised, Refusal};

const DEFAULT_PAGE: usize = 50;
const LONGEST_PAGE: usize = 1_000;

#[derive(Debug, Deserialize)]
pub(crate) struct Reading {
    #[serde(default = "default_page")]
    pagesize: usize,
    #[serde(rename = "lastId", default)]
    last_id: String,
}

fn default_page() -> usize {
    DEFAULT_PAGE
}

#[derive(Serialize)]
struct Entry {
    #[serde(rename = "_id")]
    id: Id,
    #[serde(rename = "orderNumber")]
    order_number: String,
    #[serde(rename = "itemCode")]
    waybill: String,
    #[serde(rename = "statusCode")]
    status_code: &'static str,
    #[serde(rename = "statusMessage")]
    status_message: &'static str,
}

#[derive(Serialize)]
struct Id {
    #[serde(rename = "$oid")]
    oid: String,
}

#[derive(Serialize)]
struct List {
    _embedded: Embedded,
    /// The cursor for the next page; the same as the one of the query if nothing is new.
    #[serde(rename = "lastId")]
    last_id: String,
}

#[derive(Serialize)]
struct Embedded {
    #[serde(rename = "rh:doc")]
    documents: Vec<Entry>,
}

/// `GET /tracking?pagesize=50&lastId=ID`: what happened after `lastId`, oldest first; without it, from the start.
pub(crate) async fn list(
    Shared(post): Shared<Arc<Post>>,
    _: Authorised,
    Query(reading): Query<Reading>,
) -> Result<Response, Refusal> {
    let after = place(&reading.last_id).ok_or_else(|| Refusal::fields(vec!["lastId"]))?;
    let records = post.records();
    let documents: Vec<Entry> = records
        .stages(after, reading.pagesize.clamp(1, LONGEST_PAGE))
        .map(|(place, stage, parcel)| Entry {
            id: Id { oid: oid(place) },
            order_number: parcel.order_number.clone(),
            waybill: parcel.waybill.clone(),
            status_code: stage.code(parcel.way),
            status_message: stage.vietnamese(parcel.way),
        })
        .collect();
    let last_id = documents.last().map_or(reading.last_id, |entry| entry.id.oid.clone());
    Ok(Json(List { _embedded: Embedded { documents }, last_id }).into_response())
}

/// A place in the list as an id of 24 hexadecimal digits: ids sort as places do.
fn oid(place: usize) -> String {
    format!("{place:024x}")
}

/// The place of an id; no id is the start, `None` is no id of ours.
fn place(id: &str) -> Option<usize> {
    match id.len() {
        0 => Some(0),
        24 => usize::from_str_radix(id, 16).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_leads_back_to_its_place() {
        assert_eq!(place(&oid(260_000)), Some(260_000));
        assert_eq!(place(""), Some(0));
        for stranger in ["0", "x00000000000000000000000", &"f".repeat(24)] {
            assert_eq!(place(stranger), None, "{stranger}");
        }
    }
}

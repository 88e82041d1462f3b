//! The API: what citizens, desks, registrars and peers may ask, one operation a function. The table of
//! operations makes the router and the OpenAPI document, so that neither knows of an operation that the other lacks.

pub(crate) mod openapi;
pub(crate) mod operation;

pub(crate) mod attachments;
pub(crate) mod citizen;
pub(crate) mod deliveries;
pub(crate) mod desk;
pub(crate) mod peers;
pub(crate) mod petitions;
pub(crate) mod registrar;
pub(crate) mod search;
pub(crate) mod sign_on;

pub(crate) mod page;
pub(crate) mod test_hooks;

pub(crate) mod access;
pub(crate) mod body;
pub(crate) mod pages;
mod part_views;
pub(crate) mod problem;
pub(crate) mod view;

//! The portal driven over HTTP, together with the two other mocks.

#[cfg(test)]
mod suite {
    pub(crate) mod scene;

    mod access;
    mod attachments;
    mod casework;
    mod catalogue;
    mod defects;
    mod intake;
    mod journeys;
    mod noise;
    mod openapi;
    mod openapi_variants;
    mod page;
    mod payments;
    mod petitions;
    mod probe;
    mod schema;
    mod search;
    mod sessions;
    mod switching;
    mod transitions;
    mod variants;
    mod weather;
}

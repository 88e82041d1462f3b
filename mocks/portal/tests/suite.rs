//! The portal driven over HTTP, together with the other mocks.

#[cfg(test)]
mod suite {
    pub(crate) mod nation;
    pub(crate) mod scene;

    mod access;
    mod aftermath;
    mod attachments;
    mod casework;
    mod catalogue;
    mod connection_limits;
    mod defects;
    mod defects_national;
    mod fault_injection;
    mod intake;
    mod journeys;
    mod noise;
    mod openapi;
    mod openapi_variants;
    mod page;
    mod payments;
    mod petitions;
    mod probe;
    mod probe_national;
    mod push_down;
    mod schema;
    mod search;
    mod sessions;
    mod sign_on;
    mod store;
    mod store_resumes;
    mod switching;
    mod sync;
    mod transitions;
    mod variants;
    mod walk;
}

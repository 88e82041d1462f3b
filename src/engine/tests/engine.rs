//! The engine driven against a portal that misbehaves on command, over loopback, and judged by the history it leaves.

#[cfg(test)]
mod engine {
    pub(crate) mod http2_portal;
    pub(crate) mod play;
    pub(crate) mod portal;
    pub(crate) mod tls_front;

    mod addresses;
    mod backing_off;
    mod catalogue;
    mod closed;
    mod cookies;
    mod ending;
    mod from_the_plan;
    mod hostile;
    mod hostile_http2;
    mod http2;
    mod identities;
    mod lanes;
    mod named;
    mod outages;
    mod own_connections;
    mod peers;
    mod proxies;
    mod put_off;
    mod rate;
    mod reasons;
    mod redirects;
    mod safety;
    mod timing;
    mod tls;
    mod understanding;
}

//! The requests of a run as they would be sent, written and not sent: nothing here knows a connection.

use bytes::BytesMut;
use model::words::Operation;
use model::{Case, Staff};
use portal::{ClockFacts, Context, Encoded, Exchange, Memory, Session};

use crate::codec::assemble;
use crate::identity::Traces;
use crate::lean::written;
use crate::spec::RunSpec;

/// What requests are written for.
#[derive(Clone, Copy, Debug)]
pub struct Occasion<'a> {
    /// What is wanted.
    pub operation: Operation,
    /// The planned dossier it is about.
    pub case: Option<&'a Case>,
    /// The clerk who acts.
    pub staff: Option<&'a Staff>,
}

/// The requests of an operation as texts of HTTP/1.1, one for each of its exchanges. What only an answer shows stands in them
/// as the adapter writes it: `${dossier.code}`. Of a request that could not be written it is said why.
pub fn requests(spec: &RunSpec, occasion: Occasion<'_>) -> Vec<String> {
    let (memory, session) = (Memory::default(), Session::default());
    let first = spec.timeline.segments().first();
    let clock = |now| first.map(|segment| ClockFacts { now, speed: segment.speed(), until: segment.end });
    let context = Context {
        case: occasion.case,
        memory: &memory,
        session: &session,
        staff: occasion.staff,
        clock: clock(spec.timeline.start()),
        offer: spec.publications.first().map(|publication| &publication.offer),
    };
    let traces = Traces::of(&spec.settings.identity, 0);
    let exchanges = spec.adapter.exchanges(occasion.operation).iter();
    exchanges.map(|exchange| request(spec, exchange, &context, &traces)).collect()
}

fn request(spec: &RunSpec, exchange: &Exchange, context: &Context<'_>, traces: &Traces) -> String {
    let mut encoded = Encoded::default();
    if let Err(unwritable) = spec.adapter.sketch(exchange, context, &mut encoded) {
        return unwritable.to_string();
    }
    let link =
        std::mem::take(&mut encoded.is_link).then(|| std::mem::replace(&mut encoded.target, BytesMut::from("/")));
    let Ok((_, request, _)) = assemble(&mut encoded, &spec.target, &spec.settings.identity) else {
        return "it does not fit into a request".to_owned();
    };
    let sent = traces.stamp(0);
    let bytes = written(&request, "", traces.traceparent(sent, sent).as_ref());
    let text = String::from_utf8_lossy(&bytes).into_owned();
    match (link, text.splitn(3, "\r\n").nth(2)) {
        // Where it goes, only the answer says that shows the link.
        (Some(link), Some(rest)) => {
            let link = String::from_utf8_lossy(&link).into_owned();
            format!("{} {link} HTTP/1.1\r\nhost: (of the link)\r\n{rest}", request.method())
        }
        _ => text,
    }
}

//! What a fuzzer drives, and a test over the seeds of `fuzz/seeds`: not for anybody else.

use std::sync::OnceLock;

use http::{HeaderMap, HeaderName, HeaderValue};
use model::words::{Field, Operation, Outcome};

use crate::reading::LONGEST_LIST;
use crate::{Adapter, Answer, Exchange, Reading};

/// Statuses that mean different things to an adapter.
const STATUSES: [u16; 6] = [200, 201, 302, 404, 409, 503];

/// An adapter that reads at every kind of place, besides the one that is shipped.
const ADAPTER: &str = include_str!("fuzzing.yaml");

fn exchanges() -> &'static [(Adapter, Operation)] {
    static ALL: OnceLock<Vec<(Adapter, Operation)>> = OnceLock::new();
    ALL.get_or_init(|| {
        let texts = [ADAPTER, include_str!("../../scenarios/portals/reference.yaml")];
        let mut all = Vec::new();
        for text in texts {
            for operation in Operation::ALL {
                match Adapter::load("fuzzing.yaml", text) {
                    Ok(adapter) if adapter.maps(*operation) => all.push((adapter, *operation)),
                    Ok(_) => {}
                    Err(problems) => unreachable!("{problems}"),
                }
            }
        }
        all
    })
}

/// Reads an answer as an adapter says.
///
/// The first byte says to which exchange it is the answer, the second gives its status, the third the length of a header that
/// comes next; the rest is the body.
///
/// # Panics
/// If a limit is passed, or a reading that is used again shows something else than a fresh one.
pub fn adapter_answer(bytes: &[u8]) {
    let [exchange, status, length, rest @ ..] = bytes else { return };
    let all = exchanges();
    let Some((adapter, operation)) = all.get(usize::from(*exchange) % all.len().max(1)) else { return };
    let (header, body) = rest.split_at(usize::from(*length).min(rest.len()));
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_bytes(header) {
        headers.insert(HeaderName::from_static("location"), value);
    }
    let status = STATUSES.get(usize::from(*status) % STATUSES.len()).copied().unwrap_or(200);
    let answer = Answer { status, headers: &headers, body };
    for exchange in adapter.exchanges(*operation) {
        let (fresh, mut reading) = (shown(adapter, exchange, answer, &mut Reading::default()), Reading::default());
        adapter.decode(
            exchange,
            Answer { body: br#"{"code":"D-1","items":[{"code":"D-2"}]}"#, ..answer },
            &mut reading,
        );
        assert_eq!(fresh, shown(adapter, exchange, answer, &mut reading), "the same in a reading that was used before");
    }
}

/// Everything that an answer shows, as text.
fn shown(adapter: &Adapter, exchange: &Exchange, answer: Answer<'_>, reading: &mut Reading) -> String {
    let reply = adapter.decode(exchange, answer, reading);
    assert!(reply.answer != Outcome::Ok || reply.fault.is_none());
    assert!(reply.answer != Outcome::Ok || exchange.is_success(answer.status));
    assert!(reading.items().len() <= LONGEST_LIST && reading.lines().len() <= LONGEST_LIST);
    let mut texts = vec![format!("{reply:?} {:?} {:?}", reading.error_code(), reading.reason())];
    for item in reading.items() {
        for field in Field::ALL {
            texts.push(format!("{:?}{:?}", reading.value(item, *field), reading.understood(item, *field)));
        }
    }
    texts.extend(reading.lines().iter().map(|line| format!("{:?}", reading.line(line))));
    texts.extend(reading.kept().map(|kept| format!("{kept:?}")));
    let problems: Vec<_> = reading.problems().map(|problem| problem.to_string()).collect();
    assert!(problems.len() <= 16, "{problems:?}");
    [texts, problems].concat().concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_seed_is_read() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/seeds/adapter_answer");
        let seeds: Vec<_> =
            std::fs::read_dir(folder).unwrap().map(|seed| std::fs::read(seed.unwrap().path())).collect();
        assert!(seeds.len() >= 10, "{folder}");
        for seed in seeds {
            adapter_answer(&seed.unwrap());
        }
    }

    #[test]
    fn a_seed_is_understood_by_the_exchange_that_it_names() {
        let (adapter, operation) = &exchanges()[0];
        let (headers, body) = (HeaderMap::new(), br#"{"token":"t"}"#);
        let answer = Answer { status: 200, headers: &headers, body };
        let text = shown(adapter, &adapter.exchanges(*operation)[0], answer, &mut Reading::default());
        assert!(text.starts_with("Reply { answer: Ok"), "{operation}: {text}");
    }
}

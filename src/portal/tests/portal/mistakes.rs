//! Files that are wrong: each mistake with its place and what is said of it, all of a file at once.

use vandan_portal::Adapter;

/// A file with one mistake, and all that is said of it.
struct Mistake {
    file: &'static str,
    said: &'static str,
}

fn said(file: &str) -> String {
    Adapter::load("p.yaml", file).map_or_else(|problems| problems.to_string(), |_| "nothing".to_owned())
}

/// Lists that several messages end with, written `{NAME}` below.
const LISTS: [(&str, &str); 4] = [
    (
        "{KNOWN}",
        "applicant.kind, applicant.full_name, applicant.citizen_number, applicant.birth_date, applicant.organisation, applicant.tax_code, applicant.network_address, applicant.phone, applicant.email, applicant.address, case.reference, case.unit, case.procedure, case.channel, case.payment, case.return, case.fee, case.assessed_fee, clerk.name, clerk.password, clerk.unit, clock.now, clock.speed, clock.until, offer.procedure, offer.level, offer.payable, offer.postal, dossier.*, session.*",
    ),
    (
        "{SHOWN}",
        "dossier_code, state, state_word, procedure, submitted_at, accepted_at, due_at, completed_at, returned_at, fee, payment_state, payment_reference, transaction_id, amount_due, amount_paid, receipts, waybill, parcel_state, owner_number, owner_name, reference, version, payment_url, service_level, payable, postal",
    ),
    (
        "{OBSERVED}",
        "dossier_code, state, procedure, submitted_at, accepted_at, due_at, completed_at, returned_at, fee, payment_state, payment_reference, transaction_id, amount_due, amount_paid, receipts, waybill, parcel_state, owner_number, owner_name, reference, version, payment_url, service_level, payable, postal",
    ),
    (
        "{OPERATIONS}",
        "sign_in, submit, pay, open_payment_page, confirm_payment, track, look_up, withdraw, clerk_sign_in, inbox, post_inbox, accept, collect_fee, start, complete, stop, approve_withdrawal, hand_over, hand_to_post, clerk_view, statistics, catalogue, publish, clock",
    ),
];

/// Nearly a file: the mistake stands in what is added to it, from line 3 on.
macro_rules! mistake {
    ($file:expr, $said:expr) => {
        Mistake { file: concat!("portal: p\ntitle: T\n", $file), said: $said }
    };
}

#[rustfmt::skip]
const MISTAKES: &[Mistake] = &[
    // An empty file.
    Mistake { file: "", said: "p.yaml:1:1: the field `portal` is missing\np.yaml:1:1: the field `title` is missing\np.yaml:1:1: the field `operations` is missing" },
    // A list instead of a map.
    Mistake { file: "- portal: p\n", said: "p.yaml:1:1: a map is expected here (write `name: value`)" },
    // No YAML.
    Mistake { file: "portal: [p\n", said: "p.yaml:2:1: not YAML: while parsing a flow sequence, expected ',' or ']'" },
    // An alias.
    Mistake { file: "portal: &p p\ntitle: *p\noperations: {}\n", said: "p.yaml:2:8: an alias stands here (write the value out: these files have no aliases)" },
    // Two documents.
    Mistake { file: "portal: p\ntitle: T\noperations: {}\n---\nportal: q\n", said: "p.yaml:4:1: a second document begins here (one file holds one document)" },
    // No operations, and a name that is a list.
    Mistake { file: "portal: [p]\ntitle: T\n", said: "p.yaml:1:1: the field `operations` is missing\np.yaml:1:9: portal: a list stands where one value is expected" },
    // Its parts.
    // A field nobody knows.
    mistake!("operations: {}\noperation: {}\n", "p.yaml:4:1: operation: unknown field (did you mean `operations`? known here: operations, words, failure, session_headers, portal, title, dossier_code, time, redirects, states, payment_states, parcel_states, also_legal)"),
    // A field that stands twice.
    mistake!("operations: {}\noperations: {}\n", "p.yaml:4:1: the field `operations` stands twice (keep one of them)"),
    // Operations that are a list.
    mistake!("operations: [submit]\n", "p.yaml:3:13: operations: a map is expected here (write `name: value`)"),
    // An unknown form of instants.
    mistake!("time: \"2021-03-01\"\noperations: {}\n", "p.yaml:3:7: time: `2021-03-01` is not a form of instants known here (write the first of March 2021, half past seven, as the portal does: \"2021-03-01T07:30:00+07:00\", \"20210301073000\", \"01/03/2021 07:30:00\")"),
    // Redirects that nobody can follow.
    mistake!("redirects: all\noperations: {}\n", "p.yaml:3:12: redirects: `all` is not known here (one of: none, same-origin, listed)"),
    // A state that is none of ours.
    mistake!("states: { sent: NEW }\noperations: {}\n", "p.yaml:3:17: states.sent: `sent` is not our word (one of: submitted, accepted, rejected, in_process, awaiting_supplement, awaiting_payment, withdrawal_requested, stopped, completed, returned)"),
    // A payment state that is none of ours.
    mistake!("payment_states: { payed: X }\noperations: {}\n", "p.yaml:3:26: payment_states.payed: `payed` is not our word (did you mean `paid`? one of: none, required, pending, paid, on_delivery, collected)"),
    // A map where the portal's word for a state is wanted.
    mistake!("parcel_states: { ordered: { a: b } }\noperations: {}\n", "p.yaml:3:27: parcel_states.ordered: a map stands where one value is expected"),
    // One word of the portal for two of our states.
    mistake!("states: { completed: [DONE], returned: [SENT, DONE] }\noperations: {}\n", "p.yaml:3:47: states.returned[1]: `DONE` stands for two of our words (keep one of them)"),
    // Where failures are told is missing.
    mistake!("failure: { none: [\"0\"] }\noperations: {}\n", "p.yaml:3:10: failure: the field `code` is missing"),
    // A path that is none, for failures.
    mistake!("failure: { code: error.code }\noperations:\n  submit: { request: POST /a }\n", "p.yaml:3:18: failure.code: `error.code` is no place (write `$.key.key`, `header NAME` or `cookie NAME`)"),
    // Neither yes nor no.
    mistake!("failure: { code: $.e, in_status_200: maybe }\noperations: {}\n", "p.yaml:3:38: failure.in_status_200: `maybe` is neither yes nor no"),
    // A session header without a name.
    mistake!("session_headers: { \"X Token\": a }\noperations: {}\n", "p.yaml:3:31: session_headers.X Token: `X Token` is no header name"),
    // A session header of something nobody keeps.
    mistake!("session_headers: { X: \"${session.token}\" }\noperations:\n  submit: { request: POST /a }\n", "p.yaml:3:23: session_headers.X: `session.token` is kept by no operation (none keeps anything: write `keep`)"),
    // Words for something that is not translated.
    mistake!("words: { applicant.full_name: { a: b } }\noperations: {}\n", "p.yaml:3:31: words.applicant.full_name: `applicant.full_name` cannot be translated (did you mean `applicant.kind`? one of: applicant.kind, case.channel, case.payment, case.return, offer.payable, offer.postal)"),
    // A word of ours that is none.
    mistake!("words: { case.payment: { card: the } }\noperations: {}\n", "p.yaml:3:32: words.case.payment.card: `card` is not our word (one of: none, online, cod, counter)"),
    // An operation that is none.
    mistake!("operations:\n  submitt: { request: POST /a }\n", "p.yaml:4:12: operations.submitt: `submitt` is no operation (did you mean `submit`? one of: {OPERATIONS})"),
    // An operation that is no map.
    mistake!("operations:\n  submit: POST /a\n", "p.yaml:4:11: operations.submit: a map is expected here (write `name: value`)"),
    // An operation without an exchange.
    mistake!("operations:\n  submit: []\n", "p.yaml:4:11: operations.submit: an operation takes at least one exchange (leave it out if the portal does not have it)"),
    // An exchange that is no map.
    mistake!("operations:\n  submit: [ { request: POST /a }, GET ]\n", "p.yaml:4:35: operations.submit[1]: a map is expected here (write `name: value`)"),
    // No request.
    mistake!("operations:\n  submit: { json: {} }\n", "p.yaml:4:11: operations.submit: the field `request` is missing"),
    // A request without a path.
    mistake!("operations:\n  submit: { request: POST }\n", "p.yaml:4:22: operations.submit.request: `POST` is no request (write `METHOD /path`)"),
    // A method in small letters.
    mistake!("operations:\n  submit: { request: post /a }\n", "p.yaml:4:22: operations.submit.request: `post` is no HTTP method (GET, POST, PUT, PATCH or DELETE)"),
    // A method that is none.
    mistake!("operations:\n  submit: { request: FETCH /a }\n", "p.yaml:4:22: operations.submit.request: `FETCH` is no HTTP method (GET, POST, PUT, PATCH or DELETE)"),
    // A path that begins with nothing.
    mistake!("operations:\n  submit: { request: POST a/b }\n", "p.yaml:4:22: operations.submit.request: `a/b` is no path (a path begins with `/`; hosts are given with --target)"),
    // A path with a host.
    mistake!("operations:\n  submit: { request: POST http://portal.example/a }\n", "p.yaml:4:22: operations.submit.request: `http://portal.example/a` is no path (a path begins with `/`; hosts are given with --target)"),
    // A path with blanks.
    mistake!("operations:\n  submit: { request: POST /a b }\n", "p.yaml:4:22: operations.submit.request: `/a b` does not fit into a request (write what is not ASCII, and blanks, as %XX)"),
    // A path in Vietnamese.
    mistake!("operations:\n  submit: { request: POST /hồ-sơ }\n", "p.yaml:4:22: operations.submit.request: `/hồ-sơ` does not fit into a request (write what is not ASCII, and blanks, as %XX)"),
    // A reference without its end.
    mistake!("operations:\n  submit: { request: \"POST /a/${dossier.code\" }\n", "p.yaml:4:22: operations.submit.request: `/a/${dossier.code` has a `${` without its `}`"),
    // A reference to nobody.
    mistake!("operations:\n  submit: { request: \"POST /a/${citizen.name}\" }\n", "p.yaml:4:22: operations.submit.request: `citizen.name` is not known (known: {KNOWN})"),
    // A reference to nothing.
    mistake!("operations:\n  submit: { request: \"POST /a/${}\" }\n", "p.yaml:4:22: operations.submit.request: `` is not known (known: {KNOWN})"),
    // A reference to something no portal shows.
    mistake!("operations:\n  submit: { request: \"POST /a/${dossier.colour}\" }\n", "p.yaml:4:22: operations.submit.request: `dossier.colour` is nothing a portal shows (known: {SHOWN})"),
    // An unknown filter.
    mistake!("operations:\n  submit: { request: \"POST /a/${case.unit|upper}\" }\n", "p.yaml:4:22: operations.submit.request: `case.unit|upper` has an unknown filter (known: `last:N`)"),
    // A filter without its number.
    mistake!("operations:\n  submit: { request: \"POST /a/${case.unit|last:x}\" }\n", "p.yaml:4:22: operations.submit.request: `case.unit|last:x` has an unknown filter (known: `last:N`)"),
    // A number that is to be cut.
    mistake!("operations:\n  submit: { request: \"POST /a/${case.fee|last:2}\" }\n", "p.yaml:4:22: operations.submit.request: `case.fee` is no text that could be cut"),
    // A header that breaks the line.
    mistake!("operations:\n  submit:\n    request: POST /a\n    headers: { X-A: \"a\\nb\" }\n", "p.yaml:6:21: operations.submit.headers.X-A: `a\\nb` does not fit into a header (visible ASCII characters only)"),
    // A header that is a list.
    mistake!("operations:\n  submit:\n    request: POST /a\n    headers: { X-A: [a] }\n", "p.yaml:6:21: operations.submit.headers.X-A: a list stands where one value is expected"),
    // Two bodies.
    mistake!("operations:\n  submit:\n    request: POST /a\n    json: {}\n    form: {}\n", "p.yaml:7:11: operations.submit.form: a request has one body (keep `json` or `form`)"),
    // A form that is a list.
    mistake!("operations:\n  submit:\n    request: POST /a\n    form: [a]\n", "p.yaml:6:11: operations.submit.form: a map is expected here (write `name: value`)"),
    // A form in a form.
    mistake!("operations:\n  submit:\n    request: POST /a\n    form: { a: { b: c } }\n", "p.yaml:6:16: operations.submit.form.a: a map stands where one value is expected"),
    // A wrong reference deep in JSON.
    mistake!("operations:\n  submit:\n    request: POST /a\n    json:\n      a: [ 1, { b: \"x ${case.colour}\" } ]\n", "p.yaml:7:20: operations.submit.json.a[1].b: `case.colour` is not known (known: {KNOWN})"),
    // A status that is none.
    mistake!("operations:\n  submit:\n    request: POST /a\n    success: [200, 999]\n", "p.yaml:6:20: operations.submit.success[1]: this is no HTTP status (100 to 599)"),
    // A status in words.
    mistake!("operations:\n  submit:\n    request: POST /a\n    success: [ok]\n", "p.yaml:6:15: operations.submit.success[0]: `ok` is not a whole number"),
    // One status where a list is wanted.
    mistake!("operations:\n  submit:\n    request: POST /a\n    success: 200\n", "p.yaml:6:14: operations.submit.success: a list is expected here (begin each item with `- `)"),
    // Neither yes nor no, of the session.
    mistake!("operations:\n  submit:\n    request: POST /a\n    session: none\n", "p.yaml:6:14: operations.submit.session: `none` is neither yes nor no"),
    // A field that is not observed.
    mistake!("operations:\n  submit:\n    request: POST /a\n    read: { colour: $.c }\n", "p.yaml:6:21: operations.submit.read.colour: `colour` is not observed (one of: {OBSERVED})"),
    // A field only we write.
    mistake!("operations:\n  submit:\n    request: POST /a\n    read: { state_word: $.c }\n", "p.yaml:6:25: operations.submit.read.state_word: `state_word` is not observed (did you mean `state`? one of: {OBSERVED})"),
    // A path without its beginning.
    mistake!("operations:\n  submit:\n    request: POST /a\n    read: { state: state }\n", "p.yaml:6:20: operations.submit.read.state: `state` is no place (write `$.key.key`, `header NAME` or `cookie NAME`)"),
    // A path into a list.
    mistake!("operations:\n  submit:\n    request: POST /a\n    read: { state: \"$.items[0].state\" }\n", "p.yaml:6:20: operations.submit.read.state: `$.items[0].state` is no path (keys only; lists are read by `items` and `progress`)"),
    // A path with a gap.
    mistake!("operations:\n  submit:\n    request: POST /a\n    read: { state: $.a..b }\n", "p.yaml:6:20: operations.submit.read.state: `$.a..b` is no path (keys only; lists are read by `items` and `progress`)"),
    // A path that is a list.
    mistake!("operations:\n  submit:\n    request: POST /a\n    read: { state: [$.a] }\n", "p.yaml:6:20: operations.submit.read.state: a list stands where one value is expected"),
    // Items without a place.
    mistake!("operations:\n  submit:\n    request: POST /a\n    items: { read: { state: $.s } }\n", "p.yaml:6:12: operations.submit.items: the field `at` is missing"),
    // Headers and cookies that are none, and patterns that cut out nothing.
    mistake!("operations:\n  submit:\n    request: POST /a\n    read: { state: header Lo(cation }\n", "p.yaml:6:20: operations.submit.read.state: `Lo(cation` is no name of a header"),
    mistake!("operations:\n  submit:\n    request: POST /a\n    keep: { token: cookie s=1 }\n", "p.yaml:6:20: operations.submit.keep.token: `s=1` is no name of a cookie"),
    mistake!("operations:\n  submit:\n    request: POST /a\n    keep: { token: header.Set-Cookie }\n", "p.yaml:6:20: operations.submit.keep.token: `header.Set-Cookie` is no place (write `$.key.key`, `header NAME` or `cookie NAME`)"),
    mistake!("operations:\n  submit:\n    request: POST /a\n    read: { state: header Location ~ /a/(.*) }\n", "p.yaml:6:20: operations.submit.read.state: `/a/(.*)` is no pattern (write it as '...' behind the `~`)"),
    mistake!("operations:\n  submit:\n    request: POST /a\n    read: { state: header Location ~ '/a/(.*' }\n", "p.yaml:6:20: operations.submit.read.state: `/a/(.*` is no regular expression: found open group without closing ')'"),
    mistake!("operations:\n  submit:\n    request: POST /a\n    read: { state: header Location ~ '/a/.*' }\n", "p.yaml:6:20: operations.submit.read.state: `/a/.*` has 0 groups (put what is to be read, and only that, in parentheses)"),
    // A header where a row is read.
    mistake!("operations:\n  submit:\n    request: POST /a\n    items: { at: $, read: { state: header Location } }\n", "p.yaml:6:36: operations.submit.items.read.state: `header Location` is no path (a path is `$` for the answer, or `$.key.key`)"),
    // Items whose place is no path.
    mistake!("operations:\n  submit:\n    request: POST /a\n    items: { at: items, read: { state: $.s } }\n", "p.yaml:6:18: operations.submit.items.at: `items` is no path (a path is `$` for the answer, or `$.key.key`)"),
    // A log with a field that is none.
    mistake!("operations:\n  submit:\n    request: POST /a\n    progress: { at: $.log, when: $.at }\n", "p.yaml:6:28: operations.submit.progress.when: unknown field (known here: at, happened_at, event, state)"),
    // A log without a place.
    mistake!("operations:\n  submit:\n    request: POST /a\n    progress: { event: $.e }\n", "p.yaml:6:15: operations.submit.progress: the field `at` is missing"),
    // Keeping a list.
    mistake!("operations:\n  submit:\n    request: POST /a\n    keep: [token]\n", "p.yaml:6:11: operations.submit.keep: a map is expected here (write `name: value`)"),
    // Keeping at a place that is none.
    mistake!("operations:\n  submit:\n    request: POST /a\n    keep: { token: token }\n", "p.yaml:6:20: operations.submit.keep.token: `token` is no place (write `$.key.key`, `header NAME` or `cookie NAME`)"),
    // A session value under another name.
    mistake!("operations:\n  sign_in: { request: POST /s, keep: { token: $.t, csrf: $.c } }\n  submit: { request: \"POST /a?t=${session.tokn}\" }\n", "p.yaml:5:22: operations.submit.request: `session.tokn` is kept by no operation (kept: token, csrf)"),
    // An exchange with a field nobody knows.
    mistake!("operations:\n  submit:\n    request: POST /a\n    retries: 3\n", "p.yaml:6:5: operations.submit.retries: unknown field (known here: request, session, headers, json, form, success, read, keep, items, progress)"),
];

#[test]
fn every_mistake_is_said_with_its_place_and_what_to_do() {
    for mistake in MISTAKES {
        let expected = LISTS.iter().fold(mistake.said.to_owned(), |text, (name, list)| text.replace(name, list));
        assert_eq!(said(mistake.file), expected, "\n{}", mistake.file);
    }
    assert!(MISTAKES.len() >= 60);
}

#[test]
fn all_mistakes_of_a_file_are_said_at_once_in_the_order_of_their_places() {
    let file = "\
title: T
time: noon
states: { sent: X }
session_headers: { \"A B\": c }
operations:
  fly: { request: GET /a }
  submit:
    request: GET a
    success: [1]
    json: { a: \"${nobody}\" }
    read: { colour: $.c, state: s }
    items: { read: { colour: $.d } }
  track: POST
";
    let said = said(file);
    let places: Vec<_> = said.lines().map(|line| line.split(": ").next().unwrap().to_owned()).collect();
    let expected =
        ["1:1", "2:7", "3:17", "4:27", "6:8", "8:14", "9:15", "10:16", "11:21", "11:33", "12:12", "12:30", "13:10"];
    assert_eq!(places, expected.map(|place| format!("p.yaml:{place}")), "\n{said}");
}

#[test]
fn the_adapters_that_ship_and_those_of_the_tests_are_without_mistakes() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let shipped = std::fs::read_dir(format!("{root}/scenarios/portals")).unwrap().map(|entry| entry.unwrap().path());
    let files: Vec<_> = shipped.chain([format!("{root}/tests/data/stand-in.yaml").into()]).collect();
    assert!(files.len() >= 2);
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(Adapter::load("p.yaml", &text).is_ok(), "{}: {}", file.display(), said(&text));
    }
}

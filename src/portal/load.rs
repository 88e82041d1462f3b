//! The adapter's file: read, checked and compiled, every problem at once.

use http::uri::PathAndQuery;
use http::{HeaderName, HeaderValue, Method};
use model::words::{DossierState, Field, Operation, ParcelState, PaymentState};
use model::{Document, Fields, Node, Problems, one_of};

use crate::adapter::{Adapter, Exchange, Redirects, Words};
use crate::body::{self, Body};
use crate::clock::TimeFormat;
use crate::composed::composed;
use crate::head::Head;
use crate::read::{Capture, List, Wanted};
use crate::template::{Escape, Names, Template};
use crate::value::{WordMaps, translatable};

pub(crate) fn adapter(file: &str, text: &str) -> Result<Adapter, Problems> {
    Document::parse(file, text)?.read(|fields| {
        let session_names = session_names(fields);
        let words = word_maps(fields);
        let frame = Frame {
            names: Names { session: &session_names, words: &words },
            session_headers: Vec::new(),
            failure: None,
        };
        let failure = fields.get("failure").map(|node| node.fields(Failure::read));
        let frame = Frame {
            session_headers: headers(fields, "session_headers", &frame.names).unwrap_or_default(),
            failure: failure.as_ref().and_then(|failure| failure.as_ref().map(|failure| failure.code.clone())),
            ..frame
        };
        let failure = failure.unwrap_or_else(|| Some(Failure::default()));
        let name = fields.text("portal");
        let title = fields.text("title");
        let pattern = fields.text_or_empty("dossier_code");
        let time = fields.get("time").map_or(Some(TimeFormat::Rfc3339), |node| time_format(&node));
        let redirects = fields.get("redirects").map_or(Some(Redirects::None), |node| redirects(&node));
        let states = vocabulary(fields, "states", DossierState::ALL);
        let payment_states = vocabulary(fields, "payment_states", PaymentState::ALL);
        let parcel_states = vocabulary(fields, "parcel_states", ParcelState::ALL);
        let also_legal = also_legal(fields);
        let operations = operations(fields, &frame);
        let failure = failure?;
        Some(Adapter {
            name: name?,
            title: title?,
            dossier_code_pattern: pattern?,
            legacy_envelope: failure.in_status_200,
            redirects: redirects?,
            time: time?,
            states: states?,
            payment_states: payment_states?,
            parcel_states: parcel_states?,
            no_failure: failure.none.iter().map(|word| (composed(word).into_owned(), ())).collect(),
            also_legal: also_legal?,
            operations: operations?,
        })
    })
}

fn redirects(node: &Node<'_>) -> Option<Redirects> {
    Some(match node.word(&["none", "same-origin", "listed"])? {
        "same-origin" => Redirects::SameOrigin,
        "listed" => Redirects::Listed,
        _ => Redirects::None,
    })
}

/// Changes of state that this portal makes beyond the national list, each as `[from, to]` in our words.
fn also_legal(fields: &Fields<'_>) -> Option<Vec<(DossierState, DossierState)>> {
    let Some(node) = fields.get("also_legal") else { return Some(Vec::new()) };
    node.items()?.iter().map(transition).collect()
}

fn transition(node: &Node<'_>) -> Option<(DossierState, DossierState)> {
    let state = |node: &Node<'_>| {
        node.parsed(|text| DossierState::parse(text).ok_or_else(|| format!("`{text}` is none of our states")))
    };
    let states = node.items()?.iter().map(state).collect::<Option<Vec<_>>>()?;
    match states.as_slice() {
        [from, to] => Some((*from, *to)),
        _ => node.refuse("a change of state has two ends".to_owned(), "write it as [completed, in_process]"),
    }
}

/// What all operations of a file share.
struct Frame<'a> {
    names: Names<'a>,
    session_headers: Vec<(HeaderName, Template)>,
    failure: Option<String>,
}

/// Where every answer says what went wrong.
#[derive(Default)]
struct Failure {
    code: String,
    none: Vec<String>,
    in_status_200: bool,
}

impl Failure {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let code = fields.need("code").and_then(|node| {
            let path = node.text()?;
            noted(&node, Reader::default().scalar(path, Capture::ErrorCode))?;
            Some(path.to_owned())
        });
        let none = fields.list("none", |node| node.text().map(str::to_owned));
        let in_status_200 = flag(fields, "in_status_200", false);
        Some(Self { code: code?, none: none?, in_status_200: in_status_200? })
    }
}

/// The names under which any operation keeps something, in file order.
fn session_names(fields: &Fields<'_>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let Some(operations) = fields.get("operations").filter(Node::is_map).and_then(|node| node.entries()) else {
        return names;
    };
    for (_, operation) in operations {
        for exchange in exchange_nodes(&operation) {
            let kept = exchange.entries().into_iter().flatten().filter(|(key, node)| *key == "keep" && node.is_map());
            for (name, _) in kept.filter_map(|(_, node)| node.entries()).flatten() {
                if !names.iter().any(|known| known == name) {
                    names.push(name.to_owned());
                }
            }
        }
    }
    names
}

/// An operation is one exchange, or a list of exchanges.
fn exchange_nodes<'a>(operation: &Node<'a>) -> Vec<Node<'a>> {
    if operation.is_list() {
        operation.items().unwrap_or_default().into_iter().filter(Node::is_map).collect()
    } else if operation.is_map() {
        vec![operation.clone()]
    } else {
        Vec::new()
    }
}

fn word_maps(fields: &Fields<'_>) -> WordMaps {
    let read = fields.map("words", |reference, node| {
        let Some((reference, ours)) = translatable().into_iter().find(|(known, _)| *known == reference) else {
            let known: Vec<_> = translatable().iter().map(|(known, _)| *known).collect();
            return node.refuse(format!("`{reference}` cannot be translated"), one_of(reference, &known));
        };
        let words: Vec<_> = node
            .entries()?
            .into_iter()
            .map(|(word, theirs)| match ours.iter().find(|known| **known == word) {
                Some(word) => theirs.text().map(|theirs| (*word, theirs.to_owned())),
                None => theirs.refuse(format!("`{word}` is not our word"), one_of(word, &ours)),
            })
            .collect();
        Some((reference, words.into_iter().collect::<Option<Vec<_>>>()?))
    });
    read.unwrap_or_default()
}

fn time_format(node: &Node<'_>) -> Option<TimeFormat> {
    let text = node.text()?;
    match TimeFormat::ALL.iter().find(|(example, _)| *example == text) {
        Some((_, format)) => Some(*format),
        None => {
            let known: Vec<_> = TimeFormat::ALL.iter().map(|(example, _)| format!("\"{example}\"")).collect();
            node.refuse(
                format!("`{text}` is not a form of instants known here"),
                format!("write the first of March 2021, half past seven, as the portal does: {}", known.join(", ")),
            )
        }
    }
}

/// `our_word: [their words]`, or `our_word: their word`.
fn vocabulary<T: Copy + std::fmt::Display + 'static>(
    fields: &Fields<'_>,
    name: &'static str,
    all: &'static [T],
) -> Option<Words<T>> {
    let read = fields.map(name, |word, node| {
        let Some(ours) = all.iter().find(|ours| ours.to_string() == word) else {
            let known: Vec<_> = all.iter().map(ToString::to_string).collect();
            return node.refuse(format!("`{word}` is not our word"), one_of(word, &known));
        };
        let theirs = if node.is_list() { node.items()? } else { vec![node.clone()] };
        let word = |node: &Node<'_>| Some(composed(node.text()?).into_owned());
        theirs.iter().map(|node| Some((word(node)?, (*ours, node.clone())))).collect::<Option<Vec<_>>>()
    })?;
    let read: Vec<_> = read.into_iter().flatten().collect();
    let mut words: Words<T> = Vec::with_capacity(read.len());
    let mut all_told_apart = Some(());
    for (word, (ours, node)) in read {
        if words.iter().any(|(known, _)| *known == word) {
            all_told_apart = node.refuse(format!("`{word}` stands for two of our words"), "keep one of them");
        }
        words.push((word, ours));
    }
    all_told_apart.map(|()| words)
}

fn operations(fields: &Fields<'_>, frame: &Frame<'_>) -> Option<Vec<Vec<Exchange>>> {
    fields.need("operations")?;
    let mut mapped: Vec<Vec<Exchange>> = Operation::ALL.iter().map(|_| Vec::new()).collect();
    let read = fields.map("operations", |name, node| {
        let Some(operation) = Operation::parse(name) else {
            let known: Vec<_> = Operation::ALL.iter().map(|operation| operation.as_str()).collect();
            return node.refuse(format!("`{name}` is no operation"), one_of(name, &known));
        };
        let nodes = if node.is_list() { node.items()? } else { vec![node.clone()] };
        if nodes.is_empty() {
            return node
                .refuse("an operation takes at least one exchange", "leave it out if the portal does not have it");
        }
        let exchanges: Vec<_> =
            nodes.iter().map(|node| node.fields(|fields| exchange(operation, fields, frame))).collect();
        Some((operation, exchanges.into_iter().collect::<Option<Vec<_>>>()?))
    })?;
    for (operation, exchanges) in read {
        if let Some(slot) = mapped.get_mut(operation as usize) {
            *slot = exchanges;
        }
    }
    Some(mapped)
}

fn exchange(operation: Operation, fields: &Fields<'_>, frame: &Frame<'_>) -> Option<Exchange> {
    let request = fields.need("request").and_then(|node| request_line(&node, &frame.names));
    let with_session = flag(fields, "session", !is_without_session(operation));
    let own_headers = headers(fields, "headers", &frame.names);
    let mut content = None;
    let body = body(fields, &frame.names, &mut content);
    let success = success(fields);
    let mut reader = Reader::default();
    let read = reader.read(fields, frame);
    let ((method, target), with_session) = (request?, with_session?);
    let own_headers = own_headers?;
    let mut headers = if with_session { frame.session_headers.clone() } else { Vec::new() };
    // An operation's own header stands in place of the one all have.
    headers.retain(|(name, _)| own_headers.iter().all(|(own, _)| own != name));
    headers.extend(own_headers);
    read?;
    body?;
    Some(Exchange {
        method,
        target,
        headers,
        body: content,
        success: success?,
        wanted: reader.wanted,
        head: reader.head,
        required: reader.required,
        is_content_read: reader.is_content_read,
        requires_list: reader.requires_list,
        lists_dossiers: reader.has_items && !matches!(operation, Operation::Catalogue | Operation::Publish),
    })
}

/// Signing in needs no session; nor do the public look-up, the catalogue, the payment platform's pages and the clock.
fn is_without_session(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::SignIn
            | Operation::ClerkSignIn
            | Operation::LookUp
            | Operation::OpenPaymentPage
            | Operation::ConfirmPayment
            | Operation::Catalogue
            | Operation::Clock
    )
}

/// `POST /path/${dossier.code}`, or `GET ${dossier.payment_url}` for an address out of an answer.
fn request_line(node: &Node<'_>, names: &Names<'_>) -> Option<(Method, Template)> {
    let text = node.text()?;
    let Some((method, target)) = text.split_once(' ') else {
        return node.refuse(format!("`{text}` is no request"), "write `METHOD /path`");
    };
    let Some(method) = METHODS.iter().find(|known| known.as_str() == method) else {
        return node.refuse(format!("`{method}` is no HTTP method"), "GET, POST, PUT, PATCH or DELETE");
    };
    let target = target.trim();
    let mut template = Template::default();
    if let Err(message) = template.text(target, Escape::Percent, names) {
        return node.refuse(message, "");
    }
    let mut filled = template.sample();
    if template.begins_with_hole() {
        template.first_hole_raw();
        filled.insert(0, b'/');
    } else if !target.starts_with('/') {
        return node.refuse(format!("`{target}` is no path"), "a path begins with `/`; hosts are given with --target");
    }
    if !filled.is_ascii() || PathAndQuery::try_from(filled).is_err() {
        return node
            .refuse(format!("`{target}` does not fit into a request"), "write what is not ASCII, and blanks, as %XX");
    }
    Some((method.clone(), template))
}

const METHODS: [Method; 5] = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

fn headers(fields: &Fields<'_>, name: &'static str, names: &Names<'_>) -> Option<Vec<(HeaderName, Template)>> {
    fields.map(name, |key, node| {
        let Ok(header) = HeaderName::try_from(key) else {
            return node.refuse(format!("`{key}` is no header name"), "");
        };
        let text = node.text()?;
        if HeaderValue::try_from(text.replace("${", "").replace('}', "")).is_err() {
            return node.refuse(
                format!("`{}` does not fit into a header", text.escape_debug()),
                "visible ASCII characters only",
            );
        }
        let mut template = Template::default();
        match template.text(text, Escape::Raw, names) {
            Ok(()) => Some((header, template)),
            Err(message) => node.refuse(message, ""),
        }
    })
}

/// Compiles the body into its place; `None` if it is wrong, not if there is none.
fn body(fields: &Fields<'_>, names: &Names<'_>, into: &mut Option<Body>) -> Option<()> {
    *into = match (fields.get("json"), fields.get("form")) {
        (None, None) => None,
        (Some(node), None) => Some(body::json(&node, names)?),
        (None, Some(node)) => Some(body::form(&node, names)?),
        (Some(_), Some(node)) => return node.refuse("a request has one body", "keep `json` or `form`"),
    };
    Some(())
}

/// The statuses that mean success; by default 200, 201 and 204.
fn success(fields: &Fields<'_>) -> Option<Vec<u16>> {
    let listed = fields.list("success", |node| match node.integer().map(u16::try_from) {
        Some(Ok(status @ 100..=599)) => Some(status),
        Some(_) => node.refuse("this is no HTTP status", "100 to 599"),
        None => None,
    })?;
    Some(if listed.is_empty() { vec![200, 201, 204] } else { listed })
}

/// Gathers what an exchange reads.
#[derive(Default)]
struct Reader {
    wanted: Wanted,
    head: Head,
    required: Vec<Field>,
    is_content_read: bool,
    has_items: bool,
    requires_list: bool,
}

impl Reader {
    fn read(&mut self, fields: &Fields<'_>, frame: &Frame<'_>) -> Option<()> {
        let mut required = Vec::new();
        let own = fields_of(fields, |field, is_optional, place| {
            if !is_optional {
                required.push(field);
            }
            self.scalar(place, Capture::Field(field))
        });
        self.required = required;
        let kept = fields.map("keep", |name, node| {
            let index = frame.names.session.iter().position(|known| known == name)?;
            noted(node, self.scalar(node.text()?, Capture::Keep(index)))
        });
        let items = fields.get("items").map_or(Some(()), |node| self.items(&node));
        let progress = fields.get("progress").map_or(Some(()), |node| self.progress(&node));
        self.is_content_read = !self.wanted.is_empty();
        if let Some(path) = &frame.failure {
            noted(fields.node(), self.scalar(path, Capture::ErrorCode))?;
        }
        own?;
        kept?;
        items?;
        progress
    }

    /// Wants what stands at a place of the answer: `$.key`, `header NAME`, `cookie NAME`.
    fn scalar(&mut self, place: &str, capture: Capture) -> Result<(), String> {
        match self.head.scalar(place, capture) {
            Some(result) => result,
            None if place.starts_with('$') => self.wanted.scalar(place, capture),
            None => Err(format!("`{place}` is no place (write `$.key.key`, `header NAME` or `cookie NAME`)")),
        }
    }

    fn items(&mut self, node: &Node<'_>) -> Option<()> {
        self.has_items = true;
        node.fields(|fields| {
            let at = fields.need("at");
            let mut element = Wanted::default();
            let read = fields_of(fields, |field, _, path| element.scalar(path, Capture::Field(field)));
            let at = at?;
            read?;
            let path = at.text()?;
            self.requires_list = !path.ends_with('?');
            noted(&at, self.wanted.list(path.strip_suffix('?').unwrap_or(path), List::Dossiers, element))
        })
    }

    fn progress(&mut self, node: &Node<'_>) -> Option<()> {
        node.fields(|fields| {
            let at = fields.need("at");
            let mut element = Wanted::default();
            for (name, capture) in
                [("happened_at", Capture::LineHappenedAt), ("event", Capture::LineEvent), ("state", Capture::LineState)]
            {
                if let Some(path) = fields.get(name) {
                    noted(&path, element.scalar(path.text()?, capture))?;
                }
            }
            let at = at?;
            noted(&at, self.wanted.list(at.text()?, List::LogLines, element))
        })
    }
}

/// `field: $.path`, where a field that may be missing is written `field?`: what is to be done with each.
fn fields_of(fields: &Fields<'_>, mut wants: impl FnMut(Field, bool, &str) -> Result<(), String>) -> Option<()> {
    fields
        .map("read", |key, node| {
            let (key, is_optional) = key.strip_suffix('?').map_or((key, false), |key| (key, true));
            let Some(field) = Field::parse(key).filter(|field| *field != Field::StateWord) else {
                let shown = Field::ALL.iter().filter(|field| **field != Field::StateWord);
                let known: Vec<_> = shown.map(|field| field.as_str()).collect();
                return node.refuse(format!("`{key}` is not observed"), one_of(key, &known));
            };
            noted(node, wants(field, is_optional, node.text()?))
        })
        .map(drop)
}

fn flag(fields: &Fields<'_>, name: &'static str, default: bool) -> Option<bool> {
    fields.get(name).map_or(Some(default), |node| match node.text()? {
        "yes" | "true" => Some(true),
        "no" | "false" => Some(false),
        other => node.refuse(format!("`{other}` is neither yes nor no"), ""),
    })
}

fn noted(node: &Node<'_>, result: Result<(), String>) -> Option<()> {
    match result {
        Ok(()) => Some(()),
        Err(message) => node.refuse(message, ""),
    }
}

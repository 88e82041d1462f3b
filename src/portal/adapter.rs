//! The adapter: which operations a portal knows, and how each is asked.

use bytes::BytesMut;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Method};
use model::Problems;
use model::words::{DossierState, Field, Operation, ParcelState, PaymentState};

use crate::body::{Body, Encoded};
use crate::clock::TimeFormat;
use crate::head::Head;
use crate::read::Wanted;
use crate::template::Template;
use crate::value::{Context, Unwritable};

/// How to speak to one portal.
#[derive(Debug)]
pub struct Adapter {
    /// Its name.
    pub name: String,
    /// What it is, in a line.
    pub title: String,
    /// The form of the portal's dossier numbers, as a regular expression; empty: not known.
    pub dossier_code_pattern: String,
    /// Whether the portal is known to state failures inside HTTP 200.
    pub legacy_envelope: bool,
    /// Changes of state that are legal at this portal beyond the national list: from, to.
    pub also_legal: Vec<(DossierState, DossierState)>,
    /// Which redirects of the portal are followed.
    pub redirects: Redirects,
    pub(crate) time: TimeFormat,
    pub(crate) states: Words<DossierState>,
    pub(crate) payment_states: Words<PaymentState>,
    pub(crate) parcel_states: Words<ParcelState>,
    /// The failure codes that mean success.
    pub(crate) no_failure: Words<()>,
    /// By [`Operation`] as a number; empty: not mapped.
    pub(crate) operations: Vec<Vec<Exchange>>,
}

/// Which redirects are followed (301, 302, 303, 307 and 308 that do not mean success).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Redirects {
    /// None: a redirect is an answer like any other.
    #[default]
    None,
    /// Those to the scheme, host and port that were asked.
    SameOrigin,
    /// Those to the portal, its peers, and the addresses that the run file lists.
    Listed,
}

/// A portal's words for a closed vocabulary of ours, in Unicode's composed form.
pub(crate) type Words<T> = Vec<(String, T)>;

/// One exchange of an operation: a request and how its answer is read.
#[derive(Debug)]
pub struct Exchange {
    pub(crate) method: Method,
    pub(crate) target: Template,
    pub(crate) headers: Vec<(HeaderName, Template)>,
    pub(crate) body: Option<Body>,
    /// The statuses that mean success.
    pub(crate) success: Vec<u16>,
    /// What is read of the body.
    pub(crate) wanted: Wanted,
    pub(crate) head: Head,
    /// Whether the body of a success must be readable: something of it is wanted besides a failure code.
    pub(crate) is_content_read: bool,
    /// Whether a success must show a list of dossiers, be it empty.
    pub(crate) requires_list: bool,
    /// What a success must show.
    pub(crate) required: Vec<Field>,
    /// Whether it lists dossiers, each of which must say whose it is.
    pub(crate) lists_dossiers: bool,
}

impl Exchange {
    /// Whether a status means success.
    pub fn is_success(&self, status: u16) -> bool {
        self.success.contains(&status)
    }

    fn wants(&self, field: Field) -> bool {
        self.wanted.wants(field) || self.head.place_of(field).is_some()
    }

    /// Where its answer is read for this field.
    fn place_of(&self, field: Field) -> Option<String> {
        self.wanted.path_of(field).or_else(|| self.head.place_of(field).map(str::to_owned))
    }
}

impl Adapter {
    /// Reads an adapter.
    ///
    /// # Errors
    /// Everything that is wrong with it: syntax, unknown operations, fields, references, words, paths.
    pub fn load(file: &str, text: &str) -> Result<Self, Problems> {
        crate::load::adapter(file, text)
    }

    /// The exchanges an operation takes, in order; empty if the portal has no such operation.
    pub fn exchanges(&self, operation: Operation) -> &[Exchange] {
        self.operations.get(operation as usize).map_or(&[], Vec::as_slice)
    }

    /// Whether the portal has this operation.
    pub fn maps(&self, operation: Operation) -> bool {
        !self.exchanges(operation).is_empty()
    }

    /// Whether a request of some operation has a header of this name, written in lower case, from the adapter.
    pub fn writes_header(&self, name: &str) -> bool {
        self.operations.iter().flatten().any(|exchange| exchange.headers.iter().any(|(own, _)| own == name))
    }

    /// Whether an answer to an operation is read for this field.
    pub fn shows(&self, operation: Operation, field: Field) -> bool {
        self.exchanges(operation).iter().any(|exchange| exchange.wants(field))
    }

    /// What rules may rely on: the operations mapped by name, the fields shown as `shows:FIELD`, where each operation's answer is
    /// read for a field as `reads:OPERATION.FIELD PATH`, and what answers show beyond single fields.
    pub fn capabilities(&self) -> Vec<String> {
        let mut capabilities: Vec<_> = Operation::ALL
            .iter()
            .filter(|operation| self.maps(**operation))
            .map(|operation| operation.as_str().to_owned())
            .collect();
        capabilities.extend(
            Field::ALL
                .iter()
                .filter(|field| self.operations.iter().flatten().any(|exchange| exchange.wants(**field)))
                .map(|field| format!("shows:{field}")),
        );
        for operation in Operation::ALL {
            let path = |field: &Field| self.exchanges(*operation).iter().find_map(|exchange| exchange.place_of(*field));
            let read =
                Field::ALL.iter().filter_map(|field| Some(format!("reads:{operation}.{field} {}", path(field)?)));
            capabilities.extend(read);
        }
        let shows_log = self.operations.iter().flatten().any(|exchange| exchange.wanted.wants_log());
        capabilities.extend(shows_log.then(|| "progress".to_owned()));
        capabilities.extend((!self.dossier_code_pattern.is_empty()).then(|| "dossier_code_pattern".to_owned()));
        capabilities.extend(self.also_legal.iter().map(|(from, to)| format!("legal:{from}>{to}")));
        capabilities.extend(self.legacy_envelope.then(|| "legacy_envelope".to_owned()));
        capabilities
    }

    /// Writes the request of one exchange into `request`.
    ///
    /// # Errors
    /// [`Unwritable`] if a value it needs is not known, or does not fit into a header.
    pub fn encode(&self, exchange: &Exchange, context: &Context<'_>, request: &mut Encoded) -> Result<(), Unwritable> {
        write_request(exchange, request, |template, out| template.write(context, self.time, out))
    }

    /// The same for showing: where a value is not known, its reference stands as the adapter writes it, `${dossier.code}`.
    ///
    /// # Errors
    /// [`Unwritable`] if a value does not fit into a header.
    pub fn sketch(&self, exchange: &Exchange, context: &Context<'_>, request: &mut Encoded) -> Result<(), Unwritable> {
        write_request(exchange, request, |template, out| template.sketch(context, self.time, out))
    }
}

/// Writes the request of one exchange, each text of it by `write`.
fn write_request(
    exchange: &Exchange,
    request: &mut Encoded,
    write: impl Fn(&Template, &mut BytesMut) -> Result<(), Unwritable>,
) -> Result<(), Unwritable> {
    request.clear();
    request.method.clone_from(&exchange.method);
    request.is_link = exchange.target.begins_with_hole();
    write(&exchange.target, &mut request.target)?;
    for (name, template) in &exchange.headers {
        write(template, &mut request.body)?;
        let value = HeaderValue::from_maybe_shared(request.body.split().freeze())
            .map_err(|_invalid| Unwritable::does_not_fit(format!("header {name}"), ""))?;
        request.headers.push((name.clone(), value));
    }
    if let Some(body) = &exchange.body {
        // What the adapter says of its body is what the portal wants to hear.
        if exchange.headers.iter().all(|(name, _)| *name != CONTENT_TYPE) {
            request.headers.push((CONTENT_TYPE, body.media_type.clone()));
        }
        write(&body.template, &mut request.body)?;
    }
    Ok(())
}

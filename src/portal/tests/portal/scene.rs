//! One case, one clerk, and short ways to load, write and read.

use http::HeaderMap;
use model::words::{ApplicantKind, Channel, FeeBasis, Level, PaymentMethod, PlannedOutcome, ReturnMethod, Role};
use model::words::{Field, Operation};
use model::{Applicant, Case, CaseId, SimTime, Staff, Vnd};
use vandan_portal::{
    Adapter, Answer, ClockFacts, Context, Encoded, Exchange, Memory, Reading, Reply, Session, Unwritable,
};

/// Loads an adapter that consists of these lines behind its name and title.
#[track_caller]
pub(crate) fn adapter(rest: &str) -> Adapter {
    Adapter::load("p.yaml", &format!("portal: p\ntitle: T\n{rest}")).unwrap_or_else(|problems| panic!("{problems}"))
}

/// An adapter with one operation, `submit`, of these lines.
#[track_caller]
pub(crate) fn submit(lines: &str) -> Adapter {
    adapter(&format!("operations:\n  submit:\n    session: no\n    {}\n", lines.replace('\n', "\n    ")))
}

/// Everything a request may speak of.
pub(crate) struct Scene {
    pub(crate) case: Case,
    pub(crate) memory: Memory,
    pub(crate) session: Session,
    pub(crate) staff: Staff,
    pub(crate) clock: ClockFacts,
}

/// A request as a portal would see it.
pub(crate) struct Written {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let clerk = "clerk:H18/1";
        Self {
            case: Case {
                id: CaseId(7),
                unit: "H18".to_owned(),
                level: Level::District,
                procedure: "1.004873".to_owned(),
                legal_days: 5,
                channel: Channel::Post,
                fee: Vnd(15_000),
                fee_basis: FeeBasis::Tariff,
                payment: PaymentMethod::Online,
                returns: ReturnMethod::Electronic,
                outcome: PlannedOutcome::OnTime,
                arrival: SimTime(0),
                tag: String::new(),
                applicant: Applicant {
                    kind: ApplicantKind::Organisation,
                    birth_date: "1985-04-23".to_owned(),
                    organisation: "Hộ kinh doanh Giả Định".to_owned(),
                    tax_code: "0000000095".to_owned(),
                    network_address: "192.0.2.7".to_owned(),
                    full_name: "Nguyễn Thị Ngọc".to_owned(),
                    citizen_number: "084800000007".to_owned(),
                    phone: "0900000007".to_owned(),
                    email: "ngoc@example.invalid".to_owned(),
                    address: "Thôn \"Đoài\", xã Thanh Yên\\2\nĐiện Biên".to_owned(),
                },
                reference: "VD-7".to_owned(),
            },
            memory: Memory::default(),
            session: Session::default(),
            staff: Staff {
                name: clerk.to_owned(),
                password: "secret".to_owned(),
                role: Role::Desk,
                unit: Some(0),
                unit_code: "H18".to_owned(),
            },
            clock: ClockFacts {
                now: SimTime::parse("2021-03-01T07:30:00+07:00").unwrap(),
                speed: 1_234.5,
                until: SimTime::parse("2021-03-01T11:30:00+07:00").unwrap(),
            },
        }
    }

    pub(crate) fn context(&self) -> Context<'_> {
        Context {
            case: Some(&self.case),
            memory: &self.memory,
            session: &self.session,
            staff: Some(&self.staff),
            clock: Some(self.clock),
            offer: None,
        }
    }

    /// Writes the first request of `submit`.
    pub(crate) fn try_write(&self, adapter: &Adapter) -> Result<Written, Unwritable> {
        let mut request = Encoded::default();
        adapter.encode(&adapter.exchanges(Operation::Submit)[0], &self.context(), &mut request)?;
        Ok(Written {
            method: request.method.to_string(),
            target: String::from_utf8(request.target.to_vec()).unwrap(),
            headers: request.headers.into_iter().collect(),
            body: String::from_utf8(request.body.to_vec()).unwrap(),
        })
    }

    #[track_caller]
    pub(crate) fn write(&self, adapter: &Adapter) -> Written {
        self.try_write(adapter).unwrap()
    }

    /// What `submit` writes for this reference where a JSON value is wanted.
    #[track_caller]
    pub(crate) fn json(&self, reference: &str) -> serde_json::Value {
        let adapter = adapter(&format!(
            "operations:\n  clock:\n    request: PUT /c\n    keep: {{ token: $.token }}\n  submit:\n    request: POST /a\n    session: no\n    json: {{ v: \"${{{reference}}}\" }}\n"
        ));
        let written = self.write(&adapter);
        let mut body: serde_json::Value = serde_json::from_str(&written.body).unwrap();
        body["v"].take()
    }
}

impl Written {
    pub(crate) fn header(&self, name: &str) -> &[u8] {
        self.headers.get(name).map_or(b"", |value| value.as_bytes())
    }
}

/// Reads an answer to the first exchange of `submit`.
pub(crate) fn read(adapter: &Adapter, status: u16, body: &[u8]) -> (Reply, Reading) {
    let mut reading = Reading::default();
    let reply = decode(adapter, &adapter.exchanges(Operation::Submit)[0], (status, body), &mut reading);
    (reply, reading)
}

/// Reads an answer that has no headers.
pub(crate) fn decode(
    adapter: &Adapter,
    exchange: &Exchange,
    (status, body): (u16, &[u8]),
    reading: &mut Reading,
) -> Reply {
    adapter.decode(exchange, Answer { status, headers: &HeaderMap::new(), body }, reading)
}

/// What an answer to `submit` shows for one field.
pub(crate) fn shown(adapter: &Adapter, body: &str, field: Field) -> Option<String> {
    read(adapter, 200, body.as_bytes()).1.first(field).map(str::to_owned)
}

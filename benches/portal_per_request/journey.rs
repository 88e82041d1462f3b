//! The journey of one dossier through the portal: the five steps of its citizen, and what clerks, bank and post do
//! between them. Requests are written and answers searched as texts: the client must be cheaper than the portal.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use crate::processor::Trouble;
use crate::systems::{PARTNER, SECRET, TOKEN};
use crate::wire::Connection;

/// One request to the portal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    SignIn,
    Submit,
    /// The portal orders the payment at the bank meanwhile.
    Pay,
    /// The bank's signed callback, sent in its place.
    Callback,
    Accept,
    Start,
    Complete,
    /// The portal orders the delivery at the post meanwhile.
    HandToPost,
    /// The post's reports, sent in its place.
    InTransit,
    Delivered,
    Read,
}

impl Step {
    /// All of them, in order.
    pub(crate) const ALL: [Self; 11] = [
        Self::SignIn,
        Self::Submit,
        Self::Pay,
        Self::Callback,
        Self::Accept,
        Self::Start,
        Self::Complete,
        Self::HandToPost,
        Self::InTransit,
        Self::Delivered,
        Self::Read,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign in",
            Self::Submit => "submit",
            Self::Pay => "pay (+ order at the bank)",
            Self::Callback => "bank's callback",
            Self::Accept => "accept",
            Self::Start => "start",
            Self::Complete => "complete",
            Self::HandToPost => "hand to post (+ order)",
            Self::InTransit => "post: in transit",
            Self::Delivered => "post: delivered",
            Self::Read => "read",
        }
    }

    /// Whether it is of people, whose answers a delay holds back.
    pub(crate) fn is_of_people(self) -> bool {
        !matches!(self, Self::Callback | Self::InTransit | Self::Delivered)
    }
}

/// The clerks' tokens.
pub(crate) struct Staff {
    desk: String,
    post: String,
}

impl Staff {
    pub(crate) async fn sign_in(connection: &mut Connection) -> Result<Self, Trouble> {
        Ok(Self { desk: clerk("desk-1", connection).await?, post: clerk("post-1", connection).await? })
    }
}

async fn clerk(name: &str, connection: &mut Connection) -> Result<String, Trouble> {
    let body = format!(r#"{{"clerk":"{name}","password":"open"}}"#);
    let answer = connection.ask(&post("/api/desk/sessions", "", &body)).await?;
    Ok(text(answer.body, "token").ok_or("no clerk could sign in")?.to_owned())
}

/// What the client remembers of a dossier under way.
#[derive(Default)]
pub(crate) struct Life {
    /// Says who its citizen is.
    number: u32,
    token: String,
    code: String,
    reference: String,
    waybill: String,
}

impl Life {
    pub(crate) fn new(number: u32) -> Self {
        Self { number, ..Self::default() }
    }

    /// Takes one step; whether the answer was as hoped.
    pub(crate) async fn take(
        &mut self,
        step: Step,
        staff: &Staff,
        connection: &mut Connection,
    ) -> Result<bool, Trouble> {
        let request = self.request(step, staff);
        let answer = connection.ask(&request).await?;
        let captured = match step {
            Step::SignIn => Some(("token", &mut self.token)),
            Step::Submit => Some(("code", &mut self.code)),
            Step::Pay => Some(("reference", &mut self.reference)),
            Step::HandToPost => Some(("waybill", &mut self.waybill)),
            Step::Callback => return Ok(answer.status == 200 && !is_refused(answer.body)),
            Step::Accept | Step::Start | Step::Complete | Step::InTransit | Step::Delivered => None,
            Step::Read => return Ok(answer.status == 200 && answer.body.contains(&self.code)),
        };
        if let Some((field, place)) = captured {
            let Some(value) = text(answer.body, field) else { return Ok(false) };
            value.clone_into(place);
        }
        Ok((200..300).contains(&answer.status))
    }

    fn request(&self, step: Step, staff: &Staff) -> String {
        let Self { code, waybill, .. } = self;
        let desk = |act: &str, token: &str| post(&format!("/api/desk/dossiers/{code}/{act}"), token, "");
        match step {
            Step::SignIn => {
                let citizen = self.citizen();
                let otp = citizen.get(6..).unwrap_or_default();
                post("/api/sessions", "", &format!(r#"{{"citizen_number":"{citizen}","otp":"{otp}"}}"#))
            }
            Step::Submit => post("/api/dossiers", &self.token, &self.form()),
            Step::Pay => post(&format!("/api/dossiers/{code}/payments"), &self.token, ""),
            Step::Callback => post("/peers/bank/callback", "", &self.callback()),
            Step::Accept => desk("accept", &staff.desk),
            Step::Start => desk("start", &staff.desk),
            Step::Complete => desk("complete", &staff.desk),
            Step::HandToPost => desk("hand-to-post", &staff.post),
            Step::InTransit => report(code, waybill, "in_transit"),
            Step::Delivered => report(code, waybill, "delivered"),
            Step::Read => format!(
                "GET /api/dossiers/{code} HTTP/1.1\r\nhost: portal\r\nauthorization: Bearer {}\r\n\r\n",
                self.token
            ),
        }
    }

    /// A number that nobody alive can have.
    fn citizen(&self) -> String {
        format!("0729{:08}", self.number)
    }

    fn form(&self) -> String {
        let (number, citizen) = (self.number, self.citizen());
        let address = "Số 17, khu phố 4, phường 3, thành phố Tây Ninh, tỉnh Tây Ninh";
        format!(
            concat!(
                r#"{{"procedure":"1.000002","unit":"H99.01","channel":"online","client_reference":"B{number:08}","#,
                r#""applicant":{{"full_name":"Nguyễn Thị Phương Trang","citizen_number":"{citizen}","#,
                r#""phone":"0999000017","email":"c{number:08}@example.invalid","address":"{address}"}},"#,
                r#""form":{{"subject":"Hồ sơ 1.000002","note":"B{number:08}"}},"return_method":"post","#,
                r#""return_address":"{address}","payment_method":"online"}}"#,
            ),
            number = number,
            citizen = citizen,
            address = address,
        )
    }

    fn callback(&self) -> String {
        let (reference, transaction, time) = (&self.reference, format!("T{:08}", self.number), "20261126073000");
        let sealed = format!("CALLBACK|00|{PARTNER}|{reference}|120000|VND|{transaction}|BANK|{time}|{SECRET}");
        let mut checksum = String::with_capacity(64);
        for byte in Sha256::digest(sealed) {
            // Writing into a text cannot fail.
            let _never: std::fmt::Result = write!(checksum, "{byte:02x}");
        }
        format!(
            concat!(
                r#"{{"message_type":"CALLBACK","code":"00","partner":"{partner}","reference":"{reference}","#,
                r#""amount":120000,"currency":"VND","transaction":"{transaction}","bank":"BANK","time":"{time}","#,
                r#""checksum":"{checksum}"}}"#,
            ),
            partner = PARTNER,
            reference = reference,
            transaction = transaction,
            time = time,
            checksum = checksum,
        )
    }
}

fn report(code: &str, waybill: &str, status: &str) -> String {
    let body = format!(r#"{{"waybill":"{waybill}","order_number":"{code}","status":"{status}","cod_collected":0}}"#);
    let length = body.len();
    format!(
        "POST /peers/post/status HTTP/1.1\r\nhost: portal\r\naccess_token: {TOKEN}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

fn post(path: &str, token: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: portal\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

/// The text under a key of a flat JSON answer.
fn text<'answer>(answer: &'answer str, key: &str) -> Option<&'answer str> {
    let from = answer.find(&format!(r#""{key}":""#))? + key.len() + 4;
    answer.get(from..)?.split('"').next()
}

/// Whether a callback got another reply code than `00`; the stand-in that answers with a constant has none.
fn is_refused(answer: &str) -> bool {
    text(answer, "code").is_some_and(|code| code.len() == 2 && code != "00")
}

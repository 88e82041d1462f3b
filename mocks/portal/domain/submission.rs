//! A submission: parsed leniently, validated completely, and valid from there on.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::de::value::{Error, StrDeserializer};
use serde::{Deserialize, Serialize};

use crate::domain::catalogue::{Index, ServiceLevel, Unit};
use crate::domain::person::Person;
use crate::domain::problem::{Flaw, Kind, Problem};
use crate::domain::procedures::{Procedures, Published};

/// The longest name or address, in characters.
const LONGEST_TEXT: usize = 500;
/// The longest note, in characters.
const LONGEST_NOTE: usize = 5_000;

/// How a dossier comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Channel {
    Online,
    /// Entered by the citizen at the national portal.
    OnlineNational,
    Counter,
    Post,
}

/// How the result goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReturnMethod {
    Counter,
    Post,
    Electronic,
}

/// How the fee is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PaymentMethod {
    None,
    Online,
    Cod,
    Counter,
}

/// Who applies, exactly as written.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Applicant {
    pub(crate) full_name: String,
    citizen_number: String,
    pub(crate) phone: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) address: Option<String>,
}

impl Applicant {
    pub(crate) fn citizen_number(&self) -> &str {
        &self.citizen_number
    }
}

/// What is applied for, exactly as written.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct Form {
    subject: Option<String>,
    note: Option<String>,
}

impl Form {
    pub(crate) fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }
}

/// The request body, before validation.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct RawSubmission {
    procedure: String,
    unit: String,
    channel: String,
    client_reference: Option<String>,
    applicant: RawApplicant,
    form: Form,
    return_method: String,
    return_address: Option<String>,
    payment_method: String,
    /// No submission may set it; see the defect `mass-assign`.
    fee: Option<i64>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct RawApplicant {
    full_name: String,
    citizen_number: String,
    phone: Option<String>,
    email: Option<String>,
    address: Option<String>,
}

/// A valid submission.
#[derive(Debug)]
pub(crate) struct Submission {
    pub(crate) procedure: Published,
    pub(crate) unit: Arc<Unit>,
    pub(crate) channel: Channel,
    pub(crate) client_reference: Option<String>,
    /// The code it was given at the national portal, and keeps.
    pub(crate) national_code: Option<String>,
    pub(crate) applicant: Applicant,
    /// The applicant's citizen number, as a number.
    pub(crate) owner: u64,
    pub(crate) form: Form,
    pub(crate) return_method: ReturnMethod,
    pub(crate) return_address: Option<String>,
    pub(crate) payment_method: PaymentMethod,
    /// What the applicant would like to pay; only the defect `mass-assign` looks at it.
    pub(crate) asked_fee: Option<i64>,
}

/// The invalid fields so far.
#[derive(Default)]
struct Flaws(Vec<Flaw>);

impl Flaws {
    fn add(&mut self, field: &'static str, message: &'static str) {
        self.0.push(Flaw::new(field, message));
    }

    /// Passes a value on, or notes that it is missing.
    fn need<T>(&mut self, value: Option<T>, field: &'static str, message: &'static str) -> Option<T> {
        if value.is_none() {
            self.add(field, message);
        }
        value
    }

    fn limit(&mut self, text: Option<&str>, longest: usize, field: &'static str) {
        if text.is_some_and(|text| text.len() > longest && text.chars().count() > longest) {
            self.add(field, "is too long");
        }
    }
}

impl RawSubmission {
    /// Validates everything and reports every invalid field.
    pub(crate) fn check(
        self,
        catalogue: &Index,
        procedures: &Procedures,
        person: &Person,
    ) -> Result<Submission, Problem> {
        let mut flaws = Flaws::default();
        let procedure = flaws.need(procedures.get(&self.procedure).cloned(), "procedure", "is not in the catalogue");
        let unit = flaws.need(catalogue.unit(&self.unit).cloned(), "unit", "is not in the catalogue");
        let channel = flaws.need(channel_for(&self.channel, person), "channel", "is not open to this person");
        let owner = flaws.need(
            citizen_number(&self.applicant.citizen_number),
            "applicant.citizen_number",
            "must have twelve digits",
        );
        let return_method =
            flaws.need(word(&self.return_method), "return_method", "must be counter, post or electronic");
        let payment_method =
            flaws.need(word(&self.payment_method), "payment_method", "must be none, online, cod or counter");
        self.check_person(owner, person, &mut flaws);
        self.check_lengths(&mut flaws);
        self.check_delivery(return_method, payment_method, &mut flaws);
        let parts = (procedure, unit, channel, owner, return_method, payment_method);
        match parts {
            (Some(procedure), Some(unit), Some(channel), Some(owner), Some(return_method), Some(payment_method))
                if flaws.0.is_empty() =>
            {
                Ok(Submission {
                    procedure,
                    unit,
                    channel,
                    client_reference: self.client_reference,
                    national_code: None,
                    applicant: self.applicant.into_applicant(),
                    owner,
                    form: self.form,
                    return_method,
                    return_address: self.return_address,
                    payment_method,
                    asked_fee: self.fee,
                })
            }
            _ => Err(Problem::fields(flaws.0)),
        }
    }

    fn check_person(&self, owner: Option<u64>, person: &Person, flaws: &mut Flaws) {
        if self.applicant.full_name.trim().is_empty() {
            flaws.add("applicant.full_name", "is missing");
        }
        match (person, owner) {
            (Person::Citizen(citizen), Some(owner)) if *citizen != owner => {
                flaws.add("applicant.citizen_number", "must be the number of the citizen who is signed in");
            }
            (Person::Citizen(_) | Person::Clerk(_), _) => {}
        }
    }

    fn check_lengths(&self, flaws: &mut Flaws) {
        let applicant = &self.applicant;
        flaws.limit(Some(&applicant.full_name), LONGEST_TEXT, "applicant.full_name");
        flaws.limit(applicant.phone.as_deref(), LONGEST_TEXT, "applicant.phone");
        flaws.limit(applicant.email.as_deref(), LONGEST_TEXT, "applicant.email");
        flaws.limit(applicant.address.as_deref(), LONGEST_TEXT, "applicant.address");
        flaws.limit(self.form.subject.as_deref(), LONGEST_TEXT, "form.subject");
        flaws.limit(self.form.note.as_deref(), LONGEST_NOTE, "form.note");
        flaws.limit(self.return_address.as_deref(), LONGEST_TEXT, "return_address");
        flaws.limit(self.client_reference.as_deref(), LONGEST_TEXT, "client_reference");
    }

    /// The rules for postal return: what the post needs to know, and what only the post can do.
    fn check_delivery(&self, by: Option<ReturnMethod>, paid: Option<PaymentMethod>, flaws: &mut Flaws) {
        let is_blank = |text: &Option<String>| text.as_ref().is_none_or(|text| text.trim().is_empty());
        if by == Some(ReturnMethod::Post) {
            if is_blank(&self.return_address) {
                flaws.add("return_address", "is needed by the post");
            }
            if is_blank(&self.applicant.phone) {
                flaws.add("applicant.phone", "is needed by the post");
            }
        } else if paid == Some(PaymentMethod::Cod) {
            flaws.add("payment_method", "can be cod only when the result is returned by post");
        }
    }
}

impl Submission {
    /// Whether the service is offered in the way that was asked for, today.
    pub(crate) fn check_service(&self) -> Result<(), Problem> {
        let procedure = &self.procedure.procedure;
        let refused = |kind| Err(Problem::new(kind, format!("procedure {}", procedure.code)));
        let is_online = matches!(self.channel, Channel::Online | Channel::OnlineNational);
        if is_online && procedure.service_level == ServiceLevel::Two {
            return refused(Kind::NotOnline);
        }
        if self.payment_method == PaymentMethod::Online && !procedure.payable {
            return refused(Kind::NotPayable);
        }
        if self.return_method == ReturnMethod::Post && !procedure.postal {
            return refused(Kind::NotPostal);
        }
        Ok(())
    }
}

impl RawApplicant {
    fn into_applicant(self) -> Applicant {
        Applicant {
            full_name: self.full_name,
            citizen_number: self.citizen_number,
            phone: self.phone,
            email: self.email,
            address: self.address,
        }
    }
}

/// Reads a citizen number: twelve digits.
///
/// # Source
/// Decree 137/2015 Art. 13.
pub(crate) fn citizen_number(text: &str) -> Option<u64> {
    let is_in_form = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_in_form { text.parse().ok() } else { None }
}

fn channel_for(channel: &str, person: &Person) -> Option<Channel> {
    let channel = word(channel)?;
    let is_open = match person {
        Person::Citizen(_) => channel == Channel::Online,
        Person::Clerk(_) => matches!(channel, Channel::Counter | Channel::Post),
    };
    is_open.then_some(channel)
}

fn word<T: DeserializeOwned>(text: &str) -> Option<T> {
    T::deserialize(StrDeserializer::<Error>::new(text)).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::catalogue::Catalogue;

    const CITIZEN: Person = Person::Citizen(3_099_000_001);

    fn sound() -> Value {
        json!({
            "procedure": "1.000002", "unit": "H99.01", "channel": "online", "client_reference": "c-1",
            "applicant": {
                "full_name": "Nguyễn Thị Hoa", "citizen_number": "003099000001", "phone": "0000000001",
                "email": "hoa@example.invalid", "address": "Tổ 3"
            },
            "form": { "subject": "Cấp mới", "note": "" },
            "return_method": "post", "return_address": "Tổ 3", "payment_method": "cod"
        })
    }

    fn check(body: Value, person: &Person) -> Result<Submission, Vec<String>> {
        let raw: RawSubmission = serde_json::from_value(body).unwrap();
        let index = Index::new(Catalogue::sample()).unwrap();
        raw.check(&index, &Procedures::new(&index), person).map_err(|problem| problem.field_names())
    }

    fn wrong(change: impl FnOnce(&mut Value)) -> Vec<String> {
        let mut body = sound();
        change(&mut body);
        check(body, &CITIZEN).map(|_| ()).unwrap_err()
    }

    #[test]
    fn a_sound_submission_passes_unchanged() {
        let submission = check(sound(), &CITIZEN).unwrap();
        assert_eq!(submission.applicant.full_name, "Nguyễn Thị Hoa");
        assert_eq!(submission.owner, 3_099_000_001);
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let raw = json!({ "applicant": { "citizen_number": "12" } });
        assert_eq!(
            check(raw, &CITIZEN).map(|_| ()).unwrap_err(),
            [
                "procedure",
                "unit",
                "channel",
                "applicant.citizen_number",
                "return_method",
                "payment_method",
                "applicant.full_name"
            ]
        );
    }

    #[test]
    fn a_citizen_applies_online_and_a_clerk_does_not() {
        let clerk = Person::Clerk(Arc::new(Catalogue::sample().clerks[0].clone()));
        assert_eq!(wrong(|body| body["channel"] = json!("counter")), ["channel"]);
        assert_eq!(check(sound(), &clerk).map(|_| ()).unwrap_err(), ["channel"]);
        for channel in ["counter", "post"] {
            let mut body = sound();
            body["channel"] = json!(channel);
            assert!(check(body, &clerk).is_ok(), "{channel}");
        }
    }

    #[test]
    fn nobody_applies_in_another_name() {
        let change = |body: &mut Value| body["applicant"]["citizen_number"] = json!("003099000002");
        assert_eq!(wrong(change), ["applicant.citizen_number"]);
    }

    #[test]
    fn the_post_needs_an_address_and_a_telephone() {
        assert_eq!(wrong(|body| body["return_address"] = json!(" ")), ["return_address"]);
        assert_eq!(wrong(|body| body["applicant"]["phone"] = Value::Null), ["applicant.phone"]);
    }

    #[test]
    fn only_the_post_collects_on_delivery() {
        assert_eq!(wrong(|body| body["return_method"] = json!("counter")), ["payment_method"]);
    }

    #[test]
    fn names_are_limited_in_characters_not_in_bytes() {
        let mut body = sound();
        body["applicant"]["full_name"] = json!("ễ".repeat(LONGEST_TEXT));
        assert!(check(body, &CITIZEN).is_ok());
        let change = |body: &mut Value| body["applicant"]["full_name"] = json!("ễ".repeat(LONGEST_TEXT + 1));
        assert_eq!(wrong(change), ["applicant.full_name"]);
    }

    #[test]
    fn a_citizen_number_has_twelve_ascii_digits() {
        assert_eq!(citizen_number("003099000001"), Some(3_099_000_001));
        for wrong in ["", "00309900000", "0030990000011", "00309900000a", "+03099000001", "００３０"] {
            assert_eq!(citizen_number(wrong), None, "{wrong}");
        }
    }
}

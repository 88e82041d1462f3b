//! What the log of a dossier may say, written down once more from the law and not from the portal: the ten states,
//! who leads from one to another, and what goes before what.

use serde_json::Value;

use super::ledgers::{log, times};

const OPEN: [&str; 3] = ["SUBMITTED", "ACCEPTED", "IN_PROCESS"];
const TAKEN_IN: [&str; 2] = ["ACCEPTED", "IN_PROCESS"];
const ENDED: [&str; 4] = ["REJECTED", "STOPPED", "COMPLETED", "RETURNED"];
const RESULT: [&str; 2] = ["COMPLETED", "RETURNED"];

/// Where an event leads.
enum Leads<'state> {
    /// To this state.
    To(&'state str),
    /// Back to where the case was interrupted.
    Back,
    /// Nowhere: the state stays.
    Stays,
}

/// Reads a log from its start.
#[derive(Default)]
struct Course {
    state: String,
    interrupted_in: String,
    is_asked_elsewhere: bool,
    is_being_corrected: bool,
    /// The post has brought the result back: it can be fetched.
    is_back: bool,
    bag: &'static str,
    apologies: usize,
    ratings: usize,
    broken: Vec<String>,
}

/// Everything that is wrong with the log of one dossier.
pub(super) fn breaches(full: &Value) -> Vec<String> {
    let mut course = Course::default();
    for (i, entry) in log(full).iter().enumerate() {
        course.step(i, entry, full);
    }
    let code = full["code"].as_str().unwrap();
    let mut broken: Vec<String> = course.broken.iter().map(|what| format!("{code}: {what}")).collect();
    let mut claim = |holds: bool, what: &str| {
        if !holds {
            broken.push(format!("{code}: {what}: {full}"));
        }
    };
    claim(full["state"] == course.state, "the log does not end in the state that is told");
    claim(full["version"] == log(full).len(), "the version does not count the log");
    let moments: Vec<&str> = log(full).iter().filter_map(|entry| entry["at"].as_str()).collect();
    claim(moments.is_sorted(), "the log goes backwards");
    for (field, event) in [("accepted_at", "accepted"), ("started_at", "started"), ("completed_at", "completed")] {
        let logged = log(full).iter().find(|entry| entry["event"] == event).map(|entry| &entry["at"]);
        claim(logged.unwrap_or(&Value::Null) == &full[field], field);
    }
    claim(full["returned_at"].is_null() == (course.state != "RETURNED"), "returned_at");
    claim(follows_deadlines(full), "a deadline moved in silence");
    claim(was_paid_before_it_was_started(full), "it was started before its fee was paid");
    broken
}

impl Course {
    fn step(&mut self, i: usize, entry: &Value, full: &Value) {
        let word = |field: &str| entry[field].as_str().unwrap_or_default().to_owned();
        let (event, after, by) = (word("event"), word("state"), word("actor"));
        let before = self.state.clone();
        let (is_legal, leads) = self.rule(&event, full);
        if !is_legal || (i == 0) != (event == "submitted") {
            self.broken.push(format!("{event} in {before} as number {i}"));
        }
        if !may(&event, &by, full) {
            self.broken.push(format!("{event} by {by}"));
        }
        let expected = match leads {
            Leads::To(state) => state.to_owned(),
            Leads::Back => self.interrupted_in.clone(),
            Leads::Stays => before.clone(),
        };
        if after != expected {
            self.broken.push(format!("{event} led from {before} to {after} and not to {expected}"));
        }
        if !OPEN.contains(&after.as_str()) && OPEN.contains(&before.as_str()) {
            self.interrupted_in = before;
        }
        self.state = after;
    }

    /// Whether an event may happen now, and where it leads.
    fn rule(&mut self, event: &str, full: &Value) -> (bool, Leads<'static>) {
        let state = self.state.clone();
        let state = state.as_str();
        let is_posted = full["return_method"] == "post";
        match event {
            "submitted" => (state.is_empty(), Leads::To("SUBMITTED")),
            "accepted" => (state == "SUBMITTED", Leads::To("ACCEPTED")),
            "refused" => (state == "SUBMITTED", Leads::To("REJECTED")),
            "started" => (state == "ACCEPTED", Leads::To("IN_PROCESS")),
            "completed" => (state == "IN_PROCESS" && !self.is_asked_elsewhere, Leads::To("COMPLETED")),
            "stopped" => (TAKEN_IN.contains(&state), Leads::To("STOPPED")),
            "handed_over" => (state == "COMPLETED" && (!is_posted || self.is_back), Leads::To("RETURNED")),
            "parcel_delivered" => (state == "COMPLETED" && is_posted, Leads::To("RETURNED")),
            "supplement_requested" => (OPEN.contains(&state), Leads::To("AWAITING_SUPPLEMENT")),
            "supplement_received" => (state == "AWAITING_SUPPLEMENT", Leads::Back),
            "supplement_expired" => {
                let end = if self.interrupted_in == "SUBMITTED" { "REJECTED" } else { "STOPPED" };
                (state == "AWAITING_SUPPLEMENT", Leads::To(end))
            }
            "withdrawal_requested" => (OPEN.contains(&state), Leads::To("WITHDRAWAL_REQUESTED")),
            "withdrawal_approved" => (state == "WITHDRAWAL_REQUESTED", Leads::To("STOPPED")),
            "withdrawal_refused" => (state == "WITHDRAWAL_REQUESTED", Leads::Back),
            "tax_noticed" => (TAKEN_IN.contains(&state), Leads::To("AWAITING_PAYMENT")),
            "tax_paid" if state == "AWAITING_PAYMENT" => (true, Leads::Back),
            _ => (self.beside(event, state), Leads::Stays),
        }
    }

    /// Whether an event that leaves the state alone may happen now; one that is not known here may.
    fn beside(&mut self, event: &str, state: &str) -> bool {
        let bag = self.bag;
        match event {
            "consulted" => !std::mem::replace(&mut self.is_asked_elsewhere, true) && state == "IN_PROCESS",
            "consultation_answered" => std::mem::take(&mut self.is_asked_elsewhere),
            "correction_opened" => !std::mem::replace(&mut self.is_being_corrected, true) && RESULT.contains(&state),
            "correction_issued" => std::mem::take(&mut self.is_being_corrected),
            "apologised" => {
                self.apologies += 1;
                self.apologies == 1 && TAKEN_IN.contains(&state)
            }
            "rated" => {
                self.ratings += 1;
                self.ratings == 1 && ENDED.contains(&state)
            }
            "bagged" => {
                self.bag = "packed";
                bag.is_empty() && state != "SUBMITTED"
            }
            "bag_dispatched" => {
                self.bag = "away";
                bag == "packed"
            }
            "bag_received" => {
                self.bag = "";
                bag == "away"
            }
            "parcel_ordered" | "parcel_returned" => {
                self.is_back = event == "parcel_returned";
                state == "COMPLETED"
            }
            _ => true,
        }
    }
}

/// Whether this actor may cause this event.
fn may(event: &str, by: &str, full: &Value) -> bool {
    let decides: &[&str] =
        if full["unit"] == "H99.01" { &["clerk:desk-1", "clerk:cashier-1"] } else { &["clerk:desk-2"] };
    let is_clerk = by.starts_with("clerk:");
    let is_desk = is_clerk && !["clerk:post-1", "clerk:registrar-1"].contains(&by);
    match event {
        "submitted" if full["channel"] == "online" => by == "applicant",
        "submitted" => is_clerk,
        "withdrawal_requested" | "rated" | "payment_ordered" => by == "applicant",
        "supplement_received" => by == "applicant" || is_desk,
        "supplement_expired" => by == "term",
        "paid" if full["payment"]["method"] != "online" => is_desk,
        "paid" | "payment_cancelled" => by == "bank",
        "tax_paid" => by == "bank" || decides.contains(&by),
        "collected" | "parcel_in_transit" | "parcel_returned" | "parcel_delivered" => by == "post",
        "parcel_ordered" => by == "clerk:post-1",
        "consultation_answered" => is_desk,
        "bagged" | "bag_dispatched" | "bag_received" => is_clerk,
        "accepted"
        | "refused"
        | "started"
        | "completed"
        | "stopped"
        | "supplement_requested"
        | "withdrawal_approved"
        | "withdrawal_refused"
        | "apologised"
        | "consulted"
        | "tax_noticed"
        | "handed_over"
        | "correction_opened"
        | "correction_issued" => decides.contains(&by),
        _ => true,
    }
}

/// Whether each deadline that the log moves is the one before it, and the last is the one that is told.
fn follows_deadlines(full: &Value) -> bool {
    let moved: Vec<&Value> = log(full).iter().map(|entry| &entry["due"]).filter(|due| !due.is_null()).collect();
    let is_chain = moved.windows(2).all(|two| two[0]["after"] == two[1]["before"]);
    let is_last = moved.last().is_none_or(|last| last["after"] == full["due_at"]);
    is_chain && is_last && full["due_at"].is_null() == full["accepted_at"].is_null()
}

/// A fee that is due in advance comes before the work.
fn was_paid_before_it_was_started(full: &Value) -> bool {
    let method = full["payment"]["method"].as_str().unwrap();
    let is_due = full["fee"].as_i64().unwrap() > 0 && ["online", "counter"].contains(&method);
    let place = |event: &str| log(full).iter().position(|entry| entry["event"] == event);
    match (place("started"), place("paid")) {
        (Some(started), Some(paid)) if is_due => paid < started,
        (Some(_), None) => !is_due,
        _ => times(full, "paid") <= 1,
    }
}

//! Journeys from the outside: every kind of step, walked to its end.

use std::time::Duration;

use model::words::{
    Channel, DossierState, FeeBasis, Level, Operation, Outcome, PaymentMethod, PaymentState, PlannedOutcome,
    ReturnMethod,
};
use model::{Applicant, Case, CaseId, Seed, SimTime, Timeline, Vnd};
use vandan_journey::{Action, Ending, JourneyInstance, Scripts, Situation};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

fn journey(name: &str, role: &str, steps: &str) -> String {
    format!("journey: {name}\ntitle: T\nrole: {role}\nsteps:\n  {}\n", steps.replace('\n', "\n  "))
}

/// What a person sees while they walk; the hours are counted from the beginning of the first office day.
struct Sight {
    case: Case,
    state: Option<DossierState>,
    payment_state: Option<PaymentState>,
    knows_number: bool,
    now: SimTime,
    closing: bool,
    timeline: Timeline,
}

impl Sight {
    fn new() -> Self {
        // Two working days of eight hours, each with a night of sixteen behind it.
        let hours = [(0, 8, true), (8, 24, false), (24, 32, true), (32, 48, false)];
        let stretches = hours.map(|(start, end, office)| (SimTime(start * HOUR), SimTime(end * HOUR), office, 1.0));
        Self {
            case: Case {
                id: CaseId(3),
                unit: "H1".to_owned(),
                level: Level::Commune,
                procedure: "1".to_owned(),
                legal_days: 5,
                channel: Channel::Online,
                fee: Vnd(0),
                fee_basis: FeeBasis::Tariff,
                payment: PaymentMethod::Online,
                returns: ReturnMethod::Post,
                outcome: PlannedOutcome::Late,
                arrival: SimTime(0),
                tag: String::new(),
                applicant: Applicant::default(),
                reference: String::new(),
            },
            state: None,
            payment_state: None,
            knows_number: false,
            now: SimTime(0),
            closing: false,
            timeline: Timeline::new(stretches, Duration::from_secs(48)),
        }
    }

    fn next(&self, scripts: &Scripts, instance: &mut JourneyInstance) -> Action {
        let situation = Situation {
            case: Some(&self.case),
            state: self.state,
            payment_state: self.payment_state,
            knows_number: self.knows_number,
            due_at: None,
            now: self.now,
            timeline: &self.timeline,
            closing: self.closing,
        };
        scripts.next(instance, &situation, Seed(5).stream("journey"))
    }

    /// Walks the first of these journeys, every operation answered as told, then ok; the actions, in words.
    fn walk(&self, files: &[String], answers: &[Outcome]) -> Vec<String> {
        let scripts = load(files);
        let Some(a) = scripts.find("a") else { panic!("the first journey is called a") };
        let mut instance = JourneyInstance::new(a, 3);
        let mut answers = answers.iter().copied();
        let mut actions = Vec::new();
        for _ in 0..100_000 {
            match self.next(&scripts, &mut instance) {
                Action::Do(operation, moment) => {
                    let minutes = (moment.0 - self.now.0) / MINUTE;
                    actions.push(if minutes == 0 { operation.to_string() } else { format!("{operation}+{minutes}") });
                    instance.answered(answers.next().unwrap_or(Outcome::Ok));
                }
                Action::Follow(journey, _) => actions.push(format!("follow {}", scripts.name(journey))),
                Action::Each(journey, _) => actions.push(format!("each {}", scripts.name(journey))),
                Action::End(Ending::AsWritten) => return [actions, vec!["end".to_owned()]].concat(),
                Action::End(Ending::GaveUp) => return [actions, vec!["gave up".to_owned()]].concat(),
            }
        }
        panic!("the journey does not end: {:?}", &actions[..20]);
    }

    fn citizen(&self, steps: &str, answers: &[Outcome]) -> Vec<String> {
        self.walk(&[journey("a", "citizen", steps)], answers)
    }
}

fn load(files: &[String]) -> Scripts {
    Scripts::load(files.iter().map(|text| ("j.yaml", text.as_str())), |_| true)
        .unwrap_or_else(|problems| panic!("{problems}"))
}

use Outcome::{Error, Ok as Yes, Refused};

#[test]
fn every_answer_has_its_way_on() {
    let sight = Sight::new();
    for (steps, answers, expected) in [
        ("- do: pay", &[Yes][..], &["pay", "end"][..]),
        ("- do: pay", &[Refused], &["pay", "gave up"]),
        ("- do: pay", &[Error], &["pay", "gave up"]),
        ("- do: pay\n  refused: continue\n- do: track", &[Refused], &["pay", "track", "end"]),
        ("- do: pay\n  refused: continue\n- do: track", &[Error], &["pay", "gave up"]),
        ("- do: pay\n  refused: end\n- do: track", &[Refused], &["pay", "gave up"]),
        ("- do: pay\n  error: [ { do: look_up }, end ]\n- do: track", &[Error], &["pay", "look_up", "end"]),
        ("- do: pay\n  error: [ { do: look_up } ]\n- do: track", &[Error], &["pay", "look_up", "track", "end"]),
        ("- do: pay\n  error: [ { do: look_up } ]\n- do: track", &[Error, Refused], &["pay", "look_up", "gave up"]),
        ("- end\n- do: track", &[], &["end"]),
    ] {
        assert_eq!(sight.citizen(steps, answers), expected, "{steps} after {answers:?}");
    }
}

#[test]
fn a_repetition_ends_by_its_condition_or_its_bound_and_nested_ones_begin_anew() {
    let sight = Sight::new();
    let until_ok = "- repeat:\n    at_most: 3\n    until: ok\n    steps:\n      - do: start\n        refused: continue\n- do: track";
    assert_eq!(sight.citizen(until_ok, &[Refused, Yes]), ["start", "start", "track", "end"]);
    assert_eq!(sight.citizen(until_ok, &[Refused; 3]), ["start", "start", "start", "track", "end"]);
    let nested = "- repeat:\n    at_most: 2\n    until: closing\n    steps:\n      - repeat:\n          at_most: 3\n          until: closing\n          steps: [ { do: inbox } ]\n      - do: accept";
    let inner = ["inbox", "inbox", "inbox", "accept"];
    assert_eq!(sight.citizen(nested, &[]), [&inner[..], &inner, &["end"]].concat());
    let closing = Sight { closing: true, ..Sight::new() };
    assert_eq!(closing.citizen(nested, &[]), ["inbox", "accept", "end"]);
    let by_state =
        "- repeat:\n    at_most: 5\n    until: { state: [stopped, completed] }\n    steps: [ { do: track } ]";
    assert_eq!(sight.citizen(by_state, &[]).len(), 6, "no state was seen");
    let stopped = Sight { state: Some(DossierState::Stopped), ..Sight::new() };
    assert_eq!(stopped.citizen(by_state, &[]), ["track", "end"]);
}

#[test]
#[should_panic(expected = "a repetition without an operation changes nothing")]
fn a_repetition_without_an_operation_is_refused() {
    load(&[journey("a", "citizen", "- repeat: { at_most: 3, until: closing, steps: [ { wait: 1 min } ] }")]);
}

#[test]
#[should_panic(expected = "`a` repeats 10000000 steps without an operation")]
fn a_journey_that_leaves_its_operation_out_for_ever_is_a_bug_and_not_given_up() {
    let never = "{ choose: { by: state, completed: [ { do: track } ] } }";
    let inner = format!("{{ repeat: {{ at_most: 65535, until: closing, steps: [ {never} ] }} }}");
    let outer = format!("- repeat: {{ at_most: 65535, until: closing, steps: [ {inner} ] }}");
    Sight::new().citizen(&outer, &[]);
}

#[test]
fn every_fact_can_be_chosen_by() {
    let sight = Sight {
        state: Some(DossierState::Accepted),
        payment_state: Some(PaymentState::Paid),
        knows_number: true,
        ..Sight::new()
    };
    for (by, value) in [
        ("channel", "online"),
        ("level", "commune"),
        ("payment", "online"),
        ("return", "post"),
        ("outcome", "late"),
        ("state", "accepted"),
        ("payment_state", "paid"),
        ("number", "known"),
    ] {
        let steps = format!(
            "- choose:\n    by: {by}\n    {value}: [ {{ do: track }} ]\n    otherwise: [ {{ do: look_up }} ]\n- do: pay"
        );
        assert_eq!(sight.citizen(&steps, &[]), ["track", "pay", "end"], "{by}");
    }
    let other =
        "- choose:\n    by: state\n    stopped: [ { do: track } ]\n    otherwise: [ { do: look_up } ]\n- do: pay";
    assert_eq!(sight.citizen(other, &[]), ["look_up", "pay", "end"]);
    assert_eq!(Sight::new().citizen(other, &[]), ["look_up", "pay", "end"], "an unseen state is another");
    let known = "- choose:\n    by: number\n    known: [ { do: track } ]\n- do: pay";
    assert_eq!(Sight::new().citizen(known, &[]), ["pay", "end"], "no number has been shown");
    let without = "- choose:\n    by: state\n    stopped: [ { do: track } ]\n- do: pay";
    assert_eq!(sight.citizen(without, &[]), ["pay", "end"]);
}

#[test]
fn chance_takes_arms_by_their_weights_and_the_same_again() {
    let steps = "- choose:\n    by_chance:\n      - { weight: 3, steps: [ { do: track } ] }\n      - { weight: 1, steps: [ { do: look_up } ] }";
    let scripts = load(&[journey("a", "citizen", steps)]);
    let sight = Sight::new();
    let take = |subject| match sight.next(&scripts, &mut JourneyInstance::new(scripts.find("a").unwrap(), subject)) {
        Action::Do(operation, _) => operation,
        Action::Follow(..) | Action::Each(..) | Action::End(_) => panic!("an arm does something"),
    };
    let tracked = (0..4_000).filter(|subject| take(*subject) == Operation::Track).count();
    assert!((2_850..3_150).contains(&tracked), "three in four, within five standard deviations: {tracked}");
    assert!((0..50).all(|subject| take(subject) == take(subject)));
}

#[test]
fn pauses_add_up_and_lie_where_the_author_said() {
    let sight = Sight::new();
    assert_eq!(sight.citizen("- wait: 90 s\n- wait: 1 d\n- wait: 2 h\n- do: track", &[]), ["track+1561", "end"]);
    let scripts = load(&[
        journey("a", "citizen", "- wait: 10 min to 20 min\n- do: track"),
        journey("b", "citizen", "- wait: about 10 min\n- do: track"),
    ]);
    let waited =
        |name, subject| match sight.next(&scripts, &mut JourneyInstance::new(scripts.find(name).unwrap(), subject)) {
            Action::Do(_, moment) => moment.0,
            Action::Follow(..) | Action::Each(..) | Action::End(_) => panic!("a pause is followed by an operation"),
        };
    assert!((0..1_000).all(|subject| (10 * MINUTE..=20 * MINUTE).contains(&waited("a", subject))));
    let mean = (0..4_000).map(|subject| waited("b", subject)).sum::<i64>() / 4_000;
    assert!((9 * MINUTE..11 * MINUTE).contains(&mean), "within six standard errors: {mean} ms");
    assert!((0..4_000).all(|subject| waited("b", subject) <= 100 * MINUTE));
}

#[test]
fn offices_work_in_office_hours_and_citizens_when_they_like() {
    let steps = "- wait: 10 h\n- do: track";
    for (role, expected) in [("citizen", "track+600"), ("desk", "track+1440"), ("post_desk", "track+1440")] {
        assert_eq!(Sight::new().walk(&[journey("a", role, steps)], &[]), [expected, "end"], "{role}");
    }
}

#[test]
fn the_planned_end_is_waited_for() {
    // Without a due instant of the portal the legal time counts: five days, which the period does not have.
    let steps = "- wait_for_completion\n- do: complete";
    let early = Sight { case: Case { outcome: PlannedOutcome::Early, ..Sight::new().case }, ..Sight::new() };
    let early = early.walk(&[journey("a", "desk", steps)], &[]);
    assert!(early[0].starts_with("complete") && early[1] == "end", "{early:?}");
    assert_eq!(
        Sight::new().walk(&[journey("a", "desk", steps)], &[]),
        ["complete+2880", "end"],
        "late, at the very end"
    );
}

#[test]
fn a_journey_played_is_walked_in_place_and_its_end_ends_the_whole() {
    let files = [
        journey("a", "citizen", "- do: sign_in\n- play: b\n- do: pay"),
        journey("b", "citizen", "- do: track\n  refused: continue\n- play: c"),
        journey("c", "citizen", "- do: look_up"),
    ];
    assert_eq!(Sight::new().walk(&files, &[]), ["sign_in", "track", "look_up", "pay", "end"]);
    assert_eq!(Sight::new().walk(&files, &[Yes, Refused]), ["sign_in", "track", "look_up", "pay", "end"]);
    assert_eq!(Sight::new().walk(&files, &[Yes, Yes, Refused]), ["sign_in", "track", "look_up", "gave up"]);
    let ending = [journey("a", "citizen", "- play: b\n- do: pay"), journey("b", "citizen", "- end")];
    assert_eq!(Sight::new().walk(&ending, &[]), ["end"]);
}

#[test]
fn others_are_sent_on_their_way_and_one_goes_on() {
    let files = [
        journey("a", "desk", "- do: inbox\n- each: b\n- follow: c\n- wait: 1 min\n- do: clerk_view"),
        journey("b", "desk", "- do: accept"),
        journey("c", "citizen", "- do: track"),
    ];
    assert_eq!(Sight::new().walk(&files, &[]), ["inbox", "each b", "follow c", "clerk_view+1", "end"]);
}

#[test]
fn what_a_journey_needs_includes_what_it_leads_to() {
    let files = [
        journey("a", "desk", "- do: inbox\n- each: b\n- play: d"),
        journey("b", "desk", "- do: accept\n- follow: c"),
        journey("c", "citizen", "- do: track\n- follow: a"),
        journey("d", "desk", "- do: stop"),
    ];
    let scripts = load(&files);
    let missing = scripts.missing(scripts.find("a").unwrap(), |operation| operation == Operation::Accept);
    assert_eq!(missing, [Operation::Inbox, Operation::Stop, Operation::Track]);
}

#[test]
fn journeys_that_lead_nowhere_or_in_circles_are_refused() {
    let deep = (0..5).fold("{ do: track }".to_owned(), |inner, _| {
        format!("{{ repeat: {{ at_most: 2, until: ok, steps: [ {inner} ] }} }}")
    });
    for (files, expected) in [
        (vec![journey("a", "citizen", "- play: b"), journey("b", "citizen", "- play: a")], "circle"),
        (vec![journey("a", "citizen", "- follow: b")], "j.yaml: there is no journey `b` (one of: a)"),
        (vec![journey("a", "citizen", "- do: track"), journey("a", "desk", "- do: track")], "stands in j.yaml too"),
        (vec![journey("a", "citizen", &format!("- {deep}"))], "nested deeper than 4"),
    ] {
        let texts = files.iter().map(|text| ("j.yaml", text.as_str()));
        let problems = Scripts::load(texts, |_| true).unwrap_err().to_string();
        assert!(problems.contains(expected), "{expected} in {problems}");
    }
}

#[test]
fn who_pays_what_the_office_assesses_looks_first_and_who_pays_the_tariff_does_not() {
    let steps = "- choose:\n    by: fee\n    assessed:\n      - do: track\n    tariff: []\n- do: pay";
    let mut sight = Sight::new();
    assert_eq!(sight.citizen(steps, &[]), ["pay", "end"]);
    sight.case.fee_basis = FeeBasis::Assessed;
    assert_eq!(sight.citizen(steps, &[]), ["track", "pay", "end"]);
}

//! When the portal was away and nobody new was let in: what was not sent then is neither evidence against it nor for it.

use model::Fact;

use crate::claims::duration;
use crate::facts::RunFacts;
use crate::validity::{Cause, Touches};

/// Times in which nobody new was let in, in nanoseconds since the run began.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outages(Vec<(i64, i64)>);

impl Outages {
    /// What the fact `outages` says; what is no such time is passed over. One without an end lasted to the end.
    pub(crate) fn parse(stated: &str) -> Self {
        let outage = |text: &str| {
            let (from, until) = text.split_once('-')?;
            let until = if until.is_empty() { i64::MAX } else { until.parse().ok()? };
            Some((from.parse().ok()?, until))
        };
        Self(stated.split(',').filter_map(outage).collect())
    }

    /// Whether somebody who was due then was not let in for it.
    pub(crate) fn contain(&self, due: i64) -> bool {
        self.0.iter().any(|(from, until)| (*from..*until).contains(&due))
    }
}

/// That the portal was away, and how many were not let in: so much less was seen than planned.
pub(crate) fn cause(run: &RunFacts) -> Option<Cause> {
    let number = |fact| run.integer(fact).unwrap_or(0);
    if let Some(gone) = run.get(Fact::PortalGone) {
        let (started, dropped) = (number(Fact::Started), number(Fact::Dropped));
        return Some(Cause::new(
            Touches::Coverage,
            format!("{gone}; {started} dossiers were begun, {dropped} dropped"),
        ));
    }
    let outages = Outages::parse(run.get(Fact::Outages)?);
    let (from, until) = outages.0.first()?;
    let others = match outages.0.len() - 1 {
        0 => String::new(),
        more => format!(", and {more} times more"),
    };
    let until = if *until == i64::MAX { "the end".to_owned() } else { duration(*until) };
    let dropped = number(Fact::OutageDropped) + number(Fact::OutageVisitsDropped);
    let text = format!(
        "the portal was away from {} to {until}{others}: nothing but errors came, and {dropped} arrivals were not let in \
         (`limits.outage`)",
        duration(*from)
    );
    Some(Cause::new(Touches::Coverage, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_was_due_while_nobody_was_let_in_is_known() {
        let outages = Outages::parse("10-20,40-");
        let within = [9, 10, 19, 20, 39, 40, 4_000].map(|due| outages.contain(due));
        assert_eq!(within, [false, true, true, false, false, true, true]);
        assert_eq!(Outages::parse(""), Outages::default());
        assert_eq!(Outages::parse("10,x-3,3-x"), Outages::default());
    }

    #[test]
    fn an_outage_is_said_once_with_its_price() {
        assert_eq!(cause(&RunFacts::default()), None);
        let facts = [(Fact::Outages, "31500000000-40000000000,90000000000-"), (Fact::OutageDropped, "12")];
        let said = cause(&facts.into_iter().collect()).unwrap();
        assert_eq!(
            said.text,
            "the portal was away from 31.5 s to 40 s, and 1 times more: nothing but errors came, and 12 arrivals were not let \
             in (`limits.outage`)"
        );
        let gone = [(Fact::PortalGone, "ended after 95.2 s"), (Fact::Started, "3"), (Fact::Dropped, "900")];
        let said = cause(&gone.into_iter().chain(facts).collect()).unwrap();
        assert_eq!(said, Cause::new(Touches::Coverage, "ended after 95.2 s; 3 dossiers were begun, 900 dropped"));
    }
}

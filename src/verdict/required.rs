//! What a run file asks to be decided (`require`): less is no conformity.

use model::Fact;

use crate::areas::{AreaExamined, is_decided};
use crate::examine::RuleVerdict;
use crate::facts::RunFacts;

/// What was required and did not come about, in words; empty if all did.
pub(crate) fn unmet(run: &RunFacts, rules: &[RuleVerdict], areas: &[AreaExamined]) -> Vec<String> {
    let mut unmet = Vec::new();
    let decided = rules.iter().filter(|rule| is_decided(rule.verdict)).count();
    if let Some(required) = run.integer(Fact::RequireRules)
        && i64::try_from(decided).is_ok_and(|decided| decided < required)
    {
        unmet.push(format!("{decided} rules were decided, the run file requires {required}"));
    }
    let wanted = run.get(Fact::RequireAreas).unwrap_or_default().split(", ").filter(|name| !name.is_empty());
    let is_examined = |name: &str| areas.iter().any(|area| area.area == name && area.decided > 0);
    let missing: Vec<_> = wanted.filter(|name| !is_examined(name)).collect();
    if !missing.is_empty() {
        unmet.push(format!("not examined, though the run file requires it: {}", missing.join(", ")));
    }
    unmet
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::areas::examined;
    use crate::merge::Verdict;

    #[test]
    fn less_than_required_is_said() {
        let rule = |id: &str, verdict| RuleVerdict { id: id.to_owned(), verdict, ..RuleVerdict::blank() };
        let rules = [rule("EG-SUB-001", Verdict::Pass), rule("EG-PAY-003", Verdict::Inconclusive)];
        let areas = examined(&rules, &[]);
        let unmet = |facts: &[(Fact, &str)]| unmet(&facts.iter().copied().collect(), &rules, &areas);
        assert_eq!(unmet(&[]), [""; 0]);
        assert_eq!(unmet(&[(Fact::RequireRules, "1"), (Fact::RequireAreas, "submission")]), [""; 0]);
        assert_eq!(
            unmet(&[(Fact::RequireRules, "2"), (Fact::RequireAreas, "submission, payment, refunds")]),
            [
                "1 rules were decided, the run file requires 2",
                "not examined, though the run file requires it: payment, refunds"
            ]
        );
    }
}

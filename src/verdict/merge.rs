//! How answers are merged: of one rule over parts of a history, and of everything into what a run says of a portal.

use std::fmt;

use model::Fact;

use crate::claims::{GateAnswer, GateVerdict};
use crate::examine::RuleVerdict;
use crate::facts::RunFacts;
use crate::rule::{Level, spelled};
use crate::validity::Validity;

spelled! {
    /// What a rule says of a portal.
    ///
    /// Ordered as a lattice (here a chain) from the least to the most telling; [`Verdict::merge`] takes the greater. A
    /// counterexample stands whatever else happened, so `Fail` is the top; a crash outranks doubt, for it must be mended;
    /// doubt outranks every good answer, so that what was not seen never reads as a pass.
    Verdict {
        /// The rule does not concern this portal: the identity of the merge.
        NotApplicable = "not_applicable",
        /// Everything examined held.
        Pass = "pass",
        /// A SHOULD is broken.
        Warn = "warn",
        /// Nothing, too little or only undecidable things were seen.
        Inconclusive = "inconclusive",
        /// The rule itself could not be evaluated.
        Error = "error",
        /// A MUST is broken.
        Fail = "fail",
    }
}

impl Verdict {
    /// The verdict on two parts together: associative, commutative, idempotent.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        self.max(other)
    }
}

spelled! {
    /// What a run says of a portal as a whole, in the order in which one answer outranks the next.
    Overall {
        /// A MUST rule is broken, and the run was not given up (exit code 111).
        RuleFailed = "rule_failed",
        /// All MUST rules that were decided hold, but a gate is significantly exceeded (99).
        GateBreached = "gate_breached",
        /// Nothing failed, and the run was stopped by its user (105).
        Aborted = "aborted",
        /// The run itself is no sound evidence: nothing failed, or not even what failed stands (112).
        Invalid = "invalid",
        /// The run is sound and nothing failed, but a rule crashed, a MUST rule or a gate is undecided, less was decided than
        /// is required, or nothing was decided (112).
        Undecided = "undecided",
        /// Every MUST rule that applies holds, every gate passes, and the run is valid (0).
        Conforms = "conforms",
    }
}

impl Overall {
    /// Merges everything known of a run; `unmet` is what was required of it and did not come about.
    ///
    /// A cause that makes a run invalid outranks a failure whose evidence it touches. Lateness of vandan's own is left out
    /// sample by sample when claims are decided, so a claim that fails all the same stands; what was read back stands too.
    /// Only where records are missing nothing does.
    pub fn of(
        run: &RunFacts,
        validity: &Validity,
        rules: &[RuleVerdict],
        gates: &[GateVerdict],
        unmet: &[String],
    ) -> Self {
        let must = |verdict| rules.iter().any(|rule| rule.level == Level::Must && rule.verdict == verdict);
        let gate = |answer| gates.iter().any(|gate| gate.verdict == answer);
        let held = |rule: &RuleVerdict| matches!(rule.verdict, Verdict::Pass | Verdict::Warn);
        let is_decided = rules.iter().any(held) || gate(GateAnswer::Pass);
        // A rule that crashes must be mended, however binding it is.
        let crashed = rules.iter().any(|rule| rule.verdict == Verdict::Error);
        let is_open = crashed || must(Verdict::Inconclusive) || gate(GateAnswer::Undecided) || !unmet.is_empty();
        let stands = !validity.touches_everything();
        if stands && must(Verdict::Fail) {
            Self::RuleFailed
        } else if stands && gate(GateAnswer::Fail) {
            Self::GateBreached
        } else if run.is_yes(Fact::Aborted) {
            Self::Aborted
        } else if *validity != Validity::Valid {
            Self::Invalid
        } else if is_open || !is_decided {
            Self::Undecided
        } else {
            Self::Conforms
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validity::{Cause, Touches};

    fn rule(level: Level, verdict: Verdict) -> RuleVerdict {
        RuleVerdict { level, verdict, ..RuleVerdict::blank() }
    }

    fn gate(verdict: GateAnswer) -> GateVerdict {
        GateVerdict { verdict, ..GateVerdict::blank() }
    }

    fn overall(rules: &[RuleVerdict], gates: &[GateVerdict]) -> Overall {
        Overall::of(&RunFacts::default(), &Validity::Valid, rules, gates, &[])
    }

    #[test]
    fn merging_is_a_lattice() {
        for &a in Verdict::ALL {
            assert_eq!(a.merge(a), a);
            assert_eq!(a.merge(Verdict::NotApplicable), a);
            for &b in Verdict::ALL {
                assert_eq!(a.merge(b), b.merge(a));
                for &c in Verdict::ALL {
                    assert_eq!(a.merge(b).merge(c), a.merge(b.merge(c)));
                }
            }
        }
    }

    #[test]
    fn a_crash_or_a_doubt_is_never_a_pass() {
        assert_eq!(Verdict::Pass.merge(Verdict::Error), Verdict::Error);
        assert_eq!(Verdict::Pass.merge(Verdict::Inconclusive), Verdict::Inconclusive);
        assert_eq!(Verdict::Fail.merge(Verdict::Error), Verdict::Fail);
    }

    #[test]
    fn a_broken_must_outranks_a_breached_gate() {
        let rules = [rule(Level::Must, Verdict::Fail)];
        assert_eq!(overall(&rules, &[gate(GateAnswer::Fail)]), Overall::RuleFailed);
        assert_eq!(overall(&[], &[gate(GateAnswer::Fail)]), Overall::GateBreached);
    }

    #[test]
    fn an_undecided_must_or_gate_is_not_conformity() {
        let pass = rule(Level::Must, Verdict::Pass);
        assert_eq!(overall(&[pass.clone(), rule(Level::Must, Verdict::Inconclusive)], &[]), Overall::Undecided);
        assert_eq!(overall(&[pass.clone(), rule(Level::Should, Verdict::Inconclusive)], &[]), Overall::Conforms);
        assert_eq!(overall(std::slice::from_ref(&pass), &[gate(GateAnswer::Undecided)]), Overall::Undecided);
        assert_eq!(overall(&[pass], &[gate(GateAnswer::Pass)]), Overall::Conforms);
    }

    #[test]
    fn a_crash_of_any_rule_is_not_conformity() {
        for level in [Level::Must, Level::Should] {
            let rules = [rule(Level::Must, Verdict::Pass), rule(level, Verdict::Error)];
            assert_eq!(overall(&rules, &[]), Overall::Undecided, "{level}");
        }
    }

    #[test]
    fn less_than_is_required_is_not_conformity() {
        let of = |unmet: &[String]| {
            Overall::of(&RunFacts::default(), &Validity::Valid, &[rule(Level::Must, Verdict::Pass)], &[], unmet)
        };
        assert_eq!(of(&[]), Overall::Conforms);
        assert_eq!(of(&["14 rules are required".to_owned()]), Overall::Undecided);
    }

    #[test]
    fn a_cause_outranks_the_failure_whose_evidence_it_touches() {
        for (touches, expected) in [
            (Touches::Times, Overall::RuleFailed),
            (Touches::Coverage, Overall::RuleFailed),
            (Touches::Everything, Overall::Invalid),
        ] {
            let invalid = Validity::Invalid(vec![Cause::new(touches, "")]);
            let rules = [rule(Level::Must, Verdict::Fail)];
            assert_eq!(Overall::of(&RunFacts::default(), &invalid, &rules, &[], &[]), expected, "{touches}");
        }
    }

    #[test]
    fn a_warning_conforms() {
        assert_eq!(overall(&[rule(Level::Should, Verdict::Warn)], &[]), Overall::Conforms);
    }

    #[test]
    fn nothing_decided_is_not_conformity() {
        assert_eq!(overall(&[], &[]), Overall::Undecided);
        assert_eq!(overall(&[rule(Level::Must, Verdict::NotApplicable)], &[]), Overall::Undecided);
    }

    #[test]
    fn an_aborted_run_says_so_only_if_nothing_failed() {
        let run: RunFacts = [(Fact::Aborted, "yes")].into_iter().collect();
        let invalid = Validity::Invalid(vec![Cause::new(Touches::Coverage, "cut short")]);
        let of = |rules: &[RuleVerdict]| Overall::of(&run, &invalid, rules, &[], &[]);
        assert_eq!(of(&[rule(Level::Must, Verdict::Inconclusive)]), Overall::Aborted);
        assert_eq!(of(&[rule(Level::Must, Verdict::Fail)]), Overall::RuleFailed);
    }
}

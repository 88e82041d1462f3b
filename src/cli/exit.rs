//! How vandan ends: every exit code, in one place. Users of k6 know 99 to 107.

use std::process::ExitCode;

/// An end of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything asked for was done; a run conforms.
    Conforms,
    /// A gate (a claim about latency or errors) is breached.
    GateBreached,
    /// A scenario, adapter, rule, option or name is wrong; nothing was sent.
    InvalidConfiguration,
    /// The run was ended by its user.
    Aborted,
    /// A bug of ours.
    OurBug,
    /// A rule failed, or a population is not what its document describes.
    RuleFailed,
    /// The run is invalid or undecided, or could not be carried out.
    InvalidRun,
    /// Refused for safety.
    Refused,
}

impl Exit {
    /// Every end with its code and meaning, as `--help` lists them.
    pub(crate) const TABLE: [(Self, u8, &'static str); 8] = [
        (Self::Conforms, 0, "the portal conforms"),
        (Self::GateBreached, 99, "a gate is breached"),
        (Self::InvalidConfiguration, 104, "invalid configuration: nothing was done"),
        (Self::Aborted, 105, "interrupted: the partial recording was judged"),
        (Self::OurBug, 107, "a bug in vandan"),
        (Self::RuleFailed, 111, "a rule failed, or a figure was missed"),
        (Self::InvalidRun, 112, "the run is invalid, undecided, or could not be carried out"),
        (Self::Refused, 113, "refused for safety: the target is not allowed"),
    ];

    /// The number the shell sees.
    pub(crate) fn code(self) -> u8 {
        Self::TABLE.iter().find(|(exit, ..)| *exit == self).map_or(107, |(_, code, _)| *code)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

impl From<verdict::Overall> for Exit {
    fn from(overall: verdict::Overall) -> Self {
        match overall {
            verdict::Overall::Conforms => Self::Conforms,
            verdict::Overall::RuleFailed => Self::RuleFailed,
            verdict::Overall::GateBreached => Self::GateBreached,
            verdict::Overall::Invalid | verdict::Overall::Undecided => Self::InvalidRun,
            verdict::Overall::Aborted => Self::Aborted,
        }
    }
}

/// Why a verb could not be carried out: what to tell, and how to end.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl std::fmt::Display) -> Self {
        Self { exit, message: message.to_string() }
    }

    /// For what a run could not do for reasons outside it.
    pub(crate) fn run(error: impl std::fmt::Display) -> Self {
        Self::new(Exit::InvalidRun, error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_end_has_its_own_code() {
        let mut codes: Vec<_> = Exit::TABLE.iter().map(|(_, code, _)| *code).collect();
        codes.dedup();
        assert_eq!(codes, [0, 99, 104, 105, 107, 111, 112, 113]);
    }
}

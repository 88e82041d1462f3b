//! What a reader must know of a run whose portal did not have to prove who it is.

use model::Fact;

use crate::facts::RunFacts;

pub(crate) fn remarks(run: &RunFacts) -> Vec<String> {
    let remark = "certificates were not verified (`--insecure`): nothing proves that the portal named above answered";
    run.is_yes(Fact::Insecure).then(|| remark.to_owned()).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_verified_no_certificate_says_so() {
        let of = |value| remarks(&[(Fact::Insecure, value)].into_iter().collect());
        assert!(
            of("yes")[0].contains("not verified") && of("no").is_empty() && remarks(&RunFacts::default()).is_empty()
        );
    }
}

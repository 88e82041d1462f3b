//! What a reader must know of the way on which the portal was asked.

use model::Fact;

use crate::facts::RunFacts;

pub(crate) fn remarks(run: &RunFacts) -> Vec<String> {
    let insecure = "certificates were not verified (`--insecure`): nothing proves that the portal named above answered";
    let insecure = run.is_yes(Fact::Insecure).then(|| insecure.to_owned());
    let proxy = run
        .get(Fact::Proxy)
        .map(|proxy| format!("the portal was asked through the proxy {proxy}: all times include it"));
    insecure.into_iter().chain(proxy).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_verified_no_certificate_or_went_through_a_proxy_says_so() {
        let of = |fact, value| remarks(&[(fact, value)].into_iter().collect());
        assert!(of(Fact::Insecure, "yes")[0].contains("not verified") && of(Fact::Insecure, "no").is_empty());
        assert!(of(Fact::Proxy, "http://proxy.example:3128")[0].contains("the proxy http://proxy.example:3128"));
        assert!(remarks(&RunFacts::default()).is_empty());
    }
}

//! What a reader must know of the way on which the portal was asked.

use model::Fact;

use crate::facts::RunFacts;

pub(crate) fn remarks(run: &RunFacts) -> Vec<String> {
    let insecure = "certificates were not verified (`--insecure`): nothing proves that the portal named above answered";
    let insecure = run.is_yes(Fact::Insecure).then(|| insecure.to_owned());
    let proxy = run
        .get(Fact::Proxy)
        .map(|proxy| format!("the portal was asked through the proxy {proxy}: all times include it"));
    let http = run.get(Fact::Http).filter(|http| *http != "1.1");
    let http = http.map(|http| format!("spoken with the portal: HTTP/{}", http.replace(", ", " and HTTP/")));
    insecure.into_iter().chain(proxy).chain(http).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unusual_on_the_way_to_the_portal_is_said() {
        let of = |fact, value| remarks(&[(fact, value)].into_iter().collect());
        assert!(of(Fact::Insecure, "yes")[0].contains("not verified") && of(Fact::Insecure, "no").is_empty());
        assert!(of(Fact::Proxy, "http://proxy.example:3128")[0].contains("the proxy http://proxy.example:3128"));
        assert_eq!(of(Fact::Http, "1.1, 2"), ["spoken with the portal: HTTP/1.1 and HTTP/2"]);
        assert!(remarks(&RunFacts::default()).is_empty() && of(Fact::Http, "1.1").is_empty());
    }
}

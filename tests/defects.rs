//! Each defect of the reference portal makes exactly the rules fail that it names; without one, none fails.

use std::sync::Mutex;

use mock_portal::Defect;

use crate::support::Desk;

/// Runs at once: they mostly wait.
const AT_ONCE: usize = 3;

#[test]
fn each_defect_breaks_exactly_the_rules_it_names() {
    let waiting = Mutex::new(Defect::ALL.to_vec());
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let next = waiting.lock().unwrap().pop();
                    let Some(defect) = next else { return };
                    if let Err(complaint) = catches(defect) {
                        wrong.lock().unwrap().push(complaint);
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

fn catches(defect: Defect) -> Result<(), String> {
    let desk = Desk::new();
    let said = desk.play(&["--defect", defect.name()]);
    let mut expected: Vec<_> = defect.breaks().iter().map(|rule| (*rule).to_owned()).collect();
    expected.sort();
    let failed = desk.rules("fail");
    let verdicts: serde_json::Value = serde_json::from_str(&desk.latest("verdicts.json")).unwrap();
    let witnesses = verdicts["rules"].as_array().unwrap().iter().filter(|rule| rule["verdict"] == "fail");
    let has_evidence = witnesses.clone().all(|rule| {
        let first = &rule["witnesses"][0];
        first["observed"].as_str().is_some_and(|text| !text.is_empty()) && !first["exchange_id"].is_null()
    });
    if failed == expected && said.code == 111 && has_evidence {
        Ok(())
    } else {
        Err(format!(
            "{}: expected {expected:?} to fail with evidence, got {failed:?} and exit {}\n{}",
            defect.name(),
            said.code,
            said.out
        ))
    }
}

#[test]
fn every_rule_is_broken_by_a_defect_and_every_defect_breaks_a_rule_that_exists() {
    let said = Desk::new().vandan(&["rules"]);
    let rules: Vec<_> =
        said.out.lines().filter_map(|line| line.split_whitespace().next()).filter(|word| word.contains('-')).collect();
    assert!(rules.len() >= 12, "{rules:?}");
    for rule in &rules {
        assert!(Defect::ALL.iter().any(|defect| defect.breaks().contains(rule)), "no defect breaks {rule}");
    }
    for defect in Defect::ALL {
        for rule in defect.breaks() {
            assert!(rules.contains(rule), "{} breaks {rule}, which does not exist", defect.name());
        }
    }
}

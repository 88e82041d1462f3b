//! Everything that is shipped is played, a little of each: the clean reference portal conforms, whoever lives there.

use crate::support::{Desk, each, root, tiny};

/// What ends with 0 whenever nothing is wrong, on whatever machine.
const GATES: &str = "gates:\n  - errors share < 5% @90%\n";

/// Plays a run file from the desk, and tells what went wrong.
fn play(run: &str, text: &str, more: &[&str]) -> Result<(), String> {
    let desk = Desk::new();
    desk.put("run.yaml", text);
    let mut args = vec!["run", "run.yaml", "--length", "4 s"];
    args.extend(more);
    let said = desk.vandan(&args);
    // In a run as small a few rules may find nothing to examine; nothing else may be open.
    let found_nothing = || {
        let open = desk.reasons("inconclusive");
        let headline = format!("UNDECIDED: {} rule", open.len());
        (1..=4).contains(&open.len())
            && said.out.contains(&headline)
            && open.iter().all(|reason| reason.starts_with("vacuous: ") || reason.starts_with("too_few: "))
    };
    // A figure whose query cannot be asked is no verdict on the portal, but a fault of ours.
    let is_counted = !said.out.split_whitespace().collect::<Vec<_>>().join(" ").contains("could not be counted");
    match said.code {
        0 if is_counted => Ok(()),
        112 if is_counted && found_nothing() => Ok(()),
        code => Err(format!("{run} {more:?}: {code}\n{}\n{}", said.out, said.err)),
    }
}

/// A run file that claims nothing about times and waits for a busy machine.
fn patient(text: &str) -> String {
    let (mut lines, mut is_claim) = (Vec::new(), false);
    for line in text.lines() {
        is_claim = line.starts_with("gates:") || (is_claim && line.starts_with("  - "));
        match line.split_once(':').map_or("", |(name, _)| name) {
            _ if is_claim => {}
            "  drain" => lines.push("  drain: 120 s"),
            "  timeout" => lines.push("  timeout: 60 s"),
            "  scheduling_delay" => {}
            "  poll_every" => lines.push("  poll_every: 500 ms"),
            "  settle" => lines.push("  settle: 0 s"),
            _ => lines.push(line),
        }
    }
    let text = lines.join("\n").replace("limits:\n", &format!("{GATES}\nlimits:\n  scheduling_delay: 60 s\n"));
    assert!(text.contains("  scheduling_delay: 60 s\n"), "{text}");
    text
}

#[test]
fn a_little_of_every_built_in_run_conforms() {
    let runs = [
        ("announcement", "1/24"),
        ("dien-bien-2019", "1/24"),
        ("five-documents", "1/400"),
        ("khanh-hoa-2020", "1/40"),
        ("nationwide", "1/100"),
        ("tay-ninh-2021", "1/400"),
        ("tay-ninh-2024", "1/80"),
        ("vinh-phuc-2021", "1/100"),
    ];
    let files = std::fs::read_dir(root().join("scenarios/runs")).unwrap().count();
    assert_eq!(
        runs.len() + 1,
        files,
        "every file of scenarios/runs is played; tests/quick_look.rs plays the quick look"
    );
    each(&runs, |(run, scale)| {
        let text = std::fs::read_to_string(root().join(format!("scenarios/runs/{run}.yaml"))).unwrap();
        play(run, &patient(&text), &["--scale", scale])
    });
}

#[test]
fn a_little_of_provinces_of_both_countries_conforms() {
    let provinces = [
        // Districts and communes; a city with its urban districts.
        ("vietnam-2019:11", "1/1500"),
        ("vietnam-2019:48", "1/4000"),
        // Two levels: few communes, many of them, a city.
        ("vietnam-2025:11", "1/100"),
        ("vietnam-2025:08", "1/500"),
        ("vietnam-2025:48", "1/1000"),
    ];
    let text = patient(&std::fs::read_to_string(tiny()).unwrap());
    each(&provinces, |(province, scale)| play("tiny", &text, &["--province", province, "--scale", scale]));
}

//! What the reference portal can be told to do, as lists: on the terminal, and for `docs/`.

use std::fmt::Write;

use mock_portal::{Behaviour, Defect, Noise, Variant};
use model::did_you_mean;
use report::{Ink, Page};
use serde_json::{Value, json};

use crate::args::{ListArgs, PortalArgs, ScenarioArgs};
use crate::exit::{Exit, Failure};
use crate::{console, load, problems};

/// The defects with these names.
pub(crate) fn defects(names: &[String]) -> Result<Vec<Defect>, Failure> {
    let known = Defect::ALL.iter().map(|defect| defect.name());
    names.iter().map(|name| Defect::from_name(name).ok_or_else(|| unknown("defect", name, known.clone()))).collect()
}

/// The conduct that was asked for.
pub(crate) fn conduct(args: &PortalArgs, seed: u64) -> Result<Behaviour, Failure> {
    let known = Variant::ALL.iter().map(|variant| variant.name());
    let find = |name: &String| Variant::from_name(name).ok_or_else(|| unknown("variant", name, known.clone()));
    let variants = args.variant.iter().map(find).collect::<Result<_, _>>()?;
    let known = || Noise::ALL.iter().map(|noise| noise.name());
    let find = |name: &String| Noise::from_name(name).ok_or_else(|| unknown("noise", name, known()));
    let noise = args.noise.iter().map(find).collect::<Result<_, _>>()?;
    Ok(Behaviour { variants, noise, seed, ..Behaviour::ordinary() })
}

fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> Failure {
    let list = if what == "defect" { "defects" } else { "variants" };
    let meant = did_you_mean(name, known);
    let message = format!("there is no {what} `{name}`\n{meant}`vandan {list}` lists what there is");
    Failure::new(Exit::InvalidConfiguration, message)
}

/// `vandan defects`.
pub(crate) fn list_defects(args: &ListArgs) -> Result<Exit, Failure> {
    let shipped = shipped(&args.scenarios)?;
    console::print(&match args {
        ListArgs { json: true, .. } => format!("{:#}", defects_json(&shipped)),
        ListArgs { markdown: true, .. } => defects_page(&shipped),
        ListArgs { .. } => defects_text(&shipped),
    });
    Ok(Exit::Conforms)
}

/// `vandan variants`.
pub(crate) fn list_variants(args: &ListArgs) -> Exit {
    console::print(&match args {
        ListArgs { json: true, .. } => format!("{:#}", variants_json()),
        ListArgs { markdown: true, .. } => variants_page(),
        ListArgs { .. } => variants_text(),
    });
    Exit::Conforms
}

fn defects_json(shipped: &[String]) -> Value {
    let rules = |ids: &[&str]| -> Vec<Value> {
        ids.iter().map(|id| json!({ "id": id, "shipped": shipped.iter().any(|known| known == id) })).collect()
    };
    let defect = |defect: &Defect| {
        json!({
            "name": defect.name(),
            "description": defect.description(),
            "must_break": rules(defect.breaks()),
            "may_break": rules(defect.may_break()),
        })
    };
    Defect::ALL.iter().map(defect).collect()
}

fn variants_json() -> Value {
    let entry = |(name, description)| json!({ "name": name, "description": description });
    let variants = Variant::ALL.iter().map(|variant| (variant.name(), variant.description()));
    let noise = Noise::ALL.iter().map(|noise| (noise.name(), noise.description()));
    json!({ "variants": variants.map(entry).collect::<Vec<_>>(), "noise": noise.map(entry).collect::<Vec<_>>() })
}

fn shipped(args: &ScenarioArgs) -> Result<Vec<String>, Failure> {
    Ok(problems::read(args, load::rules)?.rules().iter().map(|rule| rule.id.clone()).collect())
}

/// Rules, those that are still to come with a star.
fn marked(rules: &[&str], shipped: &[String]) -> String {
    let mark =
        |rule: &&str| if shipped.iter().any(|known| known == rule) { (*rule).to_owned() } else { format!("{rule}*") };
    rules.iter().map(mark).collect::<Vec<_>>().join(", ")
}

fn defects_text(shipped: &[String]) -> String {
    let mut page = console::page();
    for defect in Defect::ALL {
        let may = marked(defect.may_break(), shipped);
        let may = if may.is_empty() { may } else { format!(" (may: {may})") };
        let rules = format!("{}{may}", marked(defect.breaks(), shipped));
        entry(&mut page, defect.name(), &rules, defect.description());
    }
    let count = Defect::ALL.len();
    page.paragraph("", Ink::Plain, &format!("{count} defects, each with the rules that it breaks."));
    page.paragraph("", Ink::Plain, "A rule with a * is not shipped yet.");
    page.into_text()
}

fn variants_text() -> String {
    let mut page = console::page();
    for variant in Variant::ALL {
        entry(&mut page, variant.name(), "", variant.description());
    }
    let count = Variant::ALL.len();
    let summary = format!("{count} variants (--variant NAME). No rule fails under any of them.");
    page.paragraph("", Ink::Plain, &summary);
    page.gap();
    for noise in Noise::ALL {
        entry(&mut page, noise.name(), "", noise.description());
    }
    let count = Noise::ALL.len();
    let summary = format!("{count} profiles of noise (--noise PROFILE). No rule fails under any of them.");
    page.paragraph("", Ink::Plain, &summary);
    page.into_text()
}

fn entry(page: &mut Page, name: &str, beside: &str, description: &str) {
    page.paragraph(&format!("{name:<18} "), Ink::Strong, beside);
    page.paragraph("  ", Ink::Plain, description);
    page.gap();
}

fn defects_page(shipped: &[String]) -> String {
    let mut page = String::from(
        "# Defects of the reference portal\n\nWritten by `vandan defects --markdown`; do not edit. Switched on with `vandan run RUN --defect NAME`, `vandan mock portal --defect NAME`, or\nwhile it runs (`--test-hooks`) with `PUT /_test/defects {\"on\": [\"NAME\"]}`. A rule with a * is not shipped yet.\n\n| defect | what the portal does | must break | may break |\n|---|---|---|---|\n",
    );
    for defect in Defect::ALL {
        let (must, may) = (marked(defect.breaks(), shipped), marked(defect.may_break(), shipped));
        let (must, may) = (must.replace('*', "\\*"), may.replace('*', "\\*"));
        line(&mut page, &format!("| `{}` | {} | {must} | {may} |", defect.name(), cell(defect.description())));
    }
    page
}

fn variants_page() -> String {
    let mut page = String::from(
        "# Variants and noise of the reference portal\n\nWritten by `vandan variants --markdown`; do not edit. A variant is a permitted difference of the API. Noise is an environment fault.\nNeither is the portal's fault: no rule fails under any of them, and `cargo test` plays each. Both are options of `vandan run` and `vandan mock portal`.\n\n## Variants (`--variant NAME`, several at once)\n\nWhile the portal runs (`--test-hooks`), `PUT /_test/variants {\"on\": [\"NAME\"]}` enables these and disables all others. `GET /openapi.json` describes the API with those that are enabled,\nas does `vandan mock portal --openapi --variant NAME`.\n\n| variant | what the portal does differently |\n|---|---|\n",
    );
    for variant in Variant::ALL {
        line(&mut page, &format!("| `{}` | {} |", variant.name(), cell(variant.description())));
    }
    page.push_str("\n## Noise (`--noise PROFILE`, several at once)\n\nThe fault of a request is a function of the seed and the number of the request; a dropped callback, of the seed and its subject; the error of a clock, of the\nseed and the elapsed time. `PUT /_test/noise {\"profile\": \"NAME\", \"seed\": 7}` (or a list of names) enables it while the portal runs (`--test-hooks`), `null` disables it.\n\n| profile | what happens to the portal |\n|---|---|\n");
    for noise in Noise::ALL {
        line(&mut page, &format!("| `{}` | {} |", noise.name(), cell(noise.description())));
    }
    page
}

/// A text as it may stand in a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn line(text: &mut String, line: &str) {
    // Writing into a String cannot fail.
    let _infallible: std::fmt::Result = writeln!(text, "{line}");
}

//! `vandan plan`: what a run would do, without sending anything.

use std::fmt::Write;

use model::Populace;
use model::words::{Channel, PaymentMethod, ReturnMethod};

use crate::args::PlanArgs;
use crate::compose::Composition;
use crate::console;
use crate::exit::{Exit, Failure};

pub(crate) fn plan(args: &PlanArgs, json: bool) -> Result<Exit, Failure> {
    let composed = Composition::of(args)?;
    let text = if json { composed.plan.to_json() } else { summary(&composed) };
    console::say(&text);
    Ok(Exit::Conforms)
}

/// A plan as people read it.
pub(crate) fn summary(composed: &Composition) -> String {
    let plan = &composed.plan;
    let mut text = String::new();
    // Writing into a String cannot fail.
    let mut line = |label: &str, value: String| {
        let _infallible: std::fmt::Result = writeln!(text, "  {label:<12} {value}");
    };
    line("dossiers", grouped(composed.population.count()));
    line("channels", shares(plan, "channel", Channel::ALL.iter().map(|word| word.as_str())));
    line("payment", shares(plan, "payment", PaymentMethod::ALL.iter().map(|word| word.as_str())));
    line("return", shares(plan, "return", ReturnMethod::ALL.iter().map(|word| word.as_str())));
    line("period", format!("{} to {}, played in {:.0} s", plan.from, plan.until, plan.wall_seconds));
    line("people", format!("{} units, {} clerks", composed.province.units().len(), composed.staff.len()));
    for edition in composed.province.editions() {
        line("catalogue", format!("{}: {}", edition.from, offered(edition)));
    }
    line("peak day", format!("{} dossiers on {}", grouped(plan.peak.day.dossiers), plan.peak.day.at));
    line("peak second", format!("{} dossiers in second {} of the run", plan.peak.second.dossiers, plan.peak.second.at));
    line("portal", format!("{} ({})", composed.adapter.name, composed.adapter.title));
    line("judged by", format!("{} rules, {} gates", composed.rules.rules().len(), composed.run.gates.len()));
    for journey in &composed.left_out {
        line("left out", journey.clone());
    }
    line("digest", plan.digest.clone());
    format!("{}\nseed {}\n\n{text}", composed.run.title, composed.seed.0)
}

/// `1,785 level2 + 243 level3 + 88 level4, 45 payable`.
fn offered(edition: &world::Edition) -> String {
    let composition = edition.composition();
    let parts = composition.iter().map(|(reach, offered)| format!("{} {reach}", grouped(offered.count)));
    let payable = composition.values().map(|offered| offered.payable).sum();
    format!("{}, {} payable", parts.collect::<Vec<_>>().join(" + "), grouped(payable))
}

fn shares<'a>(plan: &world::Plan, dimension: &str, words: impl Iterator<Item = &'a str>) -> String {
    let totals = plan.totals.get(dimension);
    let counts = words.filter_map(|word| Some(format!("{} {word}", grouped(*totals?.get(word)?))));
    counts.collect::<Vec<_>>().join(" + ")
}

/// `59,457`.
fn grouped(count: u32) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

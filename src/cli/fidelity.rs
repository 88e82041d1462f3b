//! `vandan fidelity`: everybody is generated and counted, and the counts laid beside what the document says. Nothing is sent.

use model::{Applicants, Comparison, Counted, Seed};
use report::{Agreement, FigureLine, Ink, Page, Standing, TargetLine, target_score, text};
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr as _;
use world::{CountedFigure, Fidelity, Figure, Population, Province, Reached, Realised, Scale, Share, Target};

use crate::args::FidelityArgs;
use crate::console;
use crate::exit::{Exit, Failure};
use crate::profiles::{self, Profile};
use crate::provinces::{Form, contradictions, facts, page, paper, say_json};

/// What is found out about one province.
struct Findings {
    population: Population,
    figures: Vec<FigureLine>,
    targets: Vec<TargetLine>,
    exit: Exit,
}

pub(crate) fn fidelity(args: &FidelityArgs) -> Result<Exit, Failure> {
    let (profile, targets) = profiles::read(&args.scenarios, |scenarios| {
        Ok((Profile::load(scenarios, &args.province)?, profiles::targets(scenarios)?))
    })?;
    let seed = args.seed.map_or(profile.seed, Seed);
    let scale = args.scale.unwrap_or(Scale::WHOLE);
    let population = Population::new(profile.province, seed, scale)
        .map_err(|error| Failure::new(Exit::InvalidConfiguration, format!("could not {error}")))?;
    let findings = examine(population, &targets);
    match Form::of(args.json) {
        Form::Json => say_json(&whole(&findings)),
        Form::Text => console::print(&sheet(&findings)),
    }
    Ok(findings.exit)
}

fn examine(population: Population, targets: &[Target]) -> Findings {
    let province = population.province();
    let counted = Fidelity::of(&population);
    let part = (population.count() != province.count())
        .then(|| format!("{} of {} dossiers are generated", population.count(), province.count()));
    let lines = province.figures().iter().zip(&counted.figures);
    let figures: Vec<_> = lines.map(|(figure, found)| line(figure, *found, part.as_deref())).collect();
    let targets = targets.iter().map(|target| asked(target, province, &counted)).collect();
    let misses = figures.iter().any(|figure| figure.agreement.is_mismatch());
    let exit = if misses { Exit::RuleFailed } else { Exit::Conforms };
    Findings { population, figures, targets, exit }
}

fn line(figure: &Figure, found: CountedFigure, part: Option<&str>) -> FigureLine {
    let agreement = match (found.comparison, part, &figure.realised) {
        (Some(_), Some(part), _) => Agreement::NotJudged(part.to_owned()),
        (Some(Comparison::Equal), None, _) => Agreement::Exact,
        (Some(Comparison::Within), None, _) => Agreement::WithinPrecision,
        (Some(Comparison::Outside), None, _) => Agreement::Differs,
        (Some(Comparison::NotCompared), None, _) => {
            Agreement::NotJudged("the document contradicts itself here".to_owned())
        }
        (None, _, Realised::Not(reason)) => Agreement::NotRealised(reason.clone()),
        (None, _, Realised::MeasuredBy(_)) => Agreement::NotRealised("shown by a recorded run only".to_owned()),
    };
    FigureLine {
        figure_id: figure.id.clone(),
        document: figure.stated.source.document.clone(),
        name: figure.name.clone(),
        scope: figure.scope.clone(),
        stated: figure.stated.value.value(),
        generated: found.generated.map(Counted::value),
        unit: figure.unit.clone(),
        precision: figure.stated.source.precision.as_str().to_owned(),
        agreement,
        quote: figure.stated.source.quote.clone(),
    }
}

fn asked(target: &Target, province: &Province, found: &Fidelity) -> TargetLine {
    let (counted, standing) = match target.ask(province, found) {
        Reached::Met(share) => (Some(share), Standing::Met),
        Reached::Missed(share) => (Some(share), Standing::Missed),
        Reached::NotShown(reason) => (None, Standing::NotShown(reason)),
    };
    let mut denominator = target.denominator.clone();
    if counted.is_some() && target.rests_on_the_document(province, found) {
        denominator.push_str(" (counted by the document, not generated)");
    }
    let is_bare_share = matches!(&target.share, Share::Figures { base, .. } if base.is_empty());
    let parts = |share: Counted| {
        let whole = (Counted::whole(share.part).value(), Counted::whole(share.base).value());
        if is_bare_share { (share.value(), 1.0) } else { whole }
    };
    TargetLine {
        target_id: target.id.clone(),
        title: target.title.clone(),
        title_vi: target.title_vi.clone(),
        document: target.document.file.clone(),
        figure: target.figure.clone(),
        denominator,
        comparison: target.bound.as_str().to_owned(),
        value: target.value.value(),
        counted: counted.map(parts),
        standing,
    }
}

fn sheet(findings: &Findings) -> String {
    let province = findings.population.province();
    let mut page = page();
    page.paragraph("", Ink::Strong, province.title());
    page.paragraph(
        "",
        Ink::Plain,
        &format!("{} · {} · seed {}", province.name(), facts(province), findings.population.seed().0),
    );
    page.paragraph("", Ink::Faint, &paper(province));
    page.gap();
    headline(&mut page, findings);
    figures(&mut page, &findings.figures);
    unrealised(&mut page, &findings.figures);
    contradictions(&mut page, province);
    targets(&mut page, &findings.targets);
    page.into_text()
}

fn headline(page: &mut Page, findings: &Findings) {
    let all = findings.figures.len() as u64;
    let count = |of: fn(&Agreement) -> bool| findings.figures.iter().filter(|line| of(&line.agreement)).count();
    let parts = [
        (count(|agreement| matches!(agreement, Agreement::Exact)), "with delta 0"),
        (count(|agreement| matches!(agreement, Agreement::WithinPrecision)), "within the precision stated"),
        (count(Agreement::is_mismatch), "not what the document says"),
        (count(|agreement| matches!(agreement, Agreement::NotJudged(_))), "not judged"),
        (count(|agreement| matches!(agreement, Agreement::NotRealised(_))), "not realised"),
    ];
    let parts: Vec<_> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
    let (mark, ink) = if findings.exit == Exit::Conforms { ("✓ ", Ink::Good) } else { ("✗ ", Ink::Bad) };
    page.paragraph(mark, ink, &format!("{}: {}", text::counted(all, "figure", "figures"), parts.join(", ")));
}

/// Less room than this beside the numbers, and the names stand below them.
const NARROWEST: usize = 22;

/// One line for each figure that is generated; its name stands last and is wrapped.
fn figures(page: &mut Page, lines: &[FigureLine]) {
    let lines: Vec<_> = lines.iter().filter(|line| line.generated.is_some()).collect();
    let widest = |title: &str, of: fn(&FigureLine) -> String| {
        lines.iter().map(|line| of(line).width()).chain([title.width()]).max().unwrap_or(0)
    };
    let id = widest("", |line| line.figure_id.clone());
    let stated = widest("document", said);
    let generated = widest("generated", FigureLine::generated_text);
    let delta = widest("delta", FigureLine::delta_text);
    page.heading("FIGURES", "");
    let row = |mark: &str, cells: [&str; 4]| {
        let [first, second, third, fourth] = cells;
        let cell = |text: &str, width: usize| format!("{}{text}", " ".repeat(width.saturating_sub(text.width())));
        let (second, third, fourth) = (cell(second, stated), cell(third, generated), cell(fourth, delta));
        format!("  {mark} {first:<id$}  {second}  {third}  {fourth}  ")
    };
    let head = row(" ", ["", "document", "generated", "delta"]);
    let is_narrow = head.width() + NARROWEST > usize::from(console::width());
    page.paragraph(&head, Ink::Faint, if is_narrow { "" } else { "figure" });
    for line in lines {
        let (mark, ink) = match &line.agreement {
            Agreement::Exact => ("✓", Ink::Plain),
            Agreement::WithinPrecision => ("≈", Ink::Plain),
            Agreement::Differs | Agreement::NotCounted(_) => ("✗", Ink::Bad),
            Agreement::NotJudged(_) | Agreement::NotRealised(_) => ("–", Ink::Faint),
        };
        let cells = [&line.figure_id, &said(line), &line.generated_text(), &line.delta_text()];
        let lead = row(mark, cells.map(String::as_str));
        page.paragraph(&lead, ink, &if is_narrow { String::new() } else { about(line) });
        if is_narrow {
            page.paragraph("      ", ink, &about(line));
        }
    }
}

/// The stated number, with the sign of its precision.
fn said(line: &FigureLine) -> String {
    let sign = match line.precision.as_str() {
        "rounded" | "about" => "≈ ",
        "at_least" => "≥ ",
        "more_than" => "> ",
        "less_than" => "< ",
        _ => "",
    };
    format!("{sign}{}", line.stated_text())
}

fn about(line: &FigureLine) -> String {
    format!("{}, {}", line.name.replace('_', " "), line.scope)
}

fn unrealised(page: &mut Page, lines: &[FigureLine]) {
    let lines: Vec<_> = lines.iter().filter(|line| line.generated.is_none()).collect();
    if lines.is_empty() {
        return;
    }
    page.heading("NOT REALISED", "");
    for line in lines {
        let lead = format!("  – {}  ", line.figure_id);
        let unit = if line.unit.starts_with("share") { String::new() } else { format!(" {}", line.unit) };
        page.paragraph(
            &lead,
            Ink::Faint,
            &format!("{}{unit}, {}: {}", said(line), about(line), line.agreement.reason()),
        );
    }
}

fn targets(page: &mut Page, lines: &[TargetLine]) {
    page.heading("TARGETS", &format!("{} (of provinces; they change no exit code)", target_score(lines)));
    for line in lines.iter().filter(|line| line.is_shown()) {
        let counts = line.counts();
        let counts = if counts.is_empty() { counts } else { format!(" ({counts})") };
        let ink = if line.standing == Standing::Missed { Ink::Doubtful } else { Ink::Plain };
        let lead = format!("  {} ", line.standing.mark());
        page.paragraph(&lead, ink, &format!("{}: {}{counts}, {} asked", line.title, line.found(), line.asked()));
        page.paragraph("    ", Ink::Faint, &format!("{} · 100 %: {}", stated_by(line), line.denominator));
    }
    for line in lines.iter().filter(|line| !line.is_shown()) {
        let said = format!("{}, {} asked ({}): {}", line.title, line.asked(), stated_by(line), line.standing.reason());
        page.paragraph("  – ", Ink::Faint, &said);
    }
}

/// The figure that states a target, else its document.
fn stated_by(line: &TargetLine) -> &str {
    line.figure.as_deref().unwrap_or(&line.document)
}

fn whole(findings: &Findings) -> Value {
    let province = findings.population.province();
    let figure = |line: &FigureLine| {
        json!({
            "id": line.figure_id,
            "name": line.name,
            "scope": line.scope,
            "unit": line.unit,
            "precision": line.precision,
            "document": line.stated,
            "generated": line.generated,
            "delta": line.delta(),
            "verdict": line.agreement.as_str().replace(' ', "_"),
            "reason": line.agreement.reason(),
        })
    };
    let target = |line: &TargetLine| {
        json!({
            "id": line.target_id,
            "figure": line.figure,
            "title": line.title,
            "title_vi": line.title_vi,
            "denominator": line.denominator,
            "asked": line.asked(),
            "part": line.counted.map(|(part, _)| part),
            "base": line.counted.map(|(_, base)| base),
            "verdict": line.standing.as_str().replace(' ', "_"),
            "reason": line.standing.reason(),
        })
    };
    json!({
        "schema": "vandan-fidelity/1",
        "profile": province.name(),
        "seed": findings.population.seed().0,
        "dossiers": findings.population.count(),
        "holds": findings.exit == Exit::Conforms,
        "figures": findings.figures.iter().map(figure).collect::<Vec<_>>(),
        "targets": findings.targets.iter().map(target).collect::<Vec<_>>(),
    })
}

//! `vandan fidelity`: everybody is generated and counted, and the counts laid beside what the document says. Nothing is sent.

use model::{Applicants, Counted, FigureRow, Placed, Precision, Seed, TargetRow};
use report::{Agreement, FigureLine, Ink, Page, Standing, TargetLine, target_score, text};
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr as _;
use world::{CountedFigure, Fidelity, Population, Province, Reached, Scale, Share, Target};

use crate::args::FidelityArgs;
use crate::exit::{Exit, Failure};
use crate::load::{self, Played};
use crate::provinces::{Form, contradictions, facts, paper, say_json};
use crate::{console, problems};

/// What is found out about one province.
struct Findings {
    population: Population,
    figures: Vec<FigureLine>,
    targets: Vec<TargetLine>,
    exit: Exit,
}

pub(crate) fn fidelity(args: &FidelityArgs) -> Result<Exit, Failure> {
    let (played, targets) = problems::read(&args.scenarios, |scenarios| {
        Ok((Played::load(scenarios, &Placed::option("PROVINCE", &args.province))?, load::targets(scenarios)?))
    })?;
    let seed = args.seed.map_or(played.seed, Seed);
    let scale = args.scale.unwrap_or(Scale::WHOLE);
    let population = Population::new(played.province, seed, scale)
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
    let lines = world::figure_rows(province).into_iter().zip(&counted.figures);
    let figures: Vec<_> = lines.map(|(figure, found)| line(figure, *found, part.as_deref())).collect();
    let rows = targets.iter().zip(world::target_rows(targets, province));
    let targets = rows.map(|target| asked(target, province, &counted)).collect();
    let misses = figures.iter().any(|figure| figure.agreement.is_mismatch());
    let exit = if misses { Exit::RuleFailed } else { Exit::Conforms };
    Findings { population, figures, targets, exit }
}

fn line(figure: FigureRow, found: CountedFigure, part: Option<&str>) -> FigureLine {
    let agreement = match (found.comparison, part) {
        (Some(_), Some(part)) => Agreement::NotJudged(part.to_owned()),
        (Some(comparison), None) => comparison.into(),
        (None, _) => {
            let reason = figure.not_reproducible.as_deref().unwrap_or("shown by a recorded run only");
            Agreement::NotReproducible(reason.to_owned())
        }
    };
    FigureLine { figure, generated: found.generated, agreement }
}

fn asked((target, row): (&Target, TargetRow), province: &Province, found: &Fidelity) -> TargetLine {
    let (counted, standing) = match target.ask(province, found) {
        Reached::Met(share) => (Some(share), Standing::Met),
        Reached::Missed(share) => (Some(share), Standing::Missed),
        Reached::NotMeasured(reason) => (None, Standing::NotMeasured(reason)),
    };
    let mut denominator = row.denominator;
    if counted.is_some() && target.rests_on_the_document(province, found) {
        denominator.push_str(" (counted by the document, not generated)");
    }
    let has_counts = !matches!(&target.share, Share::Figures { base, .. } if base.is_empty());
    TargetLine { target: TargetRow { denominator, ..row }, counted, has_counts, standing }
}

fn sheet(findings: &Findings) -> String {
    let province = findings.population.province();
    let mut page = console::page();
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
        (count(|agreement| matches!(agreement, Agreement::NotReproducible(_))), "not reproducible"),
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
    let id = widest("", |line| line.figure.id.clone());
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
            Agreement::NotJudged(_) | Agreement::NotReproducible(_) => ("–", Ink::Faint),
        };
        let cells = [&line.figure.id, &said(line), &line.generated_text(), &line.delta_text()];
        let lead = row(mark, cells.map(String::as_str));
        page.paragraph(&lead, ink, &if is_narrow { String::new() } else { line.about() });
        if is_narrow {
            page.paragraph("      ", ink, &line.about());
        }
    }
}

/// The stated number, with the sign of its precision.
fn said(line: &FigureLine) -> String {
    let sign = match line.figure.precision {
        Precision::Rounded | Precision::About => "≈ ",
        Precision::AtLeast => "≥ ",
        Precision::MoreThan => "> ",
        Precision::LessThan => "< ",
        Precision::Exact | Precision::Truncated | Precision::Inconsistent => "",
    };
    format!("{sign}{}", line.stated_text())
}

fn unrealised(page: &mut Page, lines: &[FigureLine]) {
    let lines: Vec<_> = lines.iter().filter(|line| line.generated.is_none()).collect();
    if lines.is_empty() {
        return;
    }
    page.heading("NOT REPRODUCIBLE", "");
    for line in lines {
        let lead = format!("  – {}  ", line.figure.id);
        let unit = if line.is_share() { String::new() } else { format!(" {}", line.figure.unit) };
        page.paragraph(
            &lead,
            Ink::Faint,
            &format!("{}{unit}, {}: {}", said(line), line.about(), line.agreement.reason()),
        );
    }
}

fn targets(page: &mut Page, lines: &[TargetLine]) {
    page.heading(
        "TARGETS",
        &format!("{} (targets describe the province; they never affect the verdict)", target_score(lines)),
    );
    for line in lines.iter().filter(|line| line.is_shown()) {
        let counts = line.counts();
        let counts = if counts.is_empty() { counts } else { format!(" ({counts})") };
        let ink = if line.standing == Standing::Missed { Ink::Doubtful } else { Ink::Plain };
        let lead = format!("  {} ", line.standing.mark());
        page.paragraph(&lead, ink, &format!("{}: {}{counts}, {} asked", line.target.title, line.found(), line.asked()));
        page.paragraph("    ", Ink::Faint, &format!("{} · 100 %: {}", stated_by(line), line.target.denominator));
    }
    for line in lines.iter().filter(|line| !line.is_shown()) {
        let said =
            format!("{}, {} asked ({}): {}", line.target.title, line.asked(), stated_by(line), line.standing.reason());
        page.paragraph("  – ", Ink::Faint, &said);
    }
}

/// The figure that states a target, else its document.
fn stated_by(line: &TargetLine) -> &str {
    line.target.figure.as_deref().unwrap_or(&line.target.document)
}

fn whole(findings: &Findings) -> Value {
    let province = findings.population.province();
    let figure = |line: &FigureLine| {
        json!({
            "id": line.figure.id,
            "name": line.figure.name,
            "scope": line.figure.scope,
            "unit": line.figure.unit,
            "precision": line.figure.precision.as_str(),
            "document": line.figure.stated.value(),
            "generated": line.generated.map(Counted::value),
            "delta": line.delta(),
            "verdict": line.agreement.as_str().replace(' ', "_"),
            "reason": line.agreement.reason(),
        })
    };
    let target = |line: &TargetLine| {
        json!({
            "id": line.target.id,
            "figure": line.target.figure,
            "title": line.target.title,
            "title_vi": line.target.title_vi,
            "denominator": line.target.denominator,
            "asked": line.asked(),
            "part": line.counted.map(|counted| counted.part),
            "base": line.counted.map(|counted| counted.base),
            "verdict": line.standing.as_str().replace(' ', "_"),
            "reason": line.standing.reason(),
        })
    };
    json!({
        "schema": "vandan-fidelity/1",
        "province": province.name(),
        "seed": findings.population.seed().0,
        "dossiers": findings.population.count(),
        "holds": findings.exit == Exit::Conforms,
        "figures": findings.figures.iter().map(figure).collect::<Vec<_>>(),
        "targets": findings.targets.iter().map(target).collect::<Vec<_>>(),
    })
}

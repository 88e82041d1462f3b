//! Where the portal is and which HTTP it is asked by: as the command line says, and otherwise the run file.

use engine::{BaseUrl, HttpVersion};
use model::{Fields, Node};
use report::Page;

use crate::args::RunArgs;
use crate::exit::{Exit, Failure};
use crate::run_file::RunFile;

/// The key `target` of a run file: one address, or a list. None: the bundled portal.
pub(crate) fn read(fields: &Fields<'_>) -> Option<Vec<BaseUrl>> {
    let url = |node: &Node<'_>| {
        node.parsed(|text| BaseUrl::parse(text).map_err(|error| format!("`{text}` is no address: {}", error.why)))
    };
    match fields.get("target") {
        None => Some(Vec::new()),
        Some(node) if node.is_list() => match fields.list("target", url)? {
            targets if targets.is_empty() => node.refuse("no address is named", "leave it out, or name one"),
            targets => Some(targets),
        },
        Some(node) => Some(vec![url(&node)?]),
    }
}

/// Reads `auto`, `1.1` or `2`.
pub(crate) fn http(text: &str) -> Result<HttpVersion, String> {
    let known = HttpVersion::NAMES.iter().find(|(name, _)| *name == text);
    known.map(|(_, version)| *version).ok_or_else(|| format!("`{text}` is no version of HTTP (write auto, 1.1 or 2)"))
}

/// Gives a run the addresses and the HTTP of the command line, where that names any. The bundled portal is asked by HTTP/1.1.
///
/// # Errors
/// An address that is none, and an option that has no meaning where the portal is.
pub(crate) fn set(args: &RunArgs, run: &mut RunFile) -> Result<(), Failure> {
    let wrong = |message: String| Failure::new(Exit::InvalidConfiguration, format!("could not {message}"));
    if !args.target.is_empty() {
        let targets = args.target.iter().map(|url| BaseUrl::parse(url)).collect::<Result<_, _>>();
        run.targets = targets.map_err(|error| wrong(error.to_string()))?;
    }
    let (tls, portal) = (&args.tls, &args.portal);
    let outside = [
        ("--bank", args.bank.is_some()),
        ("--post", args.post.is_some()),
        ("--http", args.http.is_some_and(|http| http != HttpVersion::Auto)),
        ("--ca", tls.ca.is_some()),
        ("--client-cert", tls.client_cert.is_some()),
        ("--insecure", tls.insecure),
    ];
    let inside = [
        ("--defect", !portal.defect.is_empty()),
        ("--variant", !portal.variant.is_empty()),
        ("--noise", !portal.noise.is_empty()),
    ];
    let given =
        |options: &[(&'static str, bool)]| options.iter().find(|(_, is_given)| *is_given).map(|(name, _)| *name);
    let refused = if run.targets.is_empty() {
        given(&outside).map(|option| format!("take {option}: no --target names a portal that it is for"))
    } else {
        given(&inside).map(|option| format!("take {option}: it is for the bundled portal, and `target` names another"))
    };
    if let Some(message) = refused {
        return Err(wrong(message));
    }
    run.http = if run.targets.is_empty() { HttpVersion::Auto } else { args.http.unwrap_or(run.http) };
    Ok(())
}

/// As a line of the plan, if the portal is not the bundled one.
pub(crate) fn tell(page: &mut Page, run: &RunFile) {
    if !run.targets.is_empty() {
        let http = if run.http == HttpVersion::Auto { String::new() } else { format!(", HTTP/{} only", run.http) };
        page.line("target", &format!("{}{http}", all(&run.targets)));
    }
}

/// All addresses, separated by `, `.
pub(crate) fn all(targets: &[BaseUrl]) -> String {
    targets.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

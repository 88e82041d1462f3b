//! The scenario files: those embedded in the binary, and those on disk, which win.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};
use model::{Placed, Problem, Problems, one_of};

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/scenarios");

/// Files may be this large; a larger one is surely a mistake.
const LARGEST_FILE: u64 = 4 << 20;

/// A scenario file.
#[derive(Clone, Debug)]
pub(crate) struct ScenarioFile {
    /// What the user sees.
    pub(crate) shown: String,
    pub(crate) text: String,
    /// Whether it stands in the place of a shipped file and is not the same.
    pub(crate) replaces: bool,
}

/// All scenario files there are.
pub(crate) struct Scenarios {
    /// By path below `scenarios/`, with `/`.
    files: BTreeMap<String, ScenarioFile>,
    /// Every file read so far, to show its lines in messages.
    read: Vec<ScenarioFile>,
}

impl Scenarios {
    /// The embedded files, overlaid with those below `folder`, if it exists.
    pub(crate) fn gather(folder: &Path) -> Result<Self, Problems> {
        let mut files = BTreeMap::new();
        embedded(&EMBEDDED, &mut files);
        let mut problems = Problems::default();
        if folder.is_dir() {
            on_disk(folder, folder, &mut files, &mut problems);
        } else if folder != Path::new("scenarios") {
            problems.push(Problem::new(
                &folder.display().to_string(),
                "there is no such folder",
                "name a folder with --scenarios",
            ));
        }
        problems.or(Self { files, read: Vec::new() })
    }

    /// The file that is meant by a path on disk, or by a name within `kind` (`runs`, `provinces`, ...). What is wrong with it
    /// is said where it is named.
    pub(crate) fn find(&mut self, kind: &str, named: &Placed) -> Result<ScenarioFile, Problems> {
        let name = &named.text;
        let is_path =
            name.contains(['/', '\\']) || Path::new(name).extension().is_some_and(|end| end == "yaml" || end == "yml");
        let file = if is_path {
            let fault = |problem: Problem| named.problem(format!("{name}: {}", problem.message), problem.remedy);
            read(Path::new(name), name).map_err(fault)?
        } else {
            let known = self.files.get(&format!("{kind}/{name}.yaml")).cloned();
            known.ok_or_else(|| self.missing(kind, named))?
        };
        self.read.push(file.clone());
        Ok(file)
    }

    /// Whether there is a file of this kind and name.
    pub(crate) fn knows(&self, kind: &str, name: &str) -> bool {
        self.files.contains_key(&format!("{kind}/{name}.yaml"))
    }

    /// All files below a folder with this extension, in order of their paths.
    pub(crate) fn all(&mut self, kind: &str, extension: &str) -> Vec<ScenarioFile> {
        let prefix = format!("{kind}/");
        let is_meant =
            |path: &str| path.starts_with(&prefix) && Path::new(path).extension().is_some_and(|end| end == extension);
        let found: Vec<_> =
            self.files.iter().filter(|(path, _)| is_meant(path)).map(|(_, file)| file.clone()).collect();
        self.read.extend(found.iter().cloned());
        found
    }

    /// The names of all files of a kind, in order.
    pub(crate) fn names(&self, kind: &str) -> Vec<String> {
        let prefix = format!("{kind}/");
        let names = self.files.keys().filter_map(|path| path.strip_prefix(&prefix)?.strip_suffix(".yaml"));
        names.map(str::to_owned).collect()
    }

    /// The text of a file read before, by the name the user sees.
    pub(crate) fn text_of(&self, shown: &str) -> Option<&str> {
        self.read.iter().find(|file| file.shown == shown).map(|file| file.text.as_str())
    }

    fn missing(&self, kind: &str, named: &Placed) -> Problem {
        let mut remedy = format!("{}; or name a .yaml file", one_of(&named.text, &self.names(kind)));
        let countries = self.names("countries");
        if kind == "runs" && !countries.is_empty() {
            remedy = format!("{remedy}; countries, which can be planned: {}", countries.join(", "));
        }
        named.problem(format!("there is no `{}` in scenarios/{kind}", named.text), remedy)
    }
}

fn embedded(folder: &Dir<'static>, files: &mut BTreeMap<String, ScenarioFile>) {
    for file in folder.files() {
        if let (Some(path), Some(text)) = (file.path().to_str(), file.contents_utf8()) {
            let path = path.replace('\\', "/");
            files.insert(
                path.clone(),
                ScenarioFile { shown: format!("scenarios/{path}"), text: text.to_owned(), replaces: false },
            );
        }
    }
    for inner in folder.dirs() {
        embedded(inner, files);
    }
}

fn on_disk(root: &Path, folder: &Path, files: &mut BTreeMap<String, ScenarioFile>, problems: &mut Problems) {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            let message = format!("could not be listed: {error}");
            return problems.push(Problem::new(&folder.display().to_string(), message, ""));
        }
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let is_scenario = path.extension().is_some_and(|end| end == "yaml" || end == "sql" || end == "txt");
        if path.is_dir() {
            on_disk(root, &path, files, problems);
        } else if is_scenario {
            let below = path.strip_prefix(root).unwrap_or(&path).display().to_string().replace('\\', "/");
            match read(&path, &path.display().to_string()) {
                Ok(mut file) => {
                    file.replaces = files.get(&below).is_some_and(|shipped| shipped.text != file.text);
                    files.insert(below, file);
                }
                Err(found) => problems.push(found),
            }
        }
    }
}

fn read(path: &Path, shown: &str) -> Result<ScenarioFile, Problem> {
    let facts = std::fs::metadata(path);
    // To open a pipe would be to wait for its other end.
    if facts.as_ref().is_ok_and(|facts| !facts.is_file()) {
        return Err(Problem::new(shown, "this is not a file", "name a scenario file"));
    }
    if facts.is_ok_and(|facts| facts.len() > LARGEST_FILE) {
        return Err(Problem::new(shown, "the file is larger than 4 MiB", "name a scenario file"));
    }
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(ScenarioFile { shown: shown.to_owned(), text, replaces: false }),
        Err(error) => Err(Problem::new(shown, format!("could not be read: {error}"), "")),
    }
}

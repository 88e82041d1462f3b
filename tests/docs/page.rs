//! A page of documentation, taken apart.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::support::root;

/// A page as it is on disk.
pub(crate) struct Page {
    /// From the root of the repository.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// A fenced block: what stands behind its first fence, and its content.
pub(crate) struct Block {
    pub(crate) language: String,
    pub(crate) text: String,
}

impl Page {
    /// The page `docs/<name>.md`.
    pub(crate) fn read(name: &str) -> Self {
        Self::at(&format!("docs/{name}.md"))
    }

    pub(crate) fn at(path: &str) -> Self {
        let text = std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        Self { path: path.to_owned(), text }
    }

    pub(crate) fn folder(&self) -> PathBuf {
        root().join(&self.path).parent().unwrap().to_owned()
    }

    /// Its fenced blocks, in order.
    pub(crate) fn blocks(&self) -> Vec<Block> {
        let mut blocks: Vec<Block> = Vec::new();
        let mut is_open = false;
        for line in self.text.lines() {
            match (line.strip_prefix("```"), is_open) {
                (Some(language), false) => {
                    blocks.push(Block { language: language.to_owned(), text: String::new() });
                    is_open = true;
                }
                (Some(_), true) => is_open = false,
                (None, true) => {
                    let block = blocks.last_mut().unwrap();
                    block.text.push_str(line);
                    block.text.push('\n');
                }
                (None, false) => {}
            }
        }
        blocks
    }

    /// The example that it opens with.
    pub(crate) fn example(&self) -> String {
        self.blocks().swap_remove(0).text
    }

    /// What stands in the first column of the tables below each heading, by the heading without its backticks.
    pub(crate) fn tables(&self) -> BTreeMap<String, Vec<String>> {
        let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut heading = String::new();
        for line in self.text.lines() {
            if line.starts_with('#') {
                line.trim_start_matches('#').trim().replace('`', "").clone_into(&mut heading);
            } else if let Some(cell) = line.strip_prefix("| ").and_then(|row| row.split(" |").next()) {
                tables.entry(heading.clone()).or_default().extend(quoted(cell));
            }
        }
        tables
    }

    /// Where its relative links lead, without anchors.
    pub(crate) fn links(&self) -> Vec<String> {
        let targets = self.text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let local =
            targets.filter(|target| !target.contains("://") && !target.starts_with('#') && !target.contains(' '));
        local.map(|target| target.split('#').next().unwrap().to_owned()).collect()
    }
}

/// The words of a text that stand between backticks.
fn quoted(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

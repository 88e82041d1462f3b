//! Running the binary, and looking at what it leaves.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Mutex;

use rusqlite::{Connection, OpenFlags};

/// Runs at once: they mostly wait.
const AT_ONCE: usize = 3;

/// A folder that a test may fill, with `results/` in it, and the binary started there.
pub(crate) struct Desk {
    folder: tempfile::TempDir,
}

/// Portal, bank and post, started together; they do not outlive their test, whatever happens.
pub(crate) struct Country {
    child: Child,
    pub(crate) portal: String,
    pub(crate) bank: String,
    pub(crate) post: String,
}

impl Country {
    /// A country that knows the tiny run, with further arguments.
    pub(crate) fn start(desk: &Desk, more: &[&str]) -> Self {
        let tiny = tiny();
        let mut args = vec!["mock", "country", "--run", tiny.as_str(), "--test-hooks"];
        args.extend(more);
        let mut child = desk.command(&args).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let said: Vec<String> = lines.map(Result::unwrap).take_while(|line| !line.is_empty()).collect();
        let address = |place: usize| said[place].split_whitespace().nth(1).unwrap().to_owned();
        Self { child, portal: address(0), bank: address(1), post: address(2) }
    }

    /// The number of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Country {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// What a command came to.
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// The run file of the tests: 3,082 dossiers of Điện Biên, of which a test plays a part.
pub(crate) fn tiny() -> String {
    root().join("tests/data/tiny.yaml").display().to_string()
}

pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Plays every one of these, some at once, and gathers what is wrong.
pub(crate) fn each<T: Copy + Send>(all: &[T], play: impl Fn(T) -> Result<(), String> + Sync) {
    let waiting = Mutex::new(all.to_vec());
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let next = waiting.lock().unwrap().pop();
                    let Some(next) = next else { return };
                    if let Err(complaint) = play(next) {
                        wrong.lock().unwrap().push(complaint);
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file, folders included.
    pub(crate) fn put(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vandan"));
        command.args(args).current_dir(self.path()).env("NO_COLOR", "1").env("COLUMNS", "100").stdin(Stdio::null());
        command
    }

    pub(crate) fn vandan(&self, args: &[&str]) -> Said {
        self.command(args).output().unwrap().into()
    }

    /// Plays a twelfth of the tiny run, with further arguments.
    pub(crate) fn play(&self, more: &[&str]) -> Said {
        let tiny = tiny();
        let mut args = vec!["run", tiny.as_str(), "--scale", "1/12"];
        args.extend(more);
        self.vandan(&args)
    }

    /// Plays a twenty-fourth of the tiny run, quickly.
    pub(crate) fn play_little(&self, more: &[&str]) -> Said {
        let tiny = tiny();
        let mut args = vec!["run", tiny.as_str(), "--scale", "1/24", "--length", "4 s"];
        args.extend(more);
        self.vandan(&args)
    }

    /// The text of a file in the latest results.
    pub(crate) fn latest(&self, file: &str) -> String {
        std::fs::read_to_string(self.path().join("results/latest").join(file)).unwrap()
    }

    /// One number out of the latest history.
    pub(crate) fn count(&self, sql: &str) -> i64 {
        let path = self.path().join("results/latest/history.sqlite");
        let history = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        history.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// The rules with this verdict in the latest results.
    pub(crate) fn rules(&self, verdict: &str) -> Vec<String> {
        self.of_rules(verdict, "id")
    }

    /// Why rules have this verdict in the latest results.
    pub(crate) fn reasons(&self, verdict: &str) -> Vec<String> {
        self.of_rules(verdict, "reason")
    }

    fn of_rules(&self, verdict: &str, field: &str) -> Vec<String> {
        let verdicts: serde_json::Value = serde_json::from_str(&self.latest("verdicts.json")).unwrap();
        let rules = verdicts["rules"].as_array().unwrap();
        let chosen = rules.iter().filter(|rule| rule["verdict"] == verdict);
        chosen.map(|rule| rule[field].as_str().unwrap().to_owned()).collect()
    }
}

/// Each paragraph as one line, however wide the terminal was.
fn unwrapped(text: &str) -> String {
    let line = |paragraph: &str| paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
    text.split("\n\n").map(line).collect::<Vec<_>>().join("\n")
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: unwrapped(&String::from_utf8_lossy(&output.stderr)),
        }
    }
}

impl Said {
    /// Checks the exit code, showing everything that was said where it differs.
    #[track_caller]
    pub(crate) fn ends_with(&self, code: i32) -> &Self {
        assert_eq!(self.code, code, "\n--- out ---\n{}\n--- err ---\n{}", self.out, self.err);
        self
    }
}

//! The results folder of a run: made before anything is sent, never overwritten.

use std::path::{Path, PathBuf};

use crate::exit::{Exit, Failure};

/// `results/<run>-<time>/`.
pub(crate) struct Results {
    pub(crate) id: String,
    pub(crate) folder: PathBuf,
}

impl Results {
    /// What a run that begins now is called, unless another is.
    pub(crate) fn first_id(run: &str, started: &jiff::Timestamp) -> String {
        format!("{run}-{}", started.strftime("%Y%m%d-%H%M%S"))
    }

    /// Makes the folder of a new run and lets `latest` point to it.
    pub(crate) fn create(parent: &Path, run: &str, started: &jiff::Timestamp) -> Result<Self, Failure> {
        let unwritable = |path: &Path, error: std::io::Error| {
            Failure::new(
                Exit::InvalidRun,
                format!(
                    "could not write results into {}: {error} (choose another folder with --results)",
                    path.display()
                ),
            )
        };
        std::fs::create_dir_all(parent).map_err(|error| unwritable(parent, error))?;
        let first = Self::first_id(run, started);
        for attempt in 0..100 {
            let id = if attempt == 0 { first.clone() } else { format!("{first}-{attempt}") };
            let folder = parent.join(&id);
            match std::fs::create_dir(&folder) {
                Ok(()) => {
                    point_latest(parent, &id);
                    return Ok(Self { id, folder });
                }
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(unwritable(&folder, error)),
            }
        }
        Err(Failure::run(format!("could not find a free name for the results in {}", parent.display())))
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    /// Writes a file of the folder.
    pub(crate) fn write(&self, file: &str, text: &str) -> Result<(), Failure> {
        write(&self.path(file), text)
    }
}

/// Writes a file, whole or not at all.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let unfinished = path.with_extension("unfinished");
    std::fs::write(&unfinished, text)
        .and_then(|()| std::fs::rename(&unfinished, path))
        .map_err(|error| Failure::run(format!("could not write {}: {error} (is the disk full?)", path.display())))
}

/// The link is a convenience: where links cannot be made, there is none.
fn point_latest(parent: &Path, id: &str) {
    let link = parent.join("latest");
    #[cfg(unix)]
    {
        let fresh = parent.join(format!(".latest-{id}"));
        let pointed = std::os::unix::fs::symlink(id, &fresh).and_then(|()| std::fs::rename(&fresh, &link));
        if pointed.is_err() {
            // Left from a failed rename; not finding it is fine.
            let _absent: std::io::Result<()> = std::fs::remove_file(&fresh);
        }
    }
    #[cfg(not(unix))]
    let _unused = (link, id);
}

//! What is kept of the messages that were read, so that an event is opened, a text read and a pile counted once: the files
//! in `.flywheel/feedback/kept/`, and the themes beside them.
//!
//! Everything here can be made again. Files appear whole, are checked when they are read, and two processes may write
//! them at once: what one of them wrote is there, and where two files do not belong together they are made again.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};

use flywheel_text::gist::{FILES, Gists, Kept};
use flywheel_text::insights::{Counted, Insights, Placed};
use flywheel_text::mood::taught::Taught;
use flywheel_text::shelf::Shelves;
use flywheel_text::themes::ThemeState;

use super::opened::version;
use super::told::Told;
use crate::{Failure, file};

const THEMES: &str = "themes.json";
const PLACED: &str = "placed.bin";
const COUNTED: &str = "counted.bin";
const TAUGHT: &str = "taught.bin";
/// What was said in the files of the table: those that are there for long, and those that came since.
const OPENED: [&str; 2] = ["opened.bin", "opened-later.bin"];
const KEPT: &str = "kept";
const REPORTS: &str = "reports.json";
const LOCK: &str = "lock";
const FORGOTTEN: &str = "forgotten";

/// What is made of messages and thrown away when a person is erased; of the themes the numbers that are taken stay.
const MADE: [&str; 4] = ["index", "indexed.json", "meanings", KEPT];

/// The folder of what is made of the messages, at a moment before they are read.
#[derive(Debug, Clone)]
pub(super) struct KeptFolder {
    folder: PathBuf,
    /// How often it was forgotten until then: what is read before a person is erased must not be written after.
    forgotten: u64,
}

impl KeptFolder {
    /// The folder now; to be taken before the messages are read.
    pub fn now(folder: PathBuf) -> Self {
        Self { forgotten: forgotten(&folder), folder }
    }

    /// What was said in the files of the table that were opened.
    pub fn opened(&self) -> Shelves {
        Shelves::of(OPENED.map(|name| self.bytes(name)), version())
    }

    /// Keeps what was said in the files of the table: `wanted` are all that there are, `made` those that were opened now.
    pub fn keep_opened(
        &self,
        kept: &Shelves,
        wanted: &[u128],
        made: &[(u128, Vec<u8>)],
    ) -> Result<(), Failure> {
        self.keep_both(OPENED, kept.after(wanted, made, <[u8]>::len))
    }

    /// What is kept of the texts.
    pub fn texts(&self) -> Kept {
        Kept::of(FILES.map(|name| self.bytes(name)))
    }

    /// The themes so far.
    pub fn themes(&self) -> KeptThemes {
        KeptThemes {
            state: fs::read(self.folder.join(THEMES)).unwrap_or_default(),
            placed: self.bytes(PLACED),
        }
    }

    /// Keeps what was read of the texts.
    pub fn keep_texts(&self, kept: &Kept, gists: &Gists) -> Result<(), Failure> {
        self.keep_both(FILES, kept.after(gists))
    }

    /// What the ratings taught; none where there is no such file or it is damaged.
    pub fn taught(&self) -> Option<Taught> {
        Taught::kept(&self.bytes(TAUGHT))
    }

    /// Keeps what the ratings taught, where that is new.
    pub fn keep_taught(&self, taught: Option<&Taught>) -> Result<(), Failure> {
        let Some(bytes) = taught.map(Taught::bytes) else { return Ok(()) };
        self.keep(|folder| file::write(&folder.join(KEPT).join(TAUGHT), &bytes))
    }

    /// What was counted over the messages; none where there is no such file or it is damaged.
    pub fn counted(&self) -> Option<Counted> {
        Counted::kept(&self.bytes(COUNTED))
    }

    /// Keeps what was counted over the messages, where that is to be written.
    pub fn keep_counted(&self, counted: Option<&Counted>) -> Result<(), Failure> {
        let Some(bytes) = counted.map(Counted::bytes) else { return Ok(()) };
        self.keep(|folder| file::write(&folder.join(KEPT).join(COUNTED), &bytes))
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.folder.join(KEPT).join(name)).unwrap_or_default()
    }

    /// Writes of two files those that shall hold something else, and removes one that shall hold nothing.
    fn keep_both(&self, names: [&str; 2], files: [Option<Vec<u8>>; 2]) -> Result<(), Failure> {
        if files.iter().all(Option::is_none) {
            return Ok(());
        }
        self.keep(|folder| {
            for (name, bytes) in names.iter().zip(&files) {
                let path = folder.join(KEPT).join(name);
                match bytes {
                    None => {}
                    Some(bytes) if bytes.is_empty() => remove(&path)?,
                    Some(bytes) => file::write(&path, bytes)?,
                }
            }
            Ok(())
        })
    }

    /// The reports that were told last; none where there is no such file or it is damaged.
    pub fn reports(&self) -> Vec<Told> {
        file::read_json(&self.folder.join(KEPT).join(REPORTS)).ok().flatten().unwrap_or_default()
    }

    /// Keeps the reports that were told last.
    pub fn keep_reports(&self, reports: &[Told]) -> Result<(), Failure> {
        self.keep(|folder| file::write_json(&folder.join(KEPT).join(REPORTS), &reports))
    }

    /// Keeps the themes, and which texts they have.
    pub fn keep_themes(&self, before: &KeptThemes, read: &Insights, encoder: &str) -> Result<(), Failure> {
        let Some(placed) = &read.placed else { return Ok(()) };
        let state = match &read.state {
            None => None,
            Some(state) => Some(serde_json::to_vec(state).map_err(|error| Failure::broken(THEMES, error))?),
        };
        let placed = placed.bytes(state.as_ref().unwrap_or(&before.state), encoder);
        self.keep(|folder| {
            if let Some(state) = &state {
                file::write(&folder.join(THEMES), state)?;
            }
            file::write(&folder.join(KEPT).join(PLACED), &placed)
        })
    }

    /// Throws away what was made of messages of a person who was erased in the meantime; whether that was so.
    pub fn forget_erased(&self) -> Result<bool, Failure> {
        let _turn = turn(&self.folder)?;
        let erased = forgotten(&self.folder) != self.forgotten;
        if erased {
            throw_away(&self.folder)?;
        }
        Ok(erased)
    }

    /// Writes in a turn of its own, unless a person was erased in the meantime.
    pub fn keep(&self, write: impl FnOnce(&Path) -> Result<(), Failure>) -> Result<(), Failure> {
        let _turn = turn(&self.folder)?;
        if forgotten(&self.folder) == self.forgotten { write(&self.folder) } else { Ok(()) }
    }
}

/// The themes as they are kept: their state, and which texts they have.
#[derive(Debug, Clone, Default, Hash)]
pub(super) struct KeptThemes {
    state: Vec<u8>,
    placed: Vec<u8>,
}

impl KeptThemes {
    /// The themes so far; none where there is no such file or it is damaged.
    pub fn state(&self) -> Option<ThemeState> {
        serde_json::from_slice(&self.state).ok()
    }

    /// Which texts they have, where they were made with this encoder (empty without one).
    pub fn placed(&self, encoder: &str) -> Option<Placed> {
        Placed::of(&self.placed, &self.state, encoder)
    }
}

/// Throws away what was made of the messages, and what another process is about to make of those that it has read.
pub(super) fn forget(folder: &Path) -> Result<(), Failure> {
    // Also where there is nothing yet: whoever reads the messages for the first time must not keep them afterwards.
    let _turn = turn(folder)?;
    file::write(&folder.join(FORGOTTEN), (forgotten(folder) + 1).to_string().as_bytes())?;
    throw_away(folder)
}

/// Removes what is made of messages. A theme's words may be a person's and go; its number is never another theme's,
/// since what people decided goes by it.
fn throw_away(folder: &Path) -> Result<(), Failure> {
    MADE.iter().try_for_each(|name| remove(&folder.join(name)))?;
    let path = folder.join(THEMES);
    let state = fs::read(&path).ok().and_then(|bytes| serde_json::from_slice::<ThemeState>(&bytes).ok());
    match state {
        Some(state) => file::write_json(&path, &state.without_themes()),
        None => remove(&path),
    }
}

/// How often the folder was forgotten.
fn forgotten(folder: &Path) -> u64 {
    let text = fs::read_to_string(folder.join(FORGOTTEN));
    text.ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0)
}

/// The turn to write in the folder, which ends when it is dropped.
pub(super) fn turn(folder: &Path) -> Result<File, Failure> {
    let path = folder.join(LOCK);
    let taken = fs::create_dir_all(folder).and_then(|()| {
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path)?;
        match file.lock() {
            // Some file systems have no locks; what is written there is checked all the same.
            Err(error) if error.kind() != std::io::ErrorKind::Unsupported => Err(error),
            _ => Ok(file),
        }
    });
    taken.map_err(|error| Failure::io(&path, &error))
}

fn remove(path: &Path) -> Result<(), Failure> {
    let gone = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match gone {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Failure::io(path, &error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn of_what_is_forgotten_the_numbers_of_the_themes_stay() {
        for (kept, left) in [
            (Some(json!({"next": 13, "layers": []}).to_string()), Some(json!({"next": 13, "layers": []}))),
            (Some("{\"next\": 13, \"layers\": [{\"qwyjibo".to_owned()), None),
            (None, None),
        ] {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join(THEMES);
            if let Some(kept) = &kept {
                fs::write(&path, kept).expect("written");
            }
            fs::create_dir_all(folder.path().join(KEPT)).expect("made");
            let before = KeptFolder::now(folder.path().to_owned());
            forget(folder.path()).expect("forgotten");
            let found: Option<Value> = file::read_json(&path).expect("read");
            assert_eq!(found, left, "{kept:?}");
            assert!(!folder.path().join(KEPT).exists());
            assert!(before.forget_erased().expect("forgotten"), "what was read before is not kept");
            assert_eq!(file::read_json::<Value>(&path).expect("read"), left, "{kept:?}");
        }
    }

    #[test]
    fn a_first_reading_keeps_nothing_of_who_was_erased_meanwhile() {
        let root = tempfile::tempdir().expect("a folder");
        let folder = root.path().join("feedback");
        let before = KeptFolder::now(folder.clone());
        forget(&folder).expect("forgotten");
        before.keep_opened(&before.opened(), &[7], &[(7, b"qwyjibo".to_vec())]).expect("left as it is");
        assert!(!folder.join(KEPT).exists());
        let after = KeptFolder::now(folder.clone());
        after.keep_opened(&after.opened(), &[7], &[(7, b"more".to_vec())]).expect("kept");
        assert_eq!(after.opened().len(), 1);
    }
}

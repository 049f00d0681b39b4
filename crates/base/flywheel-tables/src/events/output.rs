//! Sorted rows on their way into files, cut into a new one where it is large enough and a person ends.

use std::path::PathBuf;

use datafusion::arrow::array::RecordBatch;
use tempfile::NamedTempFile;

use super::EventFile;
use super::file::{FileWriter, STAGING};
use super::row;
use super::shred::Shredded;
use crate::storage::StorageError;

/// How large files become.
#[derive(Debug, Clone, Copy)]
pub struct FileSize {
    /// Rows after which a file ends.
    pub rows: u64,
    /// Bytes after which a file ends.
    pub bytes: usize,
}

impl Default for FileSize {
    fn default() -> Self {
        Self { rows: 1 << 20, bytes: 128 << 20 }
    }
}

/// Files under way; holds one row group of one file.
pub(super) struct Output {
    folder: PathBuf,
    /// The names' beginning, which no other commit has.
    group: String,
    shredded: Shredded,
    steps: u64,
    size: FileSize,
    under_way: Option<(NamedTempFile, FileWriter<std::fs::File>)>,
    last_person: i64,
    done: Vec<(NamedTempFile, EventFile)>,
}

impl Output {
    /// Begins a group of files in a staging folder.
    pub fn new(folder: PathBuf, group: String, shredded: Shredded, steps: u64, size: FileSize) -> Self {
        Self {
            folder,
            group,
            shredded,
            steps,
            size,
            under_way: None,
            last_person: i64::MIN,
            done: Vec::new(),
        }
    }

    /// Writes rows that follow those before, in the schema of the shredded columns.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), StorageError> {
        let mut rest = batch.clone();
        while rest.num_rows() > 0 {
            if self.is_full() {
                // A person is not cut, unless there is more of them than two files hold.
                let persons = row::persons(&rest)?.values();
                let ends = persons.iter().position(|person| *person != self.last_person);
                let ends = ends.unwrap_or(rest.num_rows());
                if ends > 0 {
                    self.put(&rest.slice(0, ends))?;
                    rest = rest.slice(ends, rest.num_rows() - ends);
                }
                if rest.num_rows() > 0 || self.is_overfull() {
                    self.end()?;
                }
                continue;
            }
            // No file grows far past its size within one batch.
            let room = self.size.rows.saturating_sub(self.rows()).max(1);
            let take = rest.num_rows().min(usize::try_from(room).unwrap_or(usize::MAX));
            self.put(&rest.slice(0, take))?;
            rest = rest.slice(take, rest.num_rows() - take);
        }
        Ok(())
    }

    /// The files, staged, each with the name that it is to have.
    pub fn finish(mut self) -> Result<Vec<(NamedTempFile, EventFile)>, StorageError> {
        self.end()?;
        Ok(self.done)
    }

    fn rows(&self) -> u64 {
        self.under_way.as_ref().map_or(0, |(_, writer)| writer.rows())
    }

    fn is_full(&self) -> bool {
        let bytes = self.under_way.as_ref().map_or(0, |(_, writer)| writer.bytes());
        self.rows() >= self.size.rows || bytes >= self.size.bytes
    }

    fn is_overfull(&self) -> bool {
        let bytes = self.under_way.as_ref().map_or(0, |(_, writer)| writer.bytes());
        self.rows() >= self.size.rows.saturating_mul(2) || bytes >= self.size.bytes.saturating_mul(2)
    }

    fn put(&mut self, batch: &RecordBatch) -> Result<(), StorageError> {
        let (_, writer) = match &mut self.under_way {
            Some(under_way) => under_way,
            none => {
                std::fs::create_dir_all(&self.folder)?;
                let mut staged = tempfile::Builder::new();
                let staged = staged.prefix(STAGING).suffix(".parquet").tempfile_in(&self.folder)?;
                let writer = FileWriter::new(staged.reopen()?, &self.shredded)?;
                none.insert((staged, writer))
            }
        };
        writer.write(batch)?;
        self.last_person = row::persons(batch)?.values().last().copied().unwrap_or(self.last_person);
        Ok(())
    }

    fn end(&mut self) -> Result<(), StorageError> {
        if let Some((staged, writer)) = self.under_way.take() {
            let (facts, _) = writer.finish()?;
            let bytes = staged.as_file().metadata()?.len();
            let name = name(&self.group, self.done.len(), self.steps);
            self.done.push((staged, facts.file(name, bytes, self.steps)));
        }
        Ok(())
    }
}

/// `<group>.<part>.<lines of the merge log>.parquet`.
fn name(group: &str, part: usize, steps: u64) -> String {
    format!("{group}.{part:04}.{steps}.parquet")
}

/// The group of files that a name belongs to, and the lines of the merge log that it knows of.
pub(super) fn read_name(name: &str) -> (&str, u64) {
    let mut parts = name.rsplitn(4, '.');
    let (ending, steps, _, group) = (parts.next(), parts.next(), parts.next(), parts.next());
    match (ending, steps.and_then(|steps| steps.parse().ok()), group) {
        (Some("parquet"), Some(steps), Some(group)) => (group, steps),
        // Another program's file knows of no merge, and is a group of its own.
        _ => (name, 0),
    }
}

#[cfg(test)]
mod tests {
    use flywheel_people::Identity;

    use super::super::file::{read_events, whole_batch};
    use super::super::made::{event, many};
    use super::*;

    fn write(events: &[flywheel_people::Event], size: FileSize) -> Vec<(NamedTempFile, EventFile)> {
        let folder = tempfile::tempdir().expect("a folder");
        let identity = Identity::default();
        let rows = row::sorted(events, &identity);
        let shredded = Shredded::choose(rows.iter().map(|(_, event)| &event.properties));
        let schema = shredded.schema();
        let mut output =
            Output::new(folder.path().to_owned(), "c0000000001-ab".to_owned(), shredded.clone(), 7, size);
        for rows in rows.chunks(700) {
            output.write(&whole_batch(rows, &shredded, &schema).expect("a batch")).expect("written");
        }
        let files = output.finish().expect("finished");
        let read: Vec<_> =
            files.iter().flat_map(|(staged, _)| read_events(staged.path()).expect("read")).collect();
        assert_eq!(read, rows.iter().map(|(_, event)| (*event).clone()).collect::<Vec<_>>());
        files
    }

    #[test]
    fn files_are_cut_between_people() {
        let files = write(&many(0, 10_000), FileSize { rows: 1000, bytes: usize::MAX });
        assert!((5..=10).contains(&files.len()), "{}", files.len());
        for pair in files.windows(2) {
            assert!(pair[0].1.max_person < pair[1].1.min_person);
        }
        assert_eq!(files[1].1.path, "c0000000001-ab.0001.7.parquet");
        assert_eq!(read_name(&files[1].1.path), ("c0000000001-ab", 7));
        assert_eq!(read_name("part-00000-x.snappy.parquet"), ("part-00000-x.snappy.parquet", 0));
    }

    #[test]
    fn one_person_with_very_many_events_is_cut() {
        let events: Vec<_> = (0..10_000).map(|number| event(number, "a robot")).collect();
        let files = write(&events, FileSize { rows: 1000, bytes: usize::MAX });
        assert!(files.len() > 2, "{}", files.len());
        assert!(files.iter().all(|(_, file)| file.rows <= 2700));
    }
}

//! Every event that ever came in, by its uuid, exactly and for good: sorted runs on disk, nothing of size in memory.
//!
//! A run holds the mixed uuids of one commit, or of several that were merged, in order: `<first>-<last>.seen`,
//! named by the ordinals of its commits. It is written before its commit and counts only once the table says that its
//! last ordinal was committed, so that a crash in between leaves nothing behind that would refuse an event.
//! Uuids are mixed by XXH3 to 128 bits: two of ten billion events share a place with a probability below 10⁻¹⁸,
//! lookups find theirs in about one read, and what stays of an erased person is a number that tells nothing.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use uuid::Uuid;

use super::Snapshot;

/// What every run begins with; the count of its places, the checksum of everything behind, and its origin follow.
const MAGIC: &[u8; 8] = b"FLYSEEN1";

/// Bytes before the first place: the name, the count, the checksum, one for the origin, and three of nothing.
const HEAD: u64 = 24;

/// The origin of what was brought in, and of what was read from the table anew.
const COMMITTED: u8 = 0;
const REBUILT: u8 = 1;

/// Bytes of a place.
const PLACE: usize = 16;

/// A run remembers one place in so many, to know where to read.
const EVERY: usize = 4096;

/// Runs that small are read from end to end when many places are asked for.
const SMALL: u64 = 64 << 10;

/// Places read around a guess.
const AROUND: usize = 256;

/// Runs of one size class before they are merged.
const RUNS_AT_MOST: usize = 6;

/// The ending of a run's name.
const ENDING: &str = "seen";

/// A uuid's place: evenly spread, and nothing of the uuid can be told from it.
pub fn place(uuid: Uuid) -> u128 {
    xxhash_rust::xxh3::xxh3_128(uuid.as_bytes())
}

/// The folder of runs.
#[derive(Debug, Clone)]
pub struct Seen {
    folder: PathBuf,
}

/// One run, open: it can be read although a merge removed its name.
#[derive(Debug)]
pub struct Run {
    /// The first ordinal whose events it holds.
    pub first: u64,
    /// The last.
    pub last: u64,
    /// How many events.
    pub count: u64,
    /// The checksum by which the table names the commit; absent where several were merged, or the table was read anew.
    sum: Option<u32>,
    file: File,
    /// Every 4096th place.
    marks: Vec<u128>,
}

/// The runs of the commits up to an ordinal, and none besides.
#[derive(Debug, Clone, Default)]
pub struct Runs {
    runs: Vec<Arc<Run>>,
}

impl Seen {
    /// The runs in a folder, which the first write makes.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Opens the runs of the commits that a table holds; runs that `before` holds open are not opened anew.
    ///
    /// `None` as in [`Seen::upto`], and where the last run is not of the commit that the table names: whoever wrote it
    /// lost the race for its ordinal, to another machine or to a request of a dead process that arrived late.
    ///
    /// # Errors
    /// When the folder or a run cannot be read.
    pub fn at(&self, snapshot: &Snapshot, before: &Runs) -> io::Result<Option<Runs>> {
        let runs = self.upto(snapshot.ordinal, before)?;
        Ok(runs.filter(|runs| snapshot.seen_sum.is_none_or(|sum| runs.may_end_with(sum))))
    }

    /// Opens the runs of commits `1..=ordinal`; runs that `before` holds open are not opened anew.
    ///
    /// `None` when they do not add up to exactly these: a merge went past `ordinal` in the meantime
    /// (look for a newer ordinal), or files are missing ([`Seen::rebuild`]).
    ///
    /// # Errors
    /// When the folder or a run cannot be read.
    pub fn upto(&self, ordinal: u64, before: &Runs) -> io::Result<Option<Runs>> {
        let mut names = self.names()?;
        // Of runs that begin alike the longest within the ordinal counts: the others are what it was merged of.
        names.retain(|(_, last)| *last <= ordinal);
        names.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
        let mut runs = Vec::new();
        let mut next = 1;
        for (first, last) in names {
            if first > next {
                return Ok(None);
            }
            if first < next {
                continue;
            }
            let open = before.runs.iter().find(|run| (run.first, run.last) == (first, last));
            let run = match open {
                Some(run) => run.clone(),
                None => match Run::open(&self.path(first, last), first, last) {
                    Ok(run) => Arc::new(run),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                    Err(error) => return Err(error),
                },
            };
            next = last + 1;
            runs.push(run);
        }
        Ok((next == ordinal + 1).then_some(Runs { runs }))
    }

    /// Writes the run of one commit, in any order; replaces one of the same ordinal that was never committed.
    /// Gives its checksum, by which the table names it.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn write(&self, ordinal: u64, mut places: Vec<u128>) -> io::Result<u32> {
        fs::create_dir_all(&self.folder)?;
        places.sort_unstable();
        places.dedup();
        self.write_sorted((ordinal, ordinal), COMMITTED, places.len() as u64, places.into_iter().map(Ok))
    }

    /// Merges runs of committed ordinals where too many of one size lie next to each other; says whether any was merged.
    ///
    /// The merged run stands before the runs that it is made of are removed; whoever reads holds those open.
    /// Nothing past `settled` is merged, so that a reader of a somewhat older table still finds a boundary there.
    ///
    /// # Errors
    /// When the disk refuses, or a run's bytes are not what was written.
    pub fn merge(&self, settled: u64) -> io::Result<bool> {
        let Some(runs) = self.upto(settled, &Runs::default())? else { return Ok(false) };
        let Some(range) = worth_merging(&runs.runs) else {
            self.remove_merged(&runs)?;
            return Ok(false);
        };
        let parts = &runs.runs[range];
        let (first, last) = match (parts.first(), parts.last()) {
            (Some(first), Some(last)) => (first.first, last.last),
            _ => return Ok(false),
        };
        let readers = parts.iter().map(|run| run.places()).collect::<io::Result<Vec<_>>>()?;
        // Runs are disjoint, but one that was rebuilt may not be; the count is settled while merging.
        let upper = parts.iter().map(|run| run.count).sum();
        self.write_sorted((first, last), COMMITTED, upper, Merged::new(readers)?)?;
        if let Some(runs) = self.upto(settled, &runs)? {
            self.remove_merged(&runs)?;
        }
        Ok(true)
    }

    /// Replaces everything by one run of these places, for a folder that was lost.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn rebuild(&self, ordinal: u64, mut places: Vec<u128>) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        places.sort_unstable();
        places.dedup();
        let count = places.len() as u64;
        if ordinal > 0 {
            let places = places.into_iter().map(Ok);
            self.write_sorted((1, ordinal), REBUILT, count, places)?;
        }
        for (first, last) in self.names()? {
            if (first, last) != (1, ordinal) {
                fs::remove_file(self.path(first, last))?;
            }
        }
        Ok(())
    }

    fn path(&self, first: u64, last: u64) -> PathBuf {
        self.folder.join(format!("{first:010}-{last:010}.{ENDING}"))
    }

    fn names(&self) -> io::Result<Vec<(u64, u64)>> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut names = Vec::new();
        for entry in entries {
            let name = entry?.file_name();
            let ordinals = name.to_str().and_then(|name| name.strip_suffix(&format!(".{ENDING}")));
            let ordinals = ordinals.and_then(|name| name.split_once('-'));
            if let Some((first, last)) = ordinals
                && let (Ok(first), Ok(last)) = (first.parse(), last.parse())
            {
                names.push((first, last));
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    /// Removes runs that lie within one of these.
    fn remove_merged(&self, runs: &Runs) -> io::Result<()> {
        for (first, last) in self.names()? {
            let within = |run: &Arc<Run>| {
                run.first <= first && last <= run.last && (run.first, run.last) != (first, last)
            };
            if runs.runs.iter().any(within) {
                fs::remove_file(self.path(first, last))?;
            }
        }
        Ok(())
    }

    fn write_sorted(
        &self,
        (first, last): (u64, u64),
        origin: u8,
        upper: u64,
        places: impl Iterator<Item = io::Result<u128>>,
    ) -> io::Result<u32> {
        let staged = tempfile::Builder::new().prefix(".writing-").tempfile_in(&self.folder)?;
        let mut digest = crc32fast::Hasher::new();
        let mut count = 0_u64;
        let mut marks = Vec::with_capacity(usize::try_from(upper).unwrap_or(0) / EVERY + 1);
        let mut writer = BufWriter::with_capacity(1 << 20, staged.as_file());
        writer.write_all(&[0; HEAD as usize])?;
        let mut put = |writer: &mut BufWriter<&File>, place: u128| {
            let bytes = place.to_be_bytes();
            digest.update(&bytes);
            writer.write_all(&bytes)
        };
        for place in places {
            let place = place?;
            if count.is_multiple_of(EVERY as u64) {
                marks.push(place);
            }
            put(&mut writer, place)?;
            count += 1;
        }
        for mark in marks {
            put(&mut writer, mark)?;
        }
        writer.flush()?;
        drop(writer);
        let mut head = [0; HEAD as usize];
        head[..8].copy_from_slice(MAGIC);
        head[8..16].copy_from_slice(&count.to_le_bytes());
        let sum = digest.finalize();
        head[16..20].copy_from_slice(&sum.to_le_bytes());
        head[20] = origin;
        staged.as_file().write_all_at(&head, 0)?;
        staged.as_file().sync_all()?;
        staged.persist(self.path(first, last)).map_err(|error| error.error)?;
        File::open(&self.folder)?.sync_all()?;
        Ok(sum)
    }
}

impl Runs {
    /// How many events.
    pub fn count(&self) -> u64 {
        self.runs.iter().map(|run| run.count).sum()
    }

    /// The last ordinal; 0 when there is none.
    pub fn last(&self) -> u64 {
        self.runs.last().map_or(0, |run| run.last)
    }

    /// False when the last run is of one commit, and of another than the one with this checksum.
    fn may_end_with(&self, sum: u32) -> bool {
        self.runs.last().and_then(|run| run.sum).is_none_or(|own| own == sum)
    }

    /// Which of the places are known; only runs with ordinals past `after` are looked at.
    ///
    /// # Errors
    /// When a run cannot be read.
    pub fn known(&self, places: &[u128], after: u64) -> io::Result<HashSet<u128>> {
        let mut wanted: Vec<u128> = places.to_vec();
        wanted.sort_unstable();
        wanted.dedup();
        let mut known = HashSet::new();
        for run in self.runs.iter().filter(|run| run.last > after) {
            run.find(&wanted, &mut known)?;
        }
        Ok(known)
    }
}

impl Run {
    fn open(path: &Path, first: u64, last: u64) -> io::Result<Self> {
        let file = File::open(path)?;
        let damaged = || {
            let reason = format!("`{}` is not a whole list of seen events", path.display());
            io::Error::new(io::ErrorKind::InvalidData, reason)
        };
        let mut head = [0; HEAD as usize];
        file.read_exact_at(&mut head, 0).map_err(|_| damaged())?;
        let count = u64::from_le_bytes(head[8..16].try_into().unwrap_or_default());
        let sum = u32::from_le_bytes(head[16..20].try_into().unwrap_or_default());
        let sum = (first == last && head[20] == COMMITTED).then_some(sum);
        let marks = count.div_ceil(EVERY as u64);
        let expected = count.checked_add(marks).and_then(|places| places.checked_mul(PLACE as u64));
        let expected = expected.and_then(|bytes| bytes.checked_add(HEAD));
        if head[..8] != MAGIC[..] || expected != Some(file.metadata()?.len()) {
            return Err(damaged());
        }
        let mut bytes = vec![0; usize::try_from(marks).unwrap_or(0) * PLACE];
        file.read_exact_at(&mut bytes, HEAD + count * PLACE as u64)?;
        let marks = bytes.chunks_exact(PLACE).map(read_place).collect();
        Ok(Self { first, last, count, sum, file, marks })
    }

    /// Adds those of `wanted`, which are in order, that are here.
    fn find(&self, wanted: &[u128], known: &mut HashSet<u128>) -> io::Result<()> {
        if self.count == 0 || wanted.is_empty() {
            return Ok(());
        }
        if self.count <= SMALL || wanted.len() as u64 * 64 >= self.count {
            let mut places =
                self.stretch(0, usize::try_from(self.count).unwrap_or(0))?.into_iter().peekable();
            for want in wanted {
                while places.next_if(|place| place < want).is_some() {}
                if places.peek() == Some(want) {
                    known.insert(*want);
                }
            }
            return Ok(());
        }
        // The last stretch that was read serves the places next to it.
        let (mut at, mut stretch) = (0, Vec::new());
        for want in wanted {
            if self.holds(*want, &mut at, &mut stretch)? {
                known.insert(*want);
            }
        }
        Ok(())
    }

    fn holds(&self, want: u128, at: &mut usize, stretch: &mut Vec<u128>) -> io::Result<bool> {
        let block = self.marks.partition_point(|mark| *mark <= want);
        let Some(block) = block.checked_sub(1) else { return Ok(false) };
        let count = usize::try_from(self.count).unwrap_or(usize::MAX);
        let (mut low, mut high) = (block * EVERY, ((block + 1) * EVERY).min(count));
        let (bottom, top) = (self.marks[block], self.marks.get(block + 1).copied().unwrap_or(u128::MAX));
        let share = ((want - bottom) >> 64) as f64 / (((top - bottom) >> 64) as f64).max(1.0);
        let mut guess = low + (share * (high - low) as f64) as usize;
        // The places from `low` to `high` are those that `want` can be among.
        while low < high {
            let inside = !stretch.is_empty() && stretch[0] <= want && want <= stretch[stretch.len() - 1];
            if !inside {
                let start = guess.clamp(low, high - 1).saturating_sub(AROUND / 2).max(low);
                *at = start;
                *stretch = self.stretch(start, AROUND.min(high - start))?;
            }
            match (stretch.first(), stretch.last()) {
                (Some(first), _) if want < *first => high = *at,
                (_, Some(last)) if want > *last => low = *at + stretch.len(),
                _ => return Ok(stretch.binary_search(&want).is_ok()),
            }
            guess = low + (high - low) / 2;
        }
        Ok(false)
    }

    fn stretch(&self, start: usize, count: usize) -> io::Result<Vec<u128>> {
        let mut bytes = vec![0; count * PLACE];
        self.file.read_exact_at(&mut bytes, HEAD + (start * PLACE) as u64)?;
        Ok(bytes.chunks_exact(PLACE).map(read_place).collect())
    }

    /// Every place in order; the checksum is compared at the end.
    fn places(&self) -> io::Result<Places> {
        let mut reader = BufReader::with_capacity(1 << 20, self.file.try_clone()?);
        let mut head = [0; HEAD as usize];
        // A clone shares its position with the run's own file, which only ever reads at places it names.
        io::Seek::seek(&mut reader, io::SeekFrom::Start(0))?;
        reader.read_exact(&mut head)?;
        let sum = u32::from_le_bytes(head[16..20].try_into().unwrap_or_default());
        Ok(Places {
            reader,
            left: self.count,
            marks: self.marks.len(),
            digest: crc32fast::Hasher::new(),
            sum,
        })
    }
}

struct Places {
    reader: BufReader<File>,
    left: u64,
    marks: usize,
    digest: crc32fast::Hasher,
    sum: u32,
}

impl Places {
    fn next(&mut self) -> io::Result<Option<u128>> {
        let mut bytes = [0; PLACE];
        if self.left > 0 {
            self.left -= 1;
            self.reader.read_exact(&mut bytes)?;
            self.digest.update(&bytes);
            return Ok(Some(read_place(&bytes)));
        }
        for _ in 0..std::mem::take(&mut self.marks) {
            self.reader.read_exact(&mut bytes)?;
            self.digest.update(&bytes);
        }
        if self.digest.clone().finalize() == self.sum {
            Ok(None)
        } else {
            Err(io::Error::new(io::ErrorKind::InvalidData, "a list of seen events has changed on the disk"))
        }
    }
}

/// The places of several runs as one, each once.
struct Merged {
    parts: Vec<(Option<u128>, Places)>,
    last: Option<u128>,
}

impl Merged {
    fn new(parts: Vec<Places>) -> io::Result<Self> {
        let first = |mut places: Places| Ok((places.next()?, places));
        Ok(Self { parts: parts.into_iter().map(first).collect::<io::Result<_>>()?, last: None })
    }
}

impl Iterator for Merged {
    type Item = io::Result<u128>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let least =
                self.parts.iter_mut().filter(|(place, _)| place.is_some()).min_by_key(|(place, _)| *place);
            let (place, places) = least?;
            let taken = *place;
            match places.next() {
                Ok(next) => *place = next,
                Err(error) => return Some(Err(error)),
            }
            if taken != self.last {
                self.last = taken;
                return taken.map(Ok);
            }
        }
    }
}

/// Neighbouring runs of one size class that are too many; the oldest such.
fn worth_merging(runs: &[Arc<Run>]) -> Option<std::ops::Range<usize>> {
    // Each class holds eight times the one before; runs of the smallest are all alike.
    let class = |run: &Run| (run.count >> 12).checked_ilog2().map_or(0, |bits| bits / 3 + 1);
    let mut start = 0;
    for at in 1..=runs.len() {
        if at == runs.len() || class(&runs[at]) > class(&runs[start]) {
            // A larger run behind smaller ones takes them all in.
            if at < runs.len() {
                return Some(start..at + 1);
            }
            return (at - start >= RUNS_AT_MOST).then_some(start..at);
        }
        if class(&runs[at]) < class(&runs[start]) {
            if at - start >= RUNS_AT_MOST {
                return Some(start..at);
            }
            start = at;
        }
    }
    None
}

fn read_place(bytes: &[u8]) -> u128 {
    bytes.iter().fold(0, |place, byte| place << 8 | u128::from(*byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn places(range: std::ops::Range<u64>) -> Vec<u128> {
        range.map(|number| place(Uuid::from_u128(u128::from(number)))).collect()
    }

    fn runs(seen: &Seen, ordinal: u64) -> Runs {
        seen.upto(ordinal, &Runs::default()).expect("read").expect("complete")
    }

    #[test]
    fn a_large_run_finds_exactly_what_it_holds() {
        let folder = tempfile::tempdir().expect("a folder");
        let seen = Seen::new(folder.path());
        seen.write(1, places(0..300_000)).expect("written");
        let runs = runs(&seen, 1);
        assert_eq!(runs.count(), 300_000);
        let mine = places(100_000..101_000);
        assert_eq!(runs.known(&mine, 0).expect("read").len(), 1000);
        assert!(runs.known(&places(300_000..301_000), 0).expect("read").is_empty());
        // The outermost and the neighbours of places that are there.
        let mut all = places(0..300_000);
        all.sort_unstable();
        for place in [all[0], all[4095], all[4096], all[299_999]] {
            assert!(runs.known(&[place], 0).expect("read").contains(&place));
            for beside in [place.wrapping_sub(1), place.wrapping_add(1)] {
                assert!(runs.known(&[beside], 0).expect("read").is_empty());
            }
        }
        assert!(runs.known(&[0, u128::MAX], 0).expect("read").is_empty());
        assert!(runs.known(&mine, 1).expect("read").is_empty(), "only later runs were asked for");
    }

    #[test]
    fn a_run_that_lost_its_ordinal_is_not_taken_for_the_one_that_won() {
        let folder = tempfile::tempdir().expect("a folder");
        let seen = Seen::new(folder.path());
        let fits = |ordinal: u64, seen_sum: Option<u32>| {
            let table = Snapshot { ordinal, seen_sum, ..Snapshot::default() };
            seen.at(&table, &Runs::default()).expect("read").is_some()
        };
        let first = seen.write(1, places(0..10)).expect("written");
        let won = seen.write(2, places(10..20)).expect("written");
        assert!(fits(2, Some(won)));
        assert!(fits(2, None), "an older program wrote the table");
        seen.write(2, places(10..30)).expect("written, and never committed");
        assert!(!fits(2, Some(won)));
        assert!(fits(1, Some(first)));
        for ordinal in [2, 1] {
            // Some of what was committed may have been erased by then.
            seen.rebuild(ordinal, places(0..5)).expect("rebuilt");
            assert!(fits(ordinal, Some(won)), "what was read from the table is right");
        }
    }

    #[test]
    fn a_run_that_was_not_committed_counts_for_nothing_and_is_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let seen = Seen::new(folder.path());
        assert_eq!(runs(&seen, 0).count(), 0);
        seen.write(1, places(0..10)).expect("written");
        seen.write(2, places(10..20)).expect("written before its commit; then the process died");
        assert_eq!(runs(&seen, 1).count(), 10);
        seen.write(2, places(20..25)).expect("written again");
        assert_eq!(runs(&seen, 2).count(), 15);
        assert!(seen.upto(3, &Runs::default()).expect("read").is_none(), "a run is missing");
    }

    #[test]
    fn merges_keep_everything_and_few_runs() {
        let folder = tempfile::tempdir().expect("a folder");
        let seen = Seen::new(folder.path());
        for ordinal in 1..=200 {
            seen.write(ordinal, places(ordinal * 100..ordinal * 100 + 100)).expect("written");
            let before = runs(&seen, ordinal);
            while seen.merge(ordinal.saturating_sub(2)).expect("merged") {}
            assert_eq!(before.known(&places(100..200), 0).expect("held open").len(), 100);
            let after = runs(&seen, ordinal);
            assert_eq!(after.count(), ordinal * 100);
            assert!(after.runs.len() <= 24, "{} runs", after.runs.len());
        }
        let all = runs(&seen, 200);
        assert_eq!(all.known(&places(0..30_000), 0).expect("read").len(), 20_000);
        assert!(fs::read_dir(folder.path()).expect("listed").count() <= 24);
    }

    #[test]
    fn a_flipped_bit_stops_a_merge_and_a_cut_run_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let seen = Seen::new(folder.path());
        for ordinal in 1..=8 {
            seen.write(ordinal, places(ordinal * 10..ordinal * 10 + 10)).expect("written");
        }
        let path = seen.path(3, 3);
        let mut bytes = fs::read(&path).expect("read");
        bytes[40] ^= 1;
        fs::write(&path, &bytes).expect("written");
        assert_eq!(seen.merge(8).expect_err("damaged").kind(), io::ErrorKind::InvalidData);
        fs::write(&path, &bytes[..50]).expect("written");
        assert_eq!(seen.upto(8, &Runs::default()).expect_err("cut").kind(), io::ErrorKind::InvalidData);
        seen.rebuild(8, places(10..90)).expect("rebuilt");
        assert_eq!(runs(&seen, 8).count(), 80);
    }

    #[derive(Debug, Clone)]
    enum Deed {
        Commit(Vec<u64>),
        DieBeforeCommit(Vec<u64>),
        Merge,
        DieWhileMerging,
    }

    fn deed() -> impl Strategy<Value = Deed> {
        let batch = || prop::collection::vec(0_u64..400, 0..40);
        prop_oneof![
            4 => batch().prop_map(Deed::Commit),
            1 => batch().prop_map(Deed::DieBeforeCommit),
            2 => Just(Deed::Merge),
            1 => Just(Deed::DieWhileMerging),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn it_knows_what_a_set_knows(deeds in prop::collection::vec(deed(), 1..40)) {
            let folder = tempfile::tempdir().expect("a folder");
            let mut ordinal = 0;
            let mut known: HashSet<u64> = HashSet::new();
            for deed in deeds {
                // Every step opens the folder anew, as after a crash.
                let seen = Seen::new(folder.path());
                match deed {
                    Deed::Commit(batch) | Deed::DieBeforeCommit(batch) if batch.is_empty() => {}
                    Deed::Commit(batch) => {
                        let wanted: Vec<u128> = batch.iter().map(|id| place(Uuid::from_u128(u128::from(*id)))).collect();
                        let found = runs(&seen, ordinal).known(&wanted, 0).expect("read");
                        let fresh: HashSet<u64> = batch.iter().copied().filter(|id| !known.contains(id)).collect();
                        for (id, place) in batch.iter().zip(&wanted) {
                            prop_assert_eq!(found.contains(place), known.contains(id));
                        }
                        let new = fresh.iter().map(|id| place(Uuid::from_u128(u128::from(*id)))).collect();
                        seen.write(ordinal + 1, new).expect("written");
                        ordinal += 1;
                        known.extend(fresh);
                    }
                    Deed::DieBeforeCommit(batch) => {
                        let new = batch.iter().map(|id| place(Uuid::from_u128(u128::from(*id)))).collect();
                        seen.write(ordinal + 1, new).expect("written");
                    }
                    Deed::Merge => {
                        seen.merge(ordinal).expect("merged");
                    }
                    Deed::DieWhileMerging => {
                        // The merged run is there, and so is what it was made of.
                        let kept: Vec<(u64, u64)> = seen.names().expect("listed");
                        let copies: Vec<Vec<u8>> =
                            kept.iter().map(|(first, last)| fs::read(seen.path(*first, *last)).expect("read")).collect();
                        seen.merge(ordinal).expect("merged");
                        for ((first, last), copy) in kept.iter().zip(copies) {
                            fs::write(seen.path(*first, *last), copy).expect("back again");
                        }
                    }
                }
                prop_assert_eq!(runs(&Seen::new(folder.path()), ordinal).count(), known.len() as u64);
            }
        }
    }
}

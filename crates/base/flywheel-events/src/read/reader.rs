//! Reads a range of people out of files sorted by person and time, and shows every whole person to the folds.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use arrow::array::Array;
use flywheel_people::{Dictionary, Fold, NONE, Partial, person_of};
use tokio::runtime::Handle;

use super::batch::{Batch, Lack, LaneTables};
use super::file::{Fetched, Group, OpenFile, Piece};
use super::properties::{self, Found};
use super::rows::{Rows, SetRow, Values};
use super::show::Showing;
use super::source::Source;
use super::texts::Numbers;
use super::wanted::{Lane, Shown, Wanted};
use super::{Embedded, EventsView, PersonRange, ReadError};

/// What all readers of a request share.
#[derive(Debug)]
pub struct Shared {
    /// The files.
    pub view: EventsView,
    /// What the folds want.
    pub wanted: Wanted,
    /// People whose rows are set aside, ascending.
    pub aside: Arc<[i64]>,
    /// Whether a row that is set aside belongs to whom its distinct id says, rather than its person column.
    pub by_id: bool,
    /// Bytes that rows set aside may take, all readers together.
    pub aside_bytes: usize,
    /// Rows that are decoded at once.
    pub batch_rows: usize,
    /// Bytes that they take now.
    pub taken: AtomicUsize,
    /// True when nobody waits for the answer any more.
    pub stopped: AtomicBool,
}

impl Shared {
    /// What readers need to know to show these files to the folds.
    ///
    /// `aside` holds the people who are set aside, ascending; `by_id` says whether their rows belong to whom the distinct id says.
    ///
    /// # Errors
    /// A wrong condition.
    pub fn of(
        engine: Embedded,
        view: &EventsView,
        folds: &[Arc<dyn Fold>],
        aside: Arc<[i64]>,
        by_id: bool,
    ) -> Result<Self, ReadError> {
        let wanted = Wanted::of(folds.iter().map(AsRef::as_ref)).map_err(ReadError::Condition)?;
        Ok(Self {
            view: view.clone(),
            wanted,
            aside,
            by_id,
            aside_bytes: engine.aside_bytes,
            batch_rows: engine.batch_rows.max(1),
            taken: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
        })
    }
}

/// One range's reader, with one dictionary and one state of each fold.
pub struct Reader {
    shared: Arc<Shared>,
    dictionary: Dictionary,
    numbers: AllNumbers,
    lanes: Vec<LaneReader>,
}

/// What is known when a range is read.
pub struct Gathered {
    /// One state for each fold.
    pub states: Vec<Box<dyn Partial>>,
    /// One list of rows set aside for each fold.
    pub aside: Vec<Rows>,
    /// What their texts' numbers stand for.
    pub dictionary: Dictionary,
}

struct LaneReader {
    state: Box<dyn Partial>,
    tables: LaneTables,
    showing: Showing,
    aside: Rows,
    marks: Vec<u64>,
}

/// The reader's number for each value of the dictionary at hand, column by column.
struct AllNumbers {
    event: Numbers,
    distinct_id: Numbers,
    uuid: Numbers,
    texts: Vec<Numbers>,
    sets: Vec<(Numbers, Numbers)>,
}

/// What was read of `properties` for some rows of a batch.
struct Properties<'f> {
    /// Each row's place in `found`.
    places: Vec<u32>,
    found: &'f [Found],
}

impl Properties<'_> {
    fn of(&self, row: usize) -> Option<&Found> {
        self.found.get(*self.places.get(row)? as usize)
    }
}

impl Reader {
    /// A reader for these folds.
    pub fn new(shared: Arc<Shared>, folds: &[Arc<dyn Fold>]) -> Self {
        let wanted = &shared.wanted;
        let mut dictionary = Dictionary::default();
        let lanes = folds.iter().zip(&wanted.lanes).map(|(fold, lane)| LaneReader {
            state: fold.start(),
            tables: LaneTables::new(lane),
            showing: Showing::new(lane, &mut dictionary),
            aside: Rows::new(lane),
            marks: Vec::new(),
        });
        let lanes = lanes.collect();
        let numbers = AllNumbers {
            event: Numbers::default(),
            distinct_id: Numbers::default(),
            uuid: Numbers::default(),
            texts: wanted.texts.iter().map(|_| Numbers::default()).collect(),
            sets: wanted.person.iter().map(|_| Default::default()).collect(),
        };
        Self { shared, dictionary, numbers, lanes }
    }

    /// Reads everyone in the range. Blocks: `handle` fetches meanwhile.
    pub fn read(&mut self, handle: &Handle, range: PersonRange) -> Result<(), ReadError> {
        let shared = self.shared.clone();
        let mut sources = Source::all(&shared, range);
        loop {
            if shared.stopped.load(Ordering::Relaxed) {
                return Err(ReadError::Stopped);
            }
            let behind =
                sources.iter().enumerate().filter_map(|(at, source)| Some((source.whole_below()?, at)));
            let Some((_, behind)) = behind.min() else { break };
            if let Some((file, group, fetched)) = sources[behind].next(handle, &shared)? {
                let before = self.aside_bytes();
                let last = self.group(handle, &file, group, fetched, range, &mut sources[behind].rows)?;
                sources[behind].took(last);
                self.watch_aside(before)?;
            }
            let limit = sources
                .iter()
                .map(Source::whole_below)
                .min_by_key(|below| below.map_or((1, 0), |below| (0, below)));
            self.show(&mut sources, limit.flatten());
        }
        Ok(())
    }

    /// What became of it all.
    pub fn finish(self) -> Gathered {
        let (states, aside) = self.lanes.into_iter().map(|lane| (lane.state, lane.aside)).unzip();
        Gathered { states, aside, dictionary: self.dictionary }
    }

    fn aside_bytes(&self) -> usize {
        self.lanes.iter().map(|lane| lane.aside.bytes()).sum()
    }

    fn watch_aside(&self, before: usize) -> Result<(), ReadError> {
        let more = self.aside_bytes() - before;
        let taken = self.shared.taken.fetch_add(more, Ordering::Relaxed) + more;
        if taken > self.shared.aside_bytes {
            return Err(ReadError::AsideFull { bytes: self.shared.aside_bytes as u64 });
        }
        Ok(())
    }

    fn show(&mut self, sources: &mut [Source], limit: Option<i64>) {
        for (at, (reader, lane)) in self.lanes.iter_mut().zip(&self.shared.wanted.lanes).enumerate() {
            match sources {
                [source] => {
                    let rows = &mut source.rows[at];
                    let (done, sets) =
                        reader.showing.run(lane, rows, limit, &self.dictionary, reader.state.as_mut());
                    rows.forget(done, sets);
                }
                _ => {
                    let mut parts: Vec<&mut Rows> =
                        sources.iter_mut().map(|source| &mut source.rows[at]).collect();
                    let state = reader.state.as_mut();
                    reader.showing.run_merged(lane, &mut parts, limit, &self.dictionary, state);
                }
            }
        }
    }

    /// Takes a row group in, and says who its last person inside the range is.
    fn group(
        &mut self,
        handle: &Handle,
        file: &OpenFile,
        group: Group,
        fetched: Fetched,
        range: PersonRange,
        rows: &mut [Rows],
    ) -> Result<Option<i64>, ReadError> {
        let pieces = file.decode(group.at, fetched, range)?;
        let shared = self.shared.clone();
        let lacks: Vec<Lack> = shared.wanted.lanes.iter().map(|lane| Lack::of(lane, &file.layout)).collect();
        let mut last = None;
        if lacks.iter().all(|lack| lack.is_nothing()) {
            for piece in pieces {
                let piece = piece?;
                let batch = Batch::of(file, &piece)?;
                let inside = batch.inside(range.from, range.to);
                self.mark(&batch);
                last = inside.clone().next_back().map(|row| batch.persons[row]).or(last);
                self.take(&batch, inside, None, rows);
            }
            return Ok(last);
        }

        // Some rows' properties must be read: which, the other columns tell first.
        let pieces: Vec<Piece> = pieces.collect::<Result<_, _>>()?;
        let mut needed_rows: Vec<u32> = Vec::new();
        for piece in &pieces {
            let batch = Batch::of(file, piece)?;
            let inside = batch.inside(range.from, range.to);
            self.mark(&batch);
            let mut needed = vec![false; batch.persons.len()];
            for (reader, lack) in self.lanes.iter().zip(&lacks) {
                lack.choose(&batch, inside.clone(), &reader.marks, &mut needed);
            }
            needed_rows
                .extend((piece.first..).zip(&needed).filter(|(_, needed)| **needed).map(|(row, _)| row));
        }
        let mut found: Vec<Found> = Vec::with_capacity(needed_rows.len());
        if !needed_rows.is_empty() {
            handle.block_on(file.properties(group.at, &needed_rows, |json| {
                found.push(properties::find(&shared.wanted, json.unwrap_or_default()));
            }))?;
        }
        let mut next = 0;
        for piece in &pieces {
            let batch = Batch::of(file, piece)?;
            let inside = batch.inside(range.from, range.to);
            let end = piece.first + batch.persons.len() as u32;
            let mut places = vec![u32::MAX; batch.persons.len()];
            while let Some(row) = needed_rows.get(next).filter(|row| **row < end) {
                places[(row - piece.first) as usize] = next as u32;
                next += 1;
            }
            let properties = Properties { places, found: &found };
            self.mark(&batch);
            self.mark_by_properties(&batch, inside.clone(), &properties);
            last = inside.clone().next_back().map(|row| batch.persons[row]).or(last);
            self.take(&batch, inside, Some(&properties), rows);
        }
        Ok(last)
    }

    fn mark(&mut self, batch: &Batch<'_>) {
        for (reader, lane) in self.lanes.iter_mut().zip(&self.shared.wanted.lanes) {
            reader.tables.marks(lane, batch, &mut reader.marks);
        }
    }

    /// Takes away what the properties contradict.
    fn mark_by_properties(&mut self, batch: &Batch<'_>, inside: Range<usize>, properties: &Properties<'_>) {
        for (reader, lane) in self.lanes.iter_mut().zip(&self.shared.wanted.lanes) {
            for test in lane.tests.iter().filter(|test| batch.texts[test.text].is_none()) {
                for row in inside.clone() {
                    if reader.marks[row] & test.bits == 0 {
                        continue;
                    }
                    let text = properties.of(row).and_then(|found| found.texts[test.text].as_deref());
                    reader.marks[row] &= test.mask(text);
                }
            }
        }
    }

    /// Puts the rows that fit where they belong: to their person, or aside.
    fn take(
        &mut self,
        batch: &Batch<'_>,
        inside: Range<usize>,
        properties: Option<&Properties<'_>>,
        rows: &mut [Rows],
    ) {
        let parts = apart(batch.persons, inside, &self.shared.aside);
        let mut chosen: Vec<u32> = Vec::new();
        let mut whose: Vec<i64> = Vec::new();
        let shared = self.shared.clone();
        for (at, lane) in shared.wanted.lanes.iter().enumerate() {
            let mut taking = Taking {
                lane,
                batch,
                properties,
                wanted: &shared.wanted,
                numbers: &mut self.numbers,
                dictionary: &mut self.dictionary,
            };
            let reader = &mut self.lanes[at];
            for (range, is_aside) in &parts {
                let is_aside = *is_aside || lane.group.is_some();
                let to = if is_aside { &mut reader.aside } else { &mut rows[at] };
                choose(&reader.marks, range.clone(), &mut chosen);
                if let Some(group) = lane.group {
                    taking.of_group(group, &mut chosen, &mut whose);
                    to.persons.extend_from_slice(&whose);
                } else if is_aside && shared.by_id {
                    to.persons.extend(chosen.iter().map(|row| taking.by_id(*row as usize)));
                } else {
                    to.persons.extend(chosen.iter().map(|row| batch.persons[*row as usize]));
                }
                taking.rows(&reader.marks, &chosen, to);
                if !lane.person.is_empty() {
                    taking.sets(range.clone(), is_aside && shared.by_id, to);
                }
            }
        }
    }
}

/// Turns rows of a batch into rows of a lane.
struct Taking<'t, 'b> {
    lane: &'t Lane,
    wanted: &'t Wanted,
    batch: &'t Batch<'b>,
    properties: Option<&'t Properties<'t>>,
    numbers: &'t mut AllNumbers,
    dictionary: &'t mut Dictionary,
}

impl Taking<'_, '_> {
    fn found(&self, row: usize) -> Option<&Found> {
        self.properties.and_then(|properties| properties.of(row))
    }

    fn by_id(&self, row: usize) -> i64 {
        let id = self.batch.distinct_id.as_ref().and_then(|ids| ids.text(row));
        id.map_or(self.batch.persons[row], person_of)
    }

    fn group_of(&self, group: usize, row: usize) -> Option<i64> {
        self.found(row).and_then(|found| found.groups[group].as_deref()).map(person_of)
    }

    /// Keeps the rows that name a group, and says which.
    fn of_group(&self, group: usize, chosen: &mut Vec<u32>, whose: &mut Vec<i64>) {
        whose.clear();
        chosen.retain(|row| match self.group_of(group, *row as usize) {
            Some(key) => {
                whose.push(key);
                true
            }
            None => false,
        });
    }

    fn rows(&mut self, marks: &[u64], chosen: &[u32], to: &mut Rows) {
        let batch = self.batch;
        to.times.extend(chosen.iter().map(|row| batch.times[*row as usize]));
        to.marks.extend(chosen.iter().map(|row| marks[*row as usize]));
        for (shown, values) in self.lane.columns.iter().zip(&mut to.columns) {
            let numbers = &mut *self.numbers;
            let dictionary = &mut *self.dictionary;
            let found = |row: &u32| self.properties.and_then(|properties| properties.of(*row as usize));
            match (shown, values) {
                (Shown::Event, Values::Text(to)) => numbers.event.push(&batch.event, chosen, dictionary, to),
                (Shown::DistinctId, Values::Text(to)) => match &batch.distinct_id {
                    Some(texts) => numbers.distinct_id.push(texts, chosen, dictionary, to),
                    None => to.extend(chosen.iter().map(|_| NONE)),
                },
                (Shown::Uuid, Values::Text(to)) => match &batch.uuid {
                    Some(texts) => numbers.uuid.push(texts, chosen, dictionary, to),
                    None => to.extend(chosen.iter().map(|_| NONE)),
                },
                (Shown::Text(at), Values::Text(to)) => match &batch.texts[*at] {
                    Some(texts) => numbers.texts[*at].push(texts, chosen, dictionary, to),
                    None => to.extend(chosen.iter().map(|row| {
                        let text = found(row).and_then(|found| found.texts[*at].as_deref());
                        text.map_or(NONE, |text| dictionary.number(text))
                    })),
                },
                (Shown::Number(at), Values::Number(to)) => match batch.numbers[*at] {
                    Some(array) => to.extend(chosen.iter().map(|row| {
                        let row = *row as usize;
                        if array.is_valid(row) { array.value(row) } else { f64::NAN }
                    })),
                    None => to.extend(
                        chosen
                            .iter()
                            .map(|row| found(row).and_then(|found| found.numbers[*at]).unwrap_or(f64::NAN)),
                    ),
                },
                // The person's own are filled in when the person is whole.
                _ => {}
            }
        }
    }

    /// Notes what the rows say about their people.
    fn sets(&mut self, range: Range<usize>, by_id: bool, to: &mut Rows) {
        let batch = self.batch;
        batch.for_each_set(range, |row| {
            let person = match self.lane.group {
                Some(group) => self.group_of(group, row),
                None if by_id => Some(self.by_id(row)),
                None => Some(batch.persons[row]),
            };
            let Some(person) = person else { return };
            let time = batch.times[row];
            for property in &self.lane.person {
                let number = self.wanted.person_numbers[*property];
                match &batch.sets[*property] {
                    Some((set, once)) => {
                        for (texts, once) in [(set, false), (once, true)] {
                            let Some(text) = texts.text(row) else { continue };
                            let number = if number { number_of(text) } else { f64::NAN };
                            let (sets, onces) = &mut self.numbers.sets[*property];
                            let known = if once { onces } else { sets };
                            let text = known.one(texts, row, self.dictionary);
                            to.sets.push(SetRow {
                                person,
                                time,
                                property: *property as u32,
                                once,
                                text,
                                number,
                            });
                        }
                    }
                    None => {
                        let found = self.properties.and_then(|properties| properties.of(row));
                        let sets = found.map_or(&[][..], |found| &found.sets);
                        for set in sets.iter().filter(|set| set.property == *property) {
                            let text = set.text.as_deref().map_or(NONE, |text| self.dictionary.number(text));
                            let number = set.number.unwrap_or(f64::NAN);
                            let (property, once) = (*property as u32, set.once);
                            to.sets.push(SetRow { person, time, property, once, text, number });
                        }
                    }
                }
            }
        });
    }
}

/// A person's property as a number; a column holds texts and numbers only, so that no truth value can be meant.
fn number_of(text: &str) -> f64 {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite()).unwrap_or(f64::NAN)
}

/// Splits rows into runs that go to their person and runs that go aside.
fn apart(persons: &[i64], rows: Range<usize>, aside: &[i64]) -> Vec<(Range<usize>, bool)> {
    let mut parts = Vec::new();
    let mut at = rows.start;
    if !rows.is_empty() {
        let (first, last) = (persons[rows.start], persons[rows.end - 1]);
        let people = &aside[aside.partition_point(|person| *person < first)..];
        for person in people.iter().take_while(|person| **person <= last) {
            let start = at + persons[at..rows.end].partition_point(|other| other < person);
            let end = start + persons[start..rows.end].partition_point(|other| other <= person);
            if end > start {
                if start > at {
                    parts.push((at..start, false));
                }
                parts.push((start..end, true));
                at = end;
            }
        }
    }
    if at < rows.end {
        parts.push((at..rows.end, false));
    }
    parts
}

/// The rows of the range whose mark is not 0.
fn choose(marks: &[u64], range: Range<usize>, chosen: &mut Vec<u32>) {
    chosen.resize(range.len(), 0);
    let mut count = 0;
    for row in range {
        // Without a branch: what is not chosen is written over.
        chosen[count] = row as u32;
        count += usize::from(marks[row] != 0);
    }
    chosen.truncate(count);
}

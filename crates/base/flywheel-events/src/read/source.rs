//! Files whose people do not overlap, read one after the other as if they were one.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use super::file::{Fetched, Group, OpenFile, broken};
use super::reader::Shared;
use super::rows::Rows;
use super::{PersonRange, ReadError};
use crate::EventFile;

type Opened = (Arc<OpenFile>, VecDeque<Group>);
type Next = (Arc<OpenFile>, Group, JoinHandle<Result<Fetched, ReadError>>);

/// A chain of files, and the rows read of it whose person may still go on.
#[derive(Debug)]
pub struct Source {
    /// What was read and not yet shown, one list for each lane.
    pub rows: Vec<Rows>,
    range: PersonRange,
    files: VecDeque<EventFile>,
    open: Option<Opened>,
    next: Option<Next>,
    below: Option<i64>,
}

impl Source {
    /// As few chains as hold every file that has people of the range.
    pub fn all(shared: &Shared, range: PersonRange) -> Vec<Self> {
        let is_wanted =
            |file: &&EventFile| range.touches(file) && !shared.wanted.is_beside(file.min_time, file.max_time);
        let mut files: Vec<&EventFile> = shared.view.files.iter().filter(is_wanted).collect();
        files.sort_by_key(|file| (file.min_person, file.max_person));
        let mut chains: Vec<(i64, VecDeque<EventFile>)> = Vec::new();
        for file in files {
            match chains.iter_mut().find(|(last, _)| *last <= file.min_person) {
                Some((last, chain)) => {
                    *last = file.max_person;
                    chain.push_back(file.clone());
                }
                None => chains.push((file.max_person, VecDeque::from([file.clone()]))),
            }
        }
        let chain = |(_, files): (i64, VecDeque<EventFile>)| {
            let below = files.front().map(|file| file.min_person.max(range.from));
            let rows = shared.wanted.lanes.iter().map(Rows::new).collect();
            Self { rows, range, files, open: None, next: None, below }
        };
        chains.into_iter().map(chain).collect()
    }

    /// Everyone below is whole as far as this chain goes; absent when it has ended.
    pub fn whole_below(&self) -> Option<i64> {
        self.below
    }

    /// The next row group, fetched; the one after it is being fetched meanwhile.
    pub fn next(
        &mut self,
        handle: &Handle,
        shared: &Shared,
    ) -> Result<Option<(Arc<OpenFile>, Group, Fetched)>, ReadError> {
        if self.next.is_none() {
            self.next = self.begin(handle, shared)?;
        }
        let Some((file, group, fetching)) = self.next.take() else {
            self.below = None;
            return Ok(None);
        };
        let fetched = handle.block_on(fetching).map_err(|error| broken(&file.name(), &error))??;
        self.next = self.begin(handle, shared)?;
        Ok(Some((file, group, fetched)))
    }

    /// Notes who came last in the row group that was taken.
    pub fn took(&mut self, last: Option<i64>) {
        self.below = match &self.next {
            None => None,
            Some(_) => last.or(self.below),
        };
    }

    fn begin(&mut self, handle: &Handle, shared: &Shared) -> Result<Option<Next>, ReadError> {
        loop {
            if let Some((file, groups)) = &mut self.open {
                while let Some(group) = groups.pop_front() {
                    let is_inside =
                        group.last >= self.range.from && self.range.to.is_none_or(|to| group.first < to);
                    if is_inside {
                        let fetching = handle.spawn(file.clone().fetch(group.at));
                        return Ok(Some((file.clone(), group, fetching)));
                    }
                }
            }
            let Some(file) = self.files.pop_front() else {
                self.open = None;
                return Ok(None);
            };
            let opening = OpenFile::open(shared, &file);
            let opened = handle.block_on(opening)?;
            let groups = opened.groups.iter().copied().collect();
            self.open = Some((Arc::new(opened), groups));
        }
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        if let Some((_, _, fetching)) = &self.next {
            fetching.abort();
        }
    }
}

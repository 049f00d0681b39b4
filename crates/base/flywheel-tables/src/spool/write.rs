//! Writes a spool from a thread of its own, many records to one trip to the disk.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use super::{HEADER, LARGEST, MARK, RECORD_HEAD, checksum, segment_path, segments};

/// A trip to the disk takes at most about so many bytes along.
const GROUP_BYTES: usize = 8 << 20;

/// How a spool is written.
#[derive(Debug, Clone, Copy)]
pub struct SpoolOptions {
    /// A segment that has grown past so many bytes is followed by a new one.
    pub segment_bytes: u64,
    /// Messages that may wait for the disk before an append waits too.
    pub queue: usize,
    /// The lowest number that the next segment may have, for a spool whose segments are taken away.
    pub first: u64,
}

impl Default for SpoolOptions {
    fn default() -> Self {
        Self { segment_bytes: 16 << 20, queue: 16_384, first: 1 }
    }
}

/// Records that could not be written, on a full disk for example.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lost {
    /// How many.
    pub records: u64,
    /// Why the last of them was lost.
    pub reason: Option<String>,
}

/// An open spool of records of one type; dropping it writes what waits.
///
/// A segment is made when the first record needs it, so that a spool opens on a full disk too.
pub struct Spool<T: Send + 'static> {
    sender: Option<SyncSender<Message<T>>>,
    lost: Arc<Mutex<Lost>>,
    waiting: Arc<AtomicU64>,
    closed: Arc<AtomicU64>,
    writer: Option<JoinHandle<()>>,
}

/// What hears, on the writer's thread and in the order written, in which segment records stand durably, or why they do not.
type Then = Box<dyn FnOnce(io::Result<u64>) + Send>;

enum Message<T> {
    Record(T),
    All(Vec<T>, Then),
    Framed { bytes: Vec<u8>, records: u64, then: Then },
    Flush(Then),
    Seal(Then),
}

impl<T: Send + 'static> Spool<T> {
    /// Opens the spool in a folder, which is made if need be; `encode` runs on the writer's thread.
    ///
    /// # Errors
    /// When the folder cannot be made or listed.
    pub fn open(
        folder: &Path,
        options: SpoolOptions,
        encode: impl Fn(&T, &mut Vec<u8>) + Send + 'static,
    ) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let last = segments(folder)?.last().map_or(0, |(number, _)| *number);
        let next = options.first.max(last + 1);
        let (sender, receiver) = sync_channel(options.queue.max(1));
        let lost = Arc::new(Mutex::new(Lost::default()));
        let waiting = Arc::new(AtomicU64::new(0));
        let closed = Arc::new(AtomicU64::new(next - 1));
        let writer = Writer {
            folder: folder.to_owned(),
            options,
            segment: None,
            next,
            lost: lost.clone(),
            waiting: waiting.clone(),
            closed: closed.clone(),
        };
        let thread = std::thread::Builder::new().name("spool".to_owned());
        let writer = thread.spawn(move || writer.run(&receiver, encode))?;
        Ok(Self { sender: Some(sender), lost, waiting, closed, writer: Some(writer) })
    }

    /// Takes a record; it is on the disk a few milliseconds later. Waits only while the queue is full.
    pub fn append(&self, record: T) {
        self.send(Message::Record(record));
    }

    /// Takes a record and returns when it is on the disk.
    ///
    /// # Errors
    /// When it could not be written; then nothing of it is left behind.
    pub fn append_durably(&self, record: T) -> io::Result<()> {
        self.append_all(vec![record]).map(|_| ())
    }

    /// Takes many records and returns when all of them are on the disk, in one trip with whatever else waits;
    /// says the segment that they lie in.
    ///
    /// # Errors
    /// When they could not be written; then none of them is left behind.
    pub fn append_all(&self, records: Vec<T>) -> io::Result<u64> {
        self.wait(|done| Message::All(records, done))
    }

    /// Takes records that [`frame`](super::frame) framed, all of them or none, and returns at once;
    /// `then` hears on the writer's thread, in the order written, in which segment they stand durably.
    pub fn append_framed(
        &self,
        bytes: Vec<u8>,
        records: u64,
        then: impl FnOnce(io::Result<u64>) + Send + 'static,
    ) {
        self.send(Message::Framed { bytes, records, then: Box::new(then) });
    }

    /// Returns when everything taken before is on the disk.
    ///
    /// # Errors
    /// When some of it could not be written.
    pub fn flush(&self) -> io::Result<()> {
        self.wait(Message::Flush).map(|_| ())
    }

    /// Ends the segment that grows: everything taken before stands in segments up to the returned number,
    /// to which nothing is added any more.
    ///
    /// # Errors
    /// When some of what waited could not be written; the segment is ended all the same.
    pub fn seal(&self) -> io::Result<u64> {
        self.wait(Message::Seal)
    }

    /// The last segment that nothing is added to any more.
    pub fn closed(&self) -> u64 {
        self.closed.load(Ordering::Acquire)
    }

    /// Messages that wait for the disk.
    pub fn waiting(&self) -> u64 {
        self.waiting.load(Ordering::Relaxed)
    }

    /// What could not be written since the spool was opened.
    pub fn lost(&self) -> Lost {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn wait(&self, message: impl FnOnce(Then) -> Message<T>) -> io::Result<u64> {
        let (sender, answer) = sync_channel(1);
        self.send(message(Box::new(move |written| {
            // Whoever asked may have gone.
            let _ = sender.send(written);
        })));
        answer.recv().unwrap_or_else(|_| Err(io::Error::other("the spool's writer has ended")))
    }

    fn send(&self, message: Message<T>) {
        if let Some(sender) = &self.sender {
            self.waiting.fetch_add(1, Ordering::Relaxed);
            // The writer ends only after the sender is gone.
            let _ = sender.send(message);
        }
    }
}

impl<T: Send + 'static> Drop for Spool<T> {
    fn drop(&mut self) {
        self.sender = None;
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

struct Writer {
    folder: PathBuf,
    options: SpoolOptions,
    segment: Option<Segment>,
    next: u64,
    lost: Arc<Mutex<Lost>>,
    waiting: Arc<AtomicU64>,
    closed: Arc<AtomicU64>,
}

impl Writer {
    fn run<T>(mut self, receiver: &Receiver<Message<T>>, encode: impl Fn(&T, &mut Vec<u8>)) {
        let mut bytes = Vec::new();
        while let Ok(first) = receiver.recv() {
            bytes.clear();
            let (mut taken, mut records) = (0, 0);
            let mut waiting: Vec<Then> = Vec::new();
            let mut seal = None;
            // Whatever has arrived by now shares one trip to the disk.
            for message in std::iter::once(first).chain(receiver.try_iter().take(self.options.queue)) {
                taken += 1;
                match message {
                    Message::Record(record) => match put(&mut bytes, &record, &encode) {
                        Ok(()) => records += 1,
                        Err(error) => self.lose(1, &error),
                    },
                    Message::All(many, then) => {
                        let start = bytes.len();
                        match many.iter().try_for_each(|record| put(&mut bytes, record, &encode)) {
                            Ok(()) => {
                                records += many.len() as u64;
                                waiting.push(then);
                            }
                            Err(error) => {
                                bytes.truncate(start);
                                self.lose(many.len() as u64, &error);
                                then(Err(error));
                            }
                        }
                    }
                    Message::Framed { bytes: framed, records: count, then } => {
                        records += count;
                        bytes.extend_from_slice(&framed);
                        waiting.push(then);
                    }
                    Message::Flush(then) => waiting.push(then),
                    Message::Seal(then) => {
                        // What follows belongs to the next segment.
                        seal = Some(then);
                        break;
                    }
                }
                if bytes.len() >= GROUP_BYTES {
                    break;
                }
            }
            let written = self.write(&bytes);
            self.waiting.fetch_sub(taken, Ordering::Relaxed);
            if let Err(error) = &written {
                self.lose(records, error);
            }
            if seal.is_some() {
                self.close();
            }
            let segment = self.next - 1;
            for then in waiting.into_iter().chain(seal) {
                then(match &written {
                    Ok(()) => Ok(segment),
                    Err(error) => Err(again(error)),
                });
            }
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        if self.segment.as_ref().is_some_and(|segment| segment.length >= self.options.segment_bytes) {
            self.close();
        }
        let segment = match &mut self.segment {
            Some(segment) => segment,
            none => none.insert(Segment::create(&self.folder, &mut self.next)?),
        };
        let written = segment.append(bytes);
        if written.is_err() {
            // A reader may have seen what was taken back: nothing is ever written over it.
            self.close();
        }
        written
    }

    /// Leaves the segment under way; one without records goes away again.
    fn close(&mut self) {
        if let Some(segment) = self.segment.take()
            && segment.length <= HEADER.len() as u64
        {
            let _ = fs::remove_file(&segment.path);
        }
        self.closed.store(self.next - 1, Ordering::Release);
    }

    fn lose(&self, records: u64, error: &io::Error) {
        let mut lost = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
        lost.records += records;
        lost.reason = Some(error.to_string());
    }
}

/// The same failure once more, for each of those who wait; the system's own number stays with it.
fn again(error: &io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(number) => io::Error::from_raw_os_error(number),
        None => io::Error::new(error.kind(), error.to_string()),
    }
}

/// The file that grows; its lock says that its last record may still be under way.
struct Segment {
    file: File,
    path: PathBuf,
    length: u64,
}

impl Segment {
    fn create(folder: &Path, next: &mut u64) -> io::Result<Self> {
        let (mut file, path) = loop {
            let path = segment_path(folder, *next);
            match OpenOptions::new().append(true).create_new(true).open(&path) {
                Ok(file) => break (file, path),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => *next += 1,
                Err(error) => return Err(error),
            }
        };
        *next += 1;
        let begun = file
            .lock()
            .and_then(|()| file.write_all(HEADER))
            .and_then(|()| file.sync_all())
            .and_then(|()| File::open(folder)?.sync_all());
        if let Err(error) = begun {
            let _ = fs::remove_file(&path);
            return Err(error);
        }
        Ok(Self { file, path, length: HEADER.len() as u64 })
    }

    /// All of the bytes or none of them.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let written = self.file.write_all(bytes).and_then(|()| self.file.sync_data());
        match written {
            Ok(()) => {
                self.length += bytes.len() as u64;
                Ok(())
            }
            Err(error) => {
                self.file.set_len(self.length).and_then(|()| self.file.sync_all())?;
                Err(error)
            }
        }
    }
}

/// Adds a record, or nothing when it is larger than a reader believes.
fn put<T>(bytes: &mut Vec<u8>, record: &T, encode: &impl Fn(&T, &mut Vec<u8>)) -> io::Result<()> {
    let start = bytes.len();
    frame(bytes, |bytes| encode(record, bytes));
    let length = bytes.len() - start - RECORD_HEAD;
    if length > LARGEST {
        bytes.truncate(start);
        let reason = format!("a record of {length} bytes is larger than {LARGEST}");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
    }
    Ok(())
}

/// Writes a segment that is complete anew without the records that `keep` refuses, whole or not at all; says how many went.
///
/// What of it is damaged goes too: nobody can say what it holds.
///
/// # Errors
/// When it is still being written, or the disk refuses.
pub fn rewrite_segment(path: &Path, mut keep: impl FnMut(&[u8]) -> bool) -> io::Result<u64> {
    File::open(path)?.try_lock_shared().map_err(|_| io::Error::from(io::ErrorKind::ResourceBusy))?;
    let (mut bytes, mut removed) = (HEADER.to_vec(), 0);
    let damages = super::read_segment_file(path, |content| {
        if keep(content) {
            frame(&mut bytes, |bytes| bytes.extend_from_slice(content));
        } else {
            removed += 1;
        }
    })?;
    if removed == 0 && damages.is_empty() {
        return Ok(0);
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut staged = tempfile::Builder::new().prefix(".writing-").tempfile_in(folder)?;
    staged.write_all(&bytes)?;
    staged.as_file().sync_all()?;
    staged.persist(path).map_err(|error| error.error)?;
    File::open(folder)?.sync_all()?;
    Ok(removed)
}

/// Appends one record, ready for a segment; `content` appends what it holds, at most 64 MiB.
pub fn frame(bytes: &mut Vec<u8>, content: impl FnOnce(&mut Vec<u8>)) {
    let start = bytes.len();
    bytes.extend_from_slice(&[0; RECORD_HEAD]);
    content(bytes);
    let length = bytes.len() - start - RECORD_HEAD;
    let sum = checksum(&bytes[start + RECORD_HEAD..]);
    bytes[start..start + 4].copy_from_slice(&MARK);
    bytes[start + 4..start + 8].copy_from_slice(&(length as u32).to_le_bytes());
    bytes[start + 8..start + RECORD_HEAD].copy_from_slice(&sum.to_le_bytes());
}

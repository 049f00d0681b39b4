//! Writes a spool from a thread of its own, many records to one trip to the disk.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use super::{ENDING, HEADER, LARGEST, MARK, RECORD_HEAD, checksum, segments};

/// How a spool is written.
#[derive(Debug, Clone, Copy)]
pub struct SpoolOptions {
    /// A segment that has grown past so many bytes is followed by a new one.
    pub segment_bytes: u64,
    /// Records that may wait for the disk before an append waits too.
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
pub struct Spool<T: Send + 'static> {
    sender: Option<SyncSender<Message<T>>>,
    lost: Arc<Mutex<Lost>>,
    waiting: Arc<AtomicU64>,
    writer: Option<JoinHandle<()>>,
}

enum Message<T> {
    Record(T),
    Durable(T, SyncSender<io::Result<()>>),
    Framed { bytes: Vec<u8>, records: u64, then: Then },
    Flush(SyncSender<io::Result<()>>),
    Seal(SyncSender<io::Result<u64>>),
}

/// What hears, on the writer's thread and in the order written, in which segment records stand durably, or why they do not.
type Then = Box<dyn FnOnce(io::Result<u64>) + Send>;

impl<T: Send + 'static> Spool<T> {
    /// Opens the spool in a folder, which is made if need be; `encode` runs on the writer's thread.
    ///
    /// # Errors
    /// When the folder or the first segment cannot be made.
    pub fn open(
        folder: &Path,
        options: SpoolOptions,
        encode: impl Fn(&T, &mut Vec<u8>) + Send + 'static,
    ) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let segment = Segment::create(folder, options.first)?;
        let (sender, receiver) = sync_channel(options.queue.max(1));
        let lost = Arc::new(Mutex::new(Lost::default()));
        let waiting = Arc::new(AtomicU64::new(0));
        let writer = Writer {
            folder: folder.to_owned(),
            options,
            segment,
            lost: lost.clone(),
            waiting: waiting.clone(),
        };
        let thread = std::thread::Builder::new().name("spool".to_owned());
        let writer = thread.spawn(move || writer.run(&receiver, encode))?;
        Ok(Self { sender: Some(sender), lost, waiting, writer: Some(writer) })
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
        let (sender, answer) = sync_channel(1);
        self.send(Message::Durable(record, sender));
        answer.recv().unwrap_or_else(|_| Err(io::Error::other("the spool's writer has ended")))
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

    /// Ends the segment that grows: everything taken before stands in segments up to the returned number,
    /// to which nothing is added any more.
    ///
    /// # Errors
    /// When the next segment cannot be made, on a full disk for example; then the old one goes on.
    pub fn seal(&self) -> io::Result<u64> {
        let (sender, answer) = sync_channel(1);
        self.send(Message::Seal(sender));
        answer.recv().unwrap_or_else(|_| Err(io::Error::other("the spool's writer has ended")))
    }

    /// Returns when everything taken before is on the disk.
    ///
    /// # Errors
    /// When some of it could not be written.
    pub fn flush(&self) -> io::Result<()> {
        let (sender, answer) = sync_channel(1);
        self.send(Message::Flush(sender));
        answer.recv().unwrap_or_else(|_| Err(io::Error::other("the spool's writer has ended")))
    }

    /// Messages that wait for the disk.
    pub fn waiting(&self) -> u64 {
        self.waiting.load(Ordering::Relaxed)
    }

    /// What could not be written since the spool was opened.
    pub fn lost(&self) -> Lost {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner).clone()
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
    segment: Segment,
    lost: Arc<Mutex<Lost>>,
    waiting: Arc<AtomicU64>,
}

impl Writer {
    fn run<T>(mut self, receiver: &Receiver<Message<T>>, encode: impl Fn(&T, &mut Vec<u8>)) {
        let mut bytes = Vec::new();
        while let Ok(first) = receiver.recv() {
            bytes.clear();
            let (mut taken, mut records) = (0, 0);
            let mut waiting = Vec::new();
            let (mut then, mut seals) = (Vec::new(), Vec::new());
            // Whatever has arrived by now shares one trip to the disk.
            for message in std::iter::once(first).chain(receiver.try_iter().take(self.options.queue)) {
                taken += 1;
                match message {
                    Message::Record(record) => records += put(&mut bytes, &record, &encode),
                    Message::Durable(record, answer) => {
                        records += put(&mut bytes, &record, &encode);
                        waiting.push(answer);
                    }
                    Message::Framed { bytes: framed, records: count, then: hears } => {
                        records += count;
                        bytes.extend_from_slice(&framed);
                        then.push(hears);
                    }
                    Message::Flush(answer) => waiting.push(answer),
                    Message::Seal(answer) => {
                        // What follows belongs to the next segment.
                        seals.push(answer);
                        break;
                    }
                }
            }
            let written = self.write(&bytes);
            self.waiting.fetch_sub(taken, Ordering::Relaxed);
            if let Err(error) = &written {
                let mut lost = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
                lost.records += records;
                lost.reason = Some(error.to_string());
            }
            let said = || match &written {
                Ok(()) => Ok(self.segment.number),
                Err(error) => Err(io::Error::new(error.kind(), error.to_string())),
            };
            for hears in then {
                hears(said());
            }
            for answer in waiting {
                let _ = answer.send(said().map(drop));
            }
            for answer in seals {
                let _ = answer.send(self.seal());
            }
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        if self.segment.length >= self.options.segment_bytes || self.segment.doubtful {
            self.roll()?;
        }
        self.segment.append(bytes)
    }

    /// The number of the last segment that is complete.
    fn seal(&mut self) -> io::Result<u64> {
        if self.segment.length > HEADER.len() as u64 {
            self.roll()?;
        }
        Ok(self.segment.number - 1)
    }

    fn roll(&mut self) -> io::Result<()> {
        self.segment = Segment::create(&self.folder, self.segment.number + 1)?;
        Ok(())
    }
}

/// The file that grows; its lock says that its last record may still be under way.
struct Segment {
    file: File,
    number: u64,
    length: u64,
    /// The disk failed in a way that leaves open what stands behind `length`; nothing more is written there.
    doubtful: bool,
}

impl Segment {
    fn create(folder: &Path, first: u64) -> io::Result<Self> {
        let mut number = segments(folder)?.last().map_or(1, |(last, _)| last + 1).max(first);
        let (path, file) = loop {
            let path = folder.join(format!("{number:08}.{ENDING}"));
            match OpenOptions::new().append(true).create_new(true).open(&path) {
                Ok(file) => break (path, file),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
                Err(error) => return Err(error),
            }
        };
        let begun = Self::begin(folder, &file);
        if let Err(error) = begun {
            // A segment without its header would only be in the way.
            let _ = fs::remove_file(&path);
            return Err(error);
        }
        Ok(Self { file, number, length: HEADER.len() as u64, doubtful: false })
    }

    fn begin(folder: &Path, mut file: &File) -> io::Result<()> {
        file.lock()?;
        file.write_all(HEADER)?;
        file.sync_all()?;
        File::open(folder)?.sync_all()
    }

    /// All of the bytes or none of them.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Err(error) = self.file.write_all(bytes) {
            let cut = self.file.set_len(self.length);
            // Another segment may still fit where this one has reached a limit on the size of files.
            self.doubtful = cut.is_err() || error.kind() == io::ErrorKind::FileTooLarge;
            return Err(error);
        }
        if let Err(error) = self.file.sync_data() {
            // After a failed sync the kernel may have dropped the pages: what is written later goes elsewhere.
            self.doubtful = true;
            let _ = self.file.set_len(self.length);
            return Err(error);
        }
        self.length += bytes.len() as u64;
        Ok(())
    }
}

fn put<T>(bytes: &mut Vec<u8>, record: &T, encode: &impl Fn(&T, &mut Vec<u8>)) -> u64 {
    frame(bytes, |bytes| encode(record, bytes));
    1
}

/// Appends one record, ready for a segment; `content` appends what it holds.
pub fn frame(bytes: &mut Vec<u8>, content: impl FnOnce(&mut Vec<u8>)) {
    let start = bytes.len();
    bytes.extend_from_slice(&[0; RECORD_HEAD]);
    content(bytes);
    let length = bytes.len() - start - RECORD_HEAD;
    debug_assert!(length <= LARGEST, "a record of {length} bytes could not be read back");
    let sum = checksum(&bytes[start + RECORD_HEAD..]);
    bytes[start..start + 4].copy_from_slice(&MARK);
    bytes[start + 4..start + 8].copy_from_slice(&(length as u32).to_le_bytes());
    bytes[start + 8..start + RECORD_HEAD].copy_from_slice(&sum.to_le_bytes());
}

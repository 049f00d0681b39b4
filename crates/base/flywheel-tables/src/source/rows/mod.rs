//! Rows one after the other, from files of any size and from databases, for imports that hold no whole table in memory.

mod delimited;
mod json;
mod parquet;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use flywheel_spec::{Phrase, Problem, Problems, phrase};
use serde_json::{Map, Value};
use tokio::sync::mpsc;

use super::database::DatabaseTable;
use super::{bytes, encoding, excel, files};
use crate::storage::StorageError;

/// Rows that are handed on at once.
const BATCH: usize = 4096;

/// Bytes of a text file that are looked at to tell its encoding and delimiter.
const LOOK: u64 = 1 << 20;

/// Characters of a row that was not read which are kept.
const KEPT: usize = 10_000;

/// One row: the columns that have a value, in the source's order.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The line or row in the source, from 1.
    pub place: u64,
    /// The values; an empty cell is absent.
    pub fields: Map<String, Value>,
    /// How the values stand in the source whose writing gives other letters, such as `2.50` for 2.5.
    pub written: BTreeMap<String, String>,
}

impl Row {
    /// A row whose values are written as they stand in the source.
    pub fn new(place: u64, fields: Map<String, Value>) -> Self {
        Self { place, fields, written: BTreeMap::new() }
    }

    /// Makes texts, with the source's own letters, of the values in these columns whose writing would give others.
    pub fn as_written(&mut self, of: impl Fn(&str) -> bool) {
        for (column, text) in std::mem::take(&mut self.written) {
            if of(&column)
                && let Some(value) = self.fields.get_mut(&column)
            {
                *value = Value::String(text);
            }
        }
    }
}

/// A row that could not be read.
#[derive(Debug, Clone, PartialEq)]
pub struct BadRow {
    /// The line or row in the source, from 1.
    pub place: u64,
    /// Why.
    pub reason: Phrase,
    /// What stands there, cut where it is long.
    pub raw: String,
}

/// A row, read or not.
pub type Taken = Result<Row, BadRow>;

/// Some rows, and what was decided on the way.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Batch {
    /// The rows in their order.
    pub rows: Vec<Taken>,
    /// What was recognised or done, such as the encoding.
    pub actions: Vec<Phrase>,
}

/// What a person may say about a file of rows; everything has a default that is found by looking.
#[derive(Debug, Clone, Default)]
pub struct RowOptions {
    /// The form, where the content is recognised wrongly.
    pub format: Option<super::Format>,
    /// The encoding of a text file, such as `gbk`.
    pub encoding: Option<String>,
    /// What stands between the fields of a CSV.
    pub delimiter: Option<char>,
    /// The sheet of a workbook; the first with rows when absent.
    pub sheet: Option<String>,
}

/// Where rows come from.
#[derive(Debug, Clone)]
pub enum RowSource {
    /// A file: CSV, JSON Lines (plain or gzip), an array of JSON objects, Parquet, or a workbook.
    File(PathBuf, RowOptions),
    /// A table of a database.
    Table(DatabaseTable),
}

impl RowSource {
    /// A name that stays the same when the source is read again from elsewhere: the file's own, or the table's.
    pub fn name(&self) -> String {
        match self {
            Self::File(path, _) => {
                path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
            }
            Self::Table(table) => table.name(),
        }
    }

    /// Begins to read; the rows come as they are asked for.
    pub fn open(self) -> Rows {
        let (sender, receiver) = mpsc::channel(4);
        match self {
            Self::File(path, options) => {
                tokio::task::spawn_blocking(move || {
                    let mut out = Out { sender, batch: Batch::default() };
                    let end = read_file(&path, &options, &mut out);
                    out.end(end);
                });
            }
            Self::Table(table) => {
                tokio::spawn(async move {
                    if let Err(problems) = table.read(&sender).await {
                        // Whoever asked has gone when this fails.
                        let _ = sender.send(Err(problems)).await;
                    }
                });
            }
        }
        Rows { receiver }
    }
}

/// Rows as they come.
#[derive(Debug)]
pub struct Rows {
    receiver: mpsc::Receiver<Result<Batch, Problems>>,
}

impl Rows {
    /// The next rows; `None` at the end.
    ///
    /// # Errors
    /// What stops the reading for good.
    pub async fn next(&mut self) -> Result<Option<Batch>, Problems> {
        self.receiver.recv().await.transpose()
    }
}

/// Where a reader puts its rows.
struct Out {
    sender: mpsc::Sender<Result<Batch, Problems>>,
    batch: Batch,
}

/// Nobody wants more rows.
struct Gone;

impl Out {
    fn row(&mut self, row: Taken) -> Result<(), Gone> {
        self.batch.rows.push(row);
        if self.batch.rows.len() < BATCH { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> Result<(), Gone> {
        self.sender.blocking_send(Ok(std::mem::take(&mut self.batch))).map_err(|_| Gone)
    }

    fn end(mut self, end: Result<(), Stopped>) {
        if self.flush().is_ok()
            && let Err(Stopped::Wrong(problems)) = end
        {
            let _ = self.sender.blocking_send(Err(problems));
        }
    }
}

/// Why a file was not read to its end.
enum Stopped {
    Gone,
    Wrong(Problems),
}

impl From<Gone> for Stopped {
    fn from(_: Gone) -> Self {
        Self::Gone
    }
}

impl From<Problems> for Stopped {
    fn from(problems: Problems) -> Self {
        Self::Wrong(problems)
    }
}

impl From<Problem> for Stopped {
    fn from(problem: Problem) -> Self {
        Self::Wrong(problem.into())
    }
}

fn read_file(path: &Path, options: &RowOptions, out: &mut Out) -> Result<(), Stopped> {
    let name = path.display().to_string();
    let failed = |error: std::io::Error| StorageError::from(error).at(path);
    let open = || File::open(path).map_err(failed);
    if path.is_dir() {
        let problem = Problem::error(Phrase::new("tables.is_folder")).in_file(name);
        return Err(problem.advise(Phrase::new("tables.is_folder_advice")).into());
    }
    if !path.is_file() {
        return Err(files::absent(path).into());
    }
    let mut start = Vec::new();
    open()?.take(8).read_to_end(&mut start).map_err(failed)?;
    if start.starts_with(b"PAR1") {
        return parquet::read(&name, open()?, out);
    }
    if options.format == Some(super::Format::Excel) || excel::looks_like(&name, &start) {
        let bytes = std::fs::read(path).map_err(failed)?;
        return excel::rows(&name, &bytes, options.sheet.as_deref(), &mut out.batch.actions)?
            .into_iter()
            .try_for_each(|row| Ok(out.row(row)?));
    }
    if let Some(known) = bytes::foreign(&start) {
        let problem = Problem::error(phrase!("tables.foreign_format", found = known));
        return Err(problem.advise(Phrase::new("tables.foreign_format_advice")).in_file(name).into());
    }
    let unpacked = || -> Result<Box<dyn Read>, Problems> {
        let file = BufReader::with_capacity(1 << 18, open()?);
        Ok(if bytes::is_gzip(&start) { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) })
    };
    let mut look = Vec::new();
    unpacked()?.take(LOOK).read_to_end(&mut look).map_err(failed)?;
    let whole = (look.len() as u64) < LOOK;
    let (encoding, said) = encoding::told(&name, &look, whole, options.encoding.as_deref())?;
    out.batch.actions.extend(said);
    let look = encoding.decode(&look).0;
    if look.trim().is_empty() {
        let problem = Problem::error(Phrase::new("tables.empty_file"));
        return Err(problem.advise(Phrase::new("tables.copy_again")).in_file(name).into());
    }
    let text = BufReader::with_capacity(1 << 18, encoding::Decoded::new(unpacked()?, encoding));
    let format = match options.format {
        Some(format) => format,
        None => super::recognise(name.strip_suffix(".gz").unwrap_or(&name), look.trim_start().as_bytes())?,
    };
    match format {
        super::Format::JsonLines => json::read(&name, text, look.trim_start().starts_with('['), out),
        _ => delimited::read(&name, text, &look, options.delimiter, out),
    }
}

/// What is wrong with a text that holds the mark of bytes that did not decode.
fn undecoded(text: &str) -> Option<Phrase> {
    text.contains('\u{FFFD}').then(|| Phrase::new("tables.row_undecoded"))
}

/// A piece of a row, for people who look at what was set aside.
pub(super) fn kept(text: &str) -> String {
    match text.char_indices().nth(KEPT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    async fn read(
        name: &str,
        content: &[u8],
        options: RowOptions,
    ) -> Result<(Vec<Taken>, Vec<String>), Problems> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(name);
        std::fs::write(&path, content).expect("written");
        let mut rows = RowSource::File(path, options).open();
        let (mut read, mut actions) = (Vec::new(), Vec::new());
        while let Some(batch) = rows.next().await? {
            read.extend(batch.rows);
            actions.extend(batch.actions.into_iter().map(|action| action.key));
        }
        Ok((read, actions))
    }

    fn values(taken: &[Taken]) -> Vec<Value> {
        taken.iter().flatten().map(|row| Value::Object(row.fields.clone())).collect()
    }

    #[tokio::test]
    async fn rows_of_every_form_read_alike() {
        let expected = [json!({"user": "a", "n": 1}), json!({"user": "张三", "n": 2})];
        let csv = "user,n\na,1\n\n张三,2\n";
        let gbk = encoding_rs::GBK.encode("user;n\na;1\n张三;2\n张三丰;2\n").0.into_owned();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut gzip, csv.as_bytes()).expect("written");
        let gzip = gzip.finish().expect("packed");
        for (name, content) in [
            ("x.csv", csv.as_bytes()),
            ("x.csv.gz", gzip.as_slice()),
            ("x.jsonl", "{\"user\":\"a\",\"n\":1}\n{\"user\":\"张三\",\"n\":2}".as_bytes()),
            ("x.json", "[{\"user\":\"a\",\"n\":1},\n {\"user\":\"张三\",\"n\":2}]".as_bytes()),
        ] {
            let (read, _) = read(name, content, RowOptions::default()).await.expect(name);
            assert_eq!(values(&read), expected, "{name}");
        }
        let said = RowOptions { encoding: Some("gbk".to_owned()), ..RowOptions::default() };
        let (taken, actions) = read("x.csv", &gbk, said).await.expect("GBK");
        assert_eq!(values(&taken)[..2], expected);
        assert_eq!(actions, ["tables.encoding_said", "tables.delimiter"]);
    }

    #[tokio::test]
    async fn a_folder_is_no_file_of_rows() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut rows = RowSource::File(folder.path().to_owned(), RowOptions::default()).open();
        let wrong = loop {
            match rows.next().await {
                Ok(batch) => assert!(batch.is_some_and(|batch| batch.rows.is_empty()), "no rows"),
                Err(problems) => break problems,
            }
        };
        assert_eq!(wrong.problems[0].code, "tables.is_folder");
    }

    #[tokio::test]
    async fn a_parquet_file_is_read_with_nested_values() {
        use datafusion::arrow::array::{Int64Array, RecordBatch, StringArray};
        use std::sync::Arc;
        let user: datafusion::arrow::array::ArrayRef = Arc::new(StringArray::from(vec![Some("a"), None]));
        let n: datafusion::arrow::array::ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
        let batch = RecordBatch::try_from_iter([("user", user), ("n", n)]).expect("a batch");
        let mut writer = datafusion::parquet::arrow::ArrowWriter::try_new(Vec::new(), batch.schema(), None)
            .expect("begun");
        writer.write(&batch).expect("written");
        let bytes = writer.into_inner().expect("whole");
        let (taken, _) = read("x.parquet", &bytes, RowOptions::default()).await.expect("Parquet");
        assert_eq!(values(&taken), [json!({"user": "a", "n": 1}), json!({"n": 2})]);
        assert!(read("x.parquet", &bytes[..bytes.len() - 9], RowOptions::default()).await.is_err());
    }

    #[tokio::test]
    async fn rows_that_cannot_be_read_are_set_aside_with_their_reasons() {
        let reasons = |taken: &[Taken]| -> Vec<(u64, String)> {
            taken
                .iter()
                .filter_map(|row| row.as_ref().err())
                .map(|bad| (bad.place, bad.reason.key.clone()))
                .collect()
        };
        let (taken, _) =
            read("x.csv", b"a,b\n1,2\n3\n4,5,6\n7,8\n", RowOptions::default()).await.expect("CSV");
        assert_eq!(
            reasons(&taken),
            [(3, "tables.row_length".to_owned()), (4, "tables.row_length".to_owned())]
        );
        assert_eq!(values(&taken).len(), 2);
        for (csv, bad, read_rows) in [
            ("id,text\n1,\"broken\n2,ok\n3,ok", vec![2], 2),
            ("text,id\n\"broken,1\n\nok,2\nok,3\n", vec![2], 2),
            ("id,text,more\n1,\"two\nlines\",\"broken\n2,ok,ok\n", vec![3], 1),
            ("id,text\n1,ok\n2,\"cut off", vec![3], 1),
            ("id,text\n1,\"whole\n\"\"text\"\"\"", vec![], 1),
        ] {
            let (taken, _) = read("x.csv", csv.as_bytes(), RowOptions::default()).await.expect(csv);
            let expected: Vec<(u64, String)> =
                bad.into_iter().map(|line| (line, "tables.row_quote_open".to_owned())).collect();
            assert_eq!((reasons(&taken), values(&taken).len()), (expected, read_rows), "{csv}");
        }
        let lines = b"{\"a\":1}\n[1]\n{\"a\":\n{\"a\":\"\xff\"}\n{\"a\":2}\n";
        let said = RowOptions { encoding: Some("utf-8".to_owned()), ..RowOptions::default() };
        let (taken, _) = read("x.jsonl", lines, said).await.expect("lines");
        assert_eq!(
            reasons(&taken),
            [
                (2, "tables.row_no_object".to_owned()),
                (3, "tables.row_no_json".to_owned()),
                (4, "tables.row_undecoded".to_owned())
            ]
        );
        for (name, content) in [
            ("x.csv", &b""[..]),
            ("x.csv", b"id,\"text\n1,ok\n"),
            ("x.pdf", b"%PDF-1.4"),
            ("x.json", b"[{\"a\":1},"),
        ] {
            assert!(read(name, content, RowOptions::default()).await.is_err(), "{name}");
        }
    }
}

//! Imports: whatever a person has, recognised by its content, read into a frame with every mistake found at once.

mod bytes;
pub mod database;
mod delimited;
mod encoding;
mod excel;
mod files;
mod idx;
mod image_folder;
mod json_lines;
mod parquet_table;
mod pixel_table;
mod preamble;
pub(crate) mod raw;
pub mod rows;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use flywheel_spec::table::ColumnKind;
use flywheel_spec::{Phrase, Problem, Problems, phrase};

use crate::frame::Frame;
use crate::infer::Writing;
use files::Files;

/// Mistakes of one kind that are listed with their places; the rest is counted.
pub const LISTED: usize = 20;

/// What to import.
#[derive(Debug, Clone, Copy)]
pub enum Source<'a> {
    /// A file, or a folder of images or of IDX files.
    Path(&'a Path),
    /// A file that arrived over the network.
    Bytes {
        /// Its name, which tells its form where the content does not.
        name: &'a str,
        /// Its content.
        bytes: &'a [u8],
    },
}

impl Source<'_> {
    /// The name of the file or folder, for messages and for the table's source.
    pub fn name(&self) -> String {
        match self {
            Self::Path(path) => path.display().to_string(),
            Self::Bytes { name, .. } => (*name).to_owned(),
        }
    }
}

/// What a person may say about a source; everything has a default that is found by looking.
#[derive(Debug, Clone, Default)]
pub struct ImportOptions {
    /// The column to predict. Words such as `-` and `None` are values of it unless it is of numbers, times, or yes and no,
    /// and that there is none of that name is told at once.
    pub target: Option<String>,
    /// A table of labels for a folder of images: a column of file names, and others.
    pub labels: Option<PathBuf>,
    /// The form, where the content is recognised wrongly.
    pub format: Option<Format>,
    /// What columns hold, where the inferred kind is wrong; values that do not fit become missing, and in a column of
    /// categories a blank alone is missing.
    pub kinds: BTreeMap<String, ColumnKind>,
    /// How columns are read that are there; one whose cells do not fit is inferred as ever. Where any are named, rows of
    /// a CSV in which all is missing are rows too.
    pub expected: BTreeMap<String, Expected>,
    /// Brings images of different sizes to the most common one.
    pub resize: bool,
    /// Brings every image of a folder to this width and height instead.
    pub image_size: Option<(u32, u32)>,
    /// The encoding of a text file, such as `gbk`, where it is detected wrongly.
    pub encoding: Option<String>,
    /// What stands between the fields of a CSV, where it is detected wrongly.
    pub delimiter: Option<char>,
}

/// How a column was read before, so that later rows are read the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected {
    /// What it holds.
    pub kind: ColumnKind,
    /// How its numbers or dates are written.
    pub writing: Writing,
}

/// A form of data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// MNIST's files: big-endian header, then bytes.
    Idx,
    /// Images in folders, or in a zip of folders.
    ImageFolder,
    /// Lines of fields with a delimiter.
    Csv,
    /// One JSON object a line.
    JsonLines,
    /// Apache Parquet.
    Parquet,
    /// A CSV whose columns are a label and the pixels of one image.
    PixelTable,
    /// A workbook of Excel or LibreOffice, one sheet of it.
    Excel,
}

impl Format {
    /// Every form, in the order of recognition.
    pub const ALL: [Self; 7] = [
        Self::Idx,
        Self::Parquet,
        Self::Excel,
        Self::ImageFolder,
        Self::JsonLines,
        Self::PixelTable,
        Self::Csv,
    ];

    /// Its name in reports and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Idx => "idx",
            Self::ImageFolder => "image_folder",
            Self::Csv => "csv",
            Self::JsonLines => "json_lines",
            Self::Parquet => "parquet",
            Self::PixelTable => "pixel_table",
            Self::Excel => "excel",
        }
    }

    /// The form of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }
}

/// What an import read, did and doubts; not yet a table.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The values.
    pub frame: Frame,
    /// What each column holds.
    pub kinds: Vec<ColumnKind>,
    /// The columns that are not written in the usual way.
    pub writing: BTreeMap<String, Writing>,
    /// The file of each row, below the source; empty unless every row is a file, as in a folder of images.
    pub files: Vec<String>,
    /// The recognised form.
    pub format: Format,
    /// What was done to how many rows.
    pub actions: Vec<Phrase>,
    /// What a person should know; the import went on.
    pub warnings: Vec<Problem>,
}

/// Reads a source; either a whole frame with warnings, or every mistake that stops it.
pub fn import(source: &Source<'_>, options: &ImportOptions) -> Result<Imported, Problems> {
    if let Some((name, bytes)) = excel::workbook(source, options)? {
        let imported = excel::import(&name, &bytes, options)?;
        check(source, &imported, options)?;
        return Ok(imported);
    }
    let mut files = Files::open(source)?;
    let imported = match files.single() {
        Some((name, bytes)) => import_file(source, name, bytes, options)?,
        None => import_files(&mut files, options)?,
    };
    check(source, &imported, options)?;
    Ok(imported)
}

/// One file that is neither a folder nor a zip.
fn import_file(
    source: &Source<'_>,
    name: String,
    bytes: Vec<u8>,
    options: &ImportOptions,
) -> Result<Imported, Problems> {
    if options.format.unwrap_or(Format::Idx) == Format::Idx && idx::looks_like(&name, &bytes) {
        let folder = match source {
            Source::Path(path) => Files::beside(path)?,
            Source::Bytes { .. } => None,
        };
        return idx::import(idx::companions(folder, name, bytes)?);
    }
    let (name, bytes) = bytes::unpacked(name, bytes)?;
    let format = match options.format {
        Some(format) => format,
        None => recognise(&name, &bytes)?,
    };
    match format {
        Format::Idx => idx::import(vec![(name, bytes)]),
        Format::Parquet => parquet_table::import(&name, bytes, options),
        Format::JsonLines => json_lines::import(&name, &bytes, options),
        Format::Csv | Format::PixelTable => delimited::import(&name, &bytes, options),
        Format::ImageFolder => Err(lone_image(&name)),
        Format::Excel => excel::import(&name, &bytes, options),
    }
}

/// A folder or a zip: IDX files, images, or one table.
fn import_files(files: &mut Files, options: &ImportOptions) -> Result<Imported, Problems> {
    let idx = idx::entries(files)?;
    if !idx.is_empty() {
        return idx::import(idx);
    }
    if files.entries().iter().any(|entry| bytes::is_image_name(&entry.path)) {
        return image_folder::import(files, options);
    }
    let tables: Vec<usize> = (0..files.entries().len())
        .filter(|&index| bytes::is_table_name(&files.entries()[index].path))
        .collect();
    match tables.as_slice() {
        [one] => {
            let name = files.entries()[*one].path.clone();
            let bytes = files.read(*one)?;
            let source = Source::Bytes { name: &name, bytes: &[] };
            import_file(&source, name.clone(), bytes, options)
        }
        [] => {
            let found = files
                .entries()
                .iter()
                .take(5)
                .map(|entry| entry.path.as_str())
                .collect::<Vec<_>>()
                .join(", ");
            Err(Problem::error(phrase!("tables.nothing_known", count = files.entries().len(), found = found))
                .advise(Phrase::new("tables.nothing_known_advice"))
                .in_file(files.name())
                .into())
        }
        several => {
            let found: Vec<&str> =
                several.iter().map(|&index| files.entries()[index].path.as_str()).collect();
            Err(Problem::error(phrase!("tables.several_tables", found = found.join(", ")))
                .advise(Phrase::new("tables.several_tables_advice"))
                .in_file(files.name())
                .into())
        }
    }
}

/// By content first, then by the name's ending.
fn recognise(name: &str, bytes: &[u8]) -> Result<Format, Problems> {
    if bytes.starts_with(b"PAR1") {
        return Ok(Format::Parquet);
    }
    if bytes::is_image(bytes) {
        return Err(lone_image(name));
    }
    if let Some(known) = bytes::foreign(bytes) {
        return Err(Problem::error(phrase!("tables.foreign_format", found = known))
            .advise(Phrase::new("tables.foreign_format_advice"))
            .in_file(name)
            .into());
    }
    let ending = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace() && !b"\xEF\xBB\xBF".contains(byte));
    let looks_like_json =
        matches!(first, Some(b'{' | b'[')) && !matches!(ending.as_str(), "csv" | "tsv" | "tab");
    if looks_like_json || matches!(ending.as_str(), "jsonl" | "ndjson" | "json") {
        return Ok(Format::JsonLines);
    }
    Ok(Format::Csv)
}

fn lone_image(name: &str) -> Problems {
    Problem::error(Phrase::new("tables.lone_image"))
        .advise(Phrase::new("tables.image_folder_advice"))
        .in_file(name)
        .into()
}

/// Columns that the options name must be there.
fn check(source: &Source<'_>, imported: &Imported, options: &ImportOptions) -> Result<(), Problems> {
    let names: Vec<&str> = imported.frame.columns.iter().map(|column| column.name.as_str()).collect();
    let mut problems = Problems::default();
    let wanted = options.target.iter().chain(options.kinds.keys());
    for wanted in wanted.filter(|wanted| !names.contains(&wanted.as_str())) {
        let distance = |name: &str| strsim::jaro_winkler(&name.to_lowercase(), &wanted.to_lowercase());
        let nearest =
            names.iter().max_by(|a, b| distance(a).total_cmp(&distance(b))).copied().unwrap_or_default();
        problems.push(
            Problem::error(phrase!("tables.column_unknown", column = wanted))
                .advise(phrase!("tables.column_unknown_advice", nearest = nearest, known = listed(&names)))
                .in_file(source.name()),
        );
    }
    problems.settle(()).map(|_| ())
}

/// Names joined, the first [`LISTED`] of them.
pub(crate) fn listed(names: &[impl AsRef<str>]) -> String {
    let mut text = names.iter().take(LISTED).map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    if names.len() > LISTED {
        text.push_str(", …");
    }
    text
}

/// What an import gathers beside the values.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    /// What was done.
    pub(crate) actions: Vec<Phrase>,
    /// Warnings and errors.
    pub(crate) problems: Problems,
    /// The columns that are not written in the usual way.
    pub(crate) writing: BTreeMap<String, Writing>,
    /// The file of each row, where every row is one.
    pub(crate) files: Vec<String>,
}

impl Notes {
    /// The import with its warnings, or all problems when one of them stops it.
    pub(crate) fn settle(
        self,
        frame: Frame,
        kinds: Vec<ColumnKind>,
        format: Format,
    ) -> Result<Imported, Problems> {
        let Self { actions, problems, writing, files } = self;
        let ((frame, kinds), warnings) = problems.settle((frame, kinds))?;
        Ok(Imported { frame, kinds, writing, files, format, actions, warnings })
    }
}

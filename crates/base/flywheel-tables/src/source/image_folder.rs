//! Folders of images and zips of them: one folder a class, or a table of labels; `train/` and `test/` on top become the column `part`.

use std::collections::{BTreeMap, HashMap};
use std::io::Cursor;
use std::sync::Arc;

use flywheel_spec::table::{ColumnKind, ImageShape};
use flywheel_spec::{Phrase, Problem, Problems, phrase};
use image::imageops::FilterType;
use image::{DynamicImage, ImageReader, Limits};

use super::files::Files;
use super::{Format, ImportOptions, Imported, LISTED, Notes, bytes, delimited, listed};
use crate::frame::{Column, Frame, Images, Values};
use crate::interner::Interner;
use crate::storage::StorageError;

/// Images decoded at once before their pixels join the block.
const BATCH: usize = 256;

/// Memory that one image may unpack to, so that a small file cannot claim a huge one.
const MOST_IMAGE_BYTES: u64 = 512 << 20;

/// An image that decodes, with what the folders say of it.
struct Picture {
    entry: usize,
    path: String,
    class: Option<String>,
    part: Option<&'static str>,
}

/// Reads the images into the columns `image`, `label` (or those of the table of labels) and `part`.
pub(super) fn import(files: &mut Files, options: &ImportOptions) -> Result<Imported, Problems> {
    let mut notes = Notes::default();
    let (pictures, others) = pictures(files);
    if !others.is_empty() {
        notes.actions.push(phrase!(
            "tables.files_passed_over",
            count = others.len(),
            found = listed(&others)
        ));
    }
    let sizes = measure(files, &pictures, &mut notes.problems)?;
    let shape = settle_size(&pictures, &sizes, options, &mut notes);
    let labels = labels(files, options, &pictures, &mut notes)?;
    let Some(size) = shape else { return notes.settle(Frame::default(), Vec::new(), Format::ImageFolder) };
    if notes.problems.stop() {
        return notes.settle(Frame::default(), Vec::new(), Format::ImageFolder);
    }

    let rows: Vec<usize> = match &labels {
        Some(labels) => labels.pictures.clone(),
        None => (0..pictures.len()).collect(),
    };
    let (shape, pixels) = decode(files, &pictures, &rows, size, &mut notes)?;
    notes.files = rows.iter().map(|&row| pictures[row].path.clone()).collect();
    let mut columns =
        vec![Column { name: "image".to_owned(), values: Values::Image(Images { shape, pixels }) }];
    let mut kinds = vec![ColumnKind::Image];
    match labels {
        Some(labels) => {
            columns.extend(labels.frame.columns);
            kinds.extend(labels.kinds);
        }
        None if pictures.iter().any(|picture| picture.class.is_some()) => {
            columns.push(texts("label", rows.iter().map(|&row| pictures[row].class.as_deref())));
            kinds.push(ColumnKind::Category);
        }
        None => notes.problems.push(
            Problem::warning(Phrase::new("tables.images_unlabelled"))
                .advise(Phrase::new("tables.image_folder_advice"))
                .in_file(files.name()),
        ),
    }
    if rows.iter().any(|&row| pictures[row].part.is_some()) {
        columns.push(texts("part", rows.iter().map(|&row| pictures[row].part)));
        kinds.push(ColumnKind::Category);
    }
    notes.actions.push(phrase!(
        "tables.images_read",
        count = rows.len(),
        height = shape.height,
        width = shape.width,
        channels = shape.channels
    ));
    notes.settle(Frame { columns }, kinds, Format::ImageFolder)
}

/// The images by class and name, training rows first, and the names of what is no image.
fn pictures(files: &Files) -> (Vec<Picture>, Vec<String>) {
    let (mut pictures, mut others) = (Vec::new(), Vec::new());
    let paths: Vec<&str> = files.entries().iter().map(|entry| entry.path.as_str()).collect();
    let root = common_root(&paths);
    for (entry, path) in paths.iter().enumerate() {
        if !bytes::is_image_name(path) {
            if !bytes::is_table_name(path) {
                others.push((*path).to_owned());
            }
            continue;
        }
        let mut folders: Vec<&str> = path[root..].split('/').collect();
        folders.pop();
        let part = folders.first().and_then(|top| part(top));
        if part.is_some() {
            folders.remove(0);
        }
        let class = folders.last().map(|folder| (*folder).to_owned());
        pictures.push(Picture { entry, path: (*path).to_owned(), class, part });
    }
    pictures.sort_by_key(|picture| picture.part.map_or(0, |part| usize::from(part != "train")));
    (pictures, others)
}

fn part(folder: &str) -> Option<&'static str> {
    match folder.to_ascii_lowercase().as_str() {
        "train" | "training" => Some("train"),
        "test" | "testing" => Some("test"),
        "val" | "valid" | "validation" => Some("validation"),
        _ => None,
    }
}

/// Bytes of a top folder that everything lies in, as zips made of a folder have it; a class or a part is not passed over.
fn common_root(paths: &[&str]) -> usize {
    let images = || paths.iter().filter(|path| bytes::is_image_name(path));
    let Some(first) = images().next() else { return 0 };
    let Some((top, _)) = first.split_once('/') else { return 0 };
    let prefix = format!("{top}/");
    let all_below = images().all(|path| path.starts_with(&prefix));
    let has_folders = images().all(|path| path[prefix.len().min(path.len())..].contains('/'));
    if all_below && has_folders && part(top).is_none() { prefix.len() } else { 0 }
}

/// The size of every image from its header; those that do not tell are listed.
fn measure(
    files: &mut Files,
    pictures: &[Picture],
    problems: &mut Problems,
) -> Result<Vec<Option<(u32, u32)>>, Problems> {
    let mut sizes = Vec::with_capacity(pictures.len());
    let mut broken = Vec::new();
    for picture in pictures {
        let content = files.read(picture.entry)?;
        let size = ImageReader::new(Cursor::new(&content))
            .with_guessed_format()
            .map_err(image::ImageError::IoError)
            .and_then(ImageReader::into_dimensions);
        match size {
            Ok(size) if size.0 > 0 && size.1 > 0 => sizes.push(Some(size)),
            Ok(_) => sizes.push(None),
            Err(error) => {
                sizes.push(None);
                broken.push((picture.path.clone(), error.to_string()));
            }
        }
    }
    say_undecodable(broken, problems);
    Ok(sizes)
}

fn say_undecodable(broken: Vec<(String, String)>, problems: &mut Problems) {
    let count = broken.len();
    for (path, reason) in broken.into_iter().take(LISTED) {
        problems.push(
            Problem::error(phrase!("tables.image_broken", reason = reason))
                .advise(Phrase::new("tables.image_broken_advice"))
                .in_file(path),
        );
    }
    if count > LISTED {
        problems.push(Problem::error(phrase!("tables.more_images", count = count - LISTED)));
    }
}

/// The one size of all images; others are told with examples, or brought to it where that was asked for.
fn settle_size(
    pictures: &[Picture],
    sizes: &[Option<(u32, u32)>],
    options: &ImportOptions,
    notes: &mut Notes,
) -> Option<(u32, u32)> {
    let mut by_size: BTreeMap<(u32, u32), Vec<&str>> = BTreeMap::new();
    for (picture, size) in pictures.iter().zip(sizes) {
        if let Some(size) = size {
            by_size.entry(*size).or_default().push(&picture.path);
        }
    }
    let most_common = by_size.iter().max_by_key(|(_, paths)| paths.len()).map(|(size, _)| *size)?;
    let common = options.image_size.unwrap_or(most_common);
    let name = |(width, height): (u32, u32)| format!("{width}×{height}");
    let others: usize =
        by_size.iter().filter(|(size, _)| **size != common).map(|(_, paths)| paths.len()).sum();
    if others == 0 {
        return Some(common);
    }
    if options.resize || options.image_size.is_some() {
        notes.actions.push(phrase!("tables.images_resized", count = others, size = name(common)));
        return Some(common);
    }
    for (size, paths) in by_size.iter().filter(|(size, _)| **size != common).take(LISTED) {
        let examples = paths.iter().take(3).copied().collect::<Vec<_>>().join(", ");
        notes.problems.push(
            Problem::error(phrase!(
                "tables.image_size",
                count = paths.len(),
                size = name(*size),
                common = name(common),
                examples = examples
            ))
            .advise(phrase!("tables.image_size_advice", common = name(common)))
            .in_file(paths[0]),
        );
    }
    if by_size.len() > LISTED + 1 {
        notes.problems.push(Problem::error(phrase!("tables.more_sizes", count = by_size.len() - LISTED - 1)));
    }
    Some(common)
}

/// What a table of labels says of the images.
struct Labels {
    /// The position of each labelled image, in the table's order.
    pictures: Vec<usize>,
    frame: Frame,
    kinds: Vec<ColumnKind>,
}

/// Reads the table of labels: the one named, or the one that lies among images in a single folder.
fn labels(
    files: &mut Files,
    options: &ImportOptions,
    pictures: &[Picture],
    notes: &mut Notes,
) -> Result<Option<Labels>, Problems> {
    let (name, content) = match &options.labels {
        Some(path) => {
            let content = std::fs::read(path).map_err(|error| StorageError::from(error).at(path))?;
            (path.display().to_string(), content)
        }
        None => {
            let tables: Vec<usize> = (0..files.entries().len())
                .filter(|&index| bytes::is_table_name(&files.entries()[index].path))
                .collect();
            let classes: std::collections::BTreeSet<_> =
                pictures.iter().map(|picture| &picture.class).collect();
            match (tables.as_slice(), classes.len()) {
                ([one], 0 | 1) => (files.entries()[*one].path.clone(), files.read(*one)?),
                _ => return Ok(None),
            }
        }
    };
    let table = delimited::import(
        &name,
        &content,
        &ImportOptions { kinds: options.kinds.clone(), ..Default::default() },
    )?;
    notes.actions.extend(table.actions);
    notes.problems.problems.extend(table.warnings);

    let mut by_name: HashMap<&str, usize> = HashMap::new();
    for (index, picture) in pictures.iter().enumerate() {
        let file = picture.path.rsplit('/').next().unwrap_or(&picture.path);
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        for key in [picture.path.as_str(), file, stem] {
            by_name.entry(key).or_insert(index);
        }
    }
    let find = |cell: &str| {
        let cell = cell.trim().trim_start_matches("./");
        by_name.get(cell).or_else(|| by_name.get(cell.rsplit(['/', '\\']).next().unwrap_or(cell))).copied()
    };
    let matches = |column: &Column| {
        (0..column.values.len())
            .filter(|&row| column.values.text(row).is_some_and(|text| find(&text).is_some()))
            .count()
    };
    let best = table
        .frame
        .columns
        .iter()
        .enumerate()
        .max_by_key(|(index, column)| (matches(column), std::cmp::Reverse(*index)));
    let Some((key, column)) = best.filter(|(_, column)| matches(column) > 0) else {
        let example = pictures.first().map(|picture| picture.path.clone()).unwrap_or_default();
        return Err(Problem::error(phrase!("tables.labels_no_match", example = example))
            .advise(Phrase::new("tables.labels_no_match_advice"))
            .in_file(name)
            .into());
    };

    let (mut kept, mut found, mut absent) = (Vec::new(), Vec::new(), Vec::new());
    for row in 0..column.values.len() {
        let text = column.values.text(row).unwrap_or_default();
        match find(&text) {
            Some(picture) => {
                kept.push(row);
                found.push(picture);
            }
            None => absent.push((row, text)),
        }
    }
    for (row, text) in absent.iter().take(LISTED) {
        notes.problems.push(
            Problem::error(phrase!("tables.labels_no_image", found = text))
                .advise(Phrase::new("tables.labels_no_image_advice"))
                .in_file(&name)
                .in_column(&column.name)
                .at_row(*row as u64 + 1),
        );
    }
    if absent.len() > LISTED {
        notes
            .problems
            .push(Problem::error(phrase!("tables.more_rows", count = absent.len() - LISTED)).in_file(&name));
    }
    let labelled: std::collections::HashSet<usize> = found.iter().copied().collect();
    if labelled.len() < pictures.len() {
        notes.problems.push(
            Problem::warning(phrase!("tables.images_without_row", count = pictures.len() - labelled.len()))
                .in_file(&name),
        );
    }
    let mut frame = table.frame.take(&kept);
    let mut kinds = table.kinds;
    frame.columns.remove(key);
    kinds.remove(key);
    Ok(Some(Labels { pictures: found, frame, kinds }))
}

/// Decodes the chosen images, in order, into one block: grey when all of them are, red-green-blue otherwise.
fn decode(
    files: &mut Files,
    pictures: &[Picture],
    rows: &[usize],
    size: (u32, u32),
    notes: &mut Notes,
) -> Result<(ImageShape, Arc<[u8]>), Problems> {
    let (width, height) = (size.0 as usize, size.1 as usize);
    let mut shape = ImageShape { height, width, channels: 1 };
    let mut pixels: Vec<u8> = Vec::with_capacity(rows.len().saturating_mul(shape.bytes()).min(1 << 32));
    let mut broken = Vec::new();
    for batch in rows.chunks(BATCH) {
        let contents =
            batch.iter().map(|&row| files.read(pictures[row].entry)).collect::<Result<Vec<_>, _>>()?;
        for (picture, decoded) in batch.iter().zip(decode_batch(&contents, size)) {
            match decoded {
                Ok(image) => add(&mut pixels, &mut shape, &image),
                Err(error) => broken.push((pictures[*picture].path.clone(), error.to_string())),
            }
        }
    }
    say_undecodable(broken, &mut notes.problems);
    Ok((shape, pixels.into()))
}

/// One image decoded, in as few channels as show it.
enum Decoded {
    Grey(Vec<u8>),
    Colour(Vec<u8>),
}

/// Appends an image; the first coloured one turns the grey ones before it into three equal channels.
fn add(pixels: &mut Vec<u8>, shape: &mut ImageShape, image: &Decoded) {
    match (image, shape.channels) {
        (Decoded::Grey(grey), 1) => pixels.extend_from_slice(grey),
        (Decoded::Grey(grey), _) => pixels.extend(grey.iter().flat_map(|&value| [value; 3])),
        (Decoded::Colour(colour), channels) => {
            if channels == 1 {
                shape.channels = 3;
                *pixels = pixels.iter().flat_map(|&value| [value; 3]).collect();
            }
            pixels.extend_from_slice(colour);
        }
    }
}

fn decode_batch(contents: &[Vec<u8>], size: (u32, u32)) -> Vec<Result<Decoded, image::ImageError>> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = contents.len().div_ceil(threads).max(1);
    std::thread::scope(|scope| {
        let workers: Vec<_> = contents
            .chunks(share)
            .map(|chunk| {
                scope.spawn(move || chunk.iter().map(|content| decode_one(content, size)).collect::<Vec<_>>())
            })
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| match worker.join() {
                Ok(decoded) => decoded,
                Err(panic) => std::panic::resume_unwind(panic),
            })
            .collect()
    })
}

fn decode_one(content: &[u8], size: (u32, u32)) -> Result<Decoded, image::ImageError> {
    let mut reader = ImageReader::new(Cursor::new(content)).with_guessed_format()?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_IMAGE_BYTES);
    reader.limits(limits);
    let mut image = reader.decode()?;
    if (image.width(), image.height()) != size {
        image = image.resize_exact(size.0, size.1, FilterType::Triangle);
    }
    let is_grey = matches!(image, DynamicImage::ImageLuma8(_) | DynamicImage::ImageLuma16(_));
    if is_grey {
        return Ok(Decoded::Grey(image.into_luma8().into_raw()));
    }
    let colour = image.into_rgb8().into_raw();
    // Many grey pictures are stored in colour.
    if colour.chunks_exact(3).all(|pixel| pixel[0] == pixel[1] && pixel[1] == pixel[2]) {
        return Ok(Decoded::Grey(colour.chunks_exact(3).map(|pixel| pixel[0]).collect()));
    }
    Ok(Decoded::Colour(colour))
}

/// The pixels of one encoded image and its shape; grey where its colours are.
pub(super) fn decode_single(content: &[u8]) -> Result<(ImageShape, Vec<u8>), image::ImageError> {
    let size = ImageReader::new(Cursor::new(content)).with_guessed_format()?.into_dimensions()?;
    let (channels, pixels) = match decode_one(content, size)? {
        Decoded::Grey(pixels) => (1, pixels),
        Decoded::Colour(pixels) => (3, pixels),
    };
    Ok((ImageShape { height: size.1 as usize, width: size.0 as usize, channels }, pixels))
}

fn texts<'a>(name: &str, values: impl Iterator<Item = Option<&'a str>>) -> Column {
    let mut interner = Interner::default();
    Column {
        name: name.to_owned(),
        values: Values::Text(values.map(|value| value.map(|value| interner.share(value))).collect()),
    }
}

//! MNIST's IDX files, plain or gzip: two zero bytes, a type, the number of dimensions, big-endian sizes, then the values.
//!
//! Source: Yann LeCun's page of the MNIST database, "File formats for vectors and multidimensional matrices".

use std::io::Read;
use std::sync::Arc;

use flate2::bufread::MultiGzDecoder;
use flywheel_spec::table::{ColumnKind, ImageShape};
use flywheel_spec::{Phrase, Problem, Problems, phrase};

use super::files::Files;
use super::{Format, Imported, Notes, bytes};
use crate::frame::{Column, Frame, Images, Values};
use crate::interner::Interner;

/// The type of unsigned bytes.
const UNSIGNED_BYTE: u8 = 0x08;

/// A file with its header.
struct IdxFile {
    name: String,
    content: Vec<u8>,
    sizes: Vec<usize>,
}

/// The images of one part with their labels.
struct Pair {
    part: Option<&'static str>,
    images: IdxFile,
    labels: Option<IdxFile>,
}

/// True for a name or a content that is IDX, gzip or not, mislabelled ones included.
pub(super) fn looks_like(name: &str, content: &[u8]) -> bool {
    let start =
        if bytes::is_gzip(content) { start_of_gzip(content) } else { content.get(..4).map(<[u8]>::to_vec) };
    let is_magic = |start: Vec<u8>| {
        start[..2] == [0, 0] && matches!(start[2], 0x08 | 0x09 | 0x0B..=0x0E) && (1..=4).contains(&start[3])
    };
    is_idx_name(name) || start.is_some_and(is_magic)
}

/// The files of a folder or a zip that are IDX, with their content.
pub(super) fn entries(files: &mut Files) -> Result<Vec<(String, Vec<u8>)>, Problems> {
    let mut found = Vec::new();
    for index in 0..files.entries().len() {
        let name = files.entries()[index].path.clone();
        let plain = !name.contains('.') || name.ends_with(".idx") || name.ends_with(".gz");
        if is_idx_name(&name)
            || (plain && !bytes::is_table_name(&name) && looks_like(&name, &files.read_start(index, 256)?))
        {
            found.push((name, files.read(index)?));
        }
    }
    // Both the gzip and the plain form of one file often lie side by side.
    let plain: Vec<String> =
        found.iter().map(|(name, _)| name.clone()).filter(|name| !name.ends_with(".gz")).collect();
    found.retain(|(name, _)| {
        !name.strip_suffix(".gz").is_some_and(|stem| plain.iter().any(|name| name == stem))
    });
    Ok(found)
}

/// The file with those that belong to it: its labels or images, and the other part.
pub(super) fn companions(
    folder: Option<Files>,
    name: String,
    content: Vec<u8>,
) -> Result<Vec<(String, Vec<u8>)>, Problems> {
    let mut files = vec![(name, content)];
    let Some(mut folder) = folder else { return Ok(files) };
    let stem = |name: &str| last_part(name).trim_end_matches(".gz").to_owned();
    // The file itself, and the gzip or plain form of a file that is taken already, are passed over.
    let mut taken = vec![stem(&files[0].0)];
    let entries = folder.entries().iter().map(|entry| entry.path.clone()).enumerate();
    let mut beside: Vec<(usize, String)> =
        entries.filter(|(_, path)| !path.contains('/') && is_idx_name(path)).collect();
    beside.sort_by_key(|(_, path)| path.ends_with(".gz"));
    for (index, path) in beside {
        if !taken.contains(&stem(&path)) {
            taken.push(stem(&path));
            files.push((path, folder.read(index)?));
        }
    }
    Ok(files)
}

/// Reads images and labels of every part into the columns `image`, `label` and `part`.
pub(super) fn import(files: Vec<(String, Vec<u8>)>) -> Result<Imported, Problems> {
    let mut notes = Notes::default();
    let mut read = Vec::new();
    for (name, content) in files {
        match header(name, content) {
            Ok(file) => read.push(file),
            Err(problems) => notes.problems.extend(problems),
        }
    }
    let pairs = pair(read, &mut notes.problems);
    let shape = common_shape(&pairs, &mut notes.problems);
    for pair in &pairs {
        check_counts(pair, &mut notes.problems);
    }
    let Some(shape) = shape else {
        if !notes.problems.stop() {
            notes.problems.push(
                Problem::error(Phrase::new("tables.idx_no_images"))
                    .advise(Phrase::new("tables.idx_no_images_advice")),
            );
        }
        return notes.settle(Frame::default(), Vec::new(), Format::Idx);
    };

    let mut counts = Vec::new();
    let claimed: usize = pairs.iter().map(|pair| body_bytes(&pair.images.sizes)).sum();
    let plausible = pairs.iter().all(|pair| is_plausible(&pair.images));
    let mut pixels: Arc<[u8]> = std::iter::repeat_n(0, if plausible { claimed } else { 0 }).collect();
    let mut labels: Vec<Option<Arc<str>>> = Vec::new();
    let mut parts: Vec<Option<Arc<str>>> = Vec::new();
    let mut interner = Interner::default();
    let mut filled = 0;
    for pair in &pairs {
        let bytes = body_bytes(&pair.images.sizes);
        let room = match Arc::get_mut(&mut pixels) {
            Some(pixels) if plausible => &mut pixels[filled..filled + bytes],
            _ => &mut [],
        };
        if let Err(problems) = fill(&pair.images, room) {
            notes.problems.extend(problems);
        }
        filled += bytes;
        let rows = pair.images.sizes[0];
        match &pair.labels {
            Some(file) if is_plausible(file) => {
                let mut values = vec![0; body_bytes(&file.sizes)];
                if let Err(problems) = fill(file, &mut values) {
                    notes.problems.extend(problems);
                }
                labels.extend(values.iter().map(|value| Some(interner.share(&value.to_string()))));
            }
            Some(file) => {
                if let Err(problems) = fill(file, &mut []) {
                    notes.problems.extend(problems);
                }
            }
            None if plausible => labels.extend(std::iter::repeat_n(None, rows)),
            None => {}
        }
        if plausible {
            parts.extend(std::iter::repeat_n(pair.part.map(|part| interner.share(part)), rows));
        }
        counts.push(format!("{}: {rows}", pair.part.unwrap_or("all")));
    }
    notes.actions.push(phrase!(
        "tables.idx_read",
        counts = counts.join(", "),
        height = shape.height,
        width = shape.width
    ));

    let has_labels = pairs.iter().any(|pair| pair.labels.is_some());
    let has_parts = pairs.len() > 1 && pairs.iter().all(|pair| pair.part.is_some());
    let mut columns =
        vec![Column { name: "image".to_owned(), values: Values::Image(Images { shape, pixels }) }];
    let mut kinds = vec![ColumnKind::Image];
    for (name, values, wanted) in [("label", labels, has_labels), ("part", parts, has_parts)] {
        if wanted {
            columns.push(Column { name: name.to_owned(), values: Values::Text(values) });
            kinds.push(ColumnKind::Category);
        }
    }
    notes.settle(Frame { columns }, kinds, Format::Idx)
}

fn is_idx_name(name: &str) -> bool {
    let name = last_part(name).to_ascii_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    name.ends_with("-ubyte")
        || name.ends_with(".idx1")
        || name.ends_with(".idx3")
        || name.ends_with(".idx")
        || name.contains("idx1-ubyte")
        || name.contains("idx3-ubyte")
}

fn last_part(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}

fn start_of_gzip(content: &[u8]) -> Option<Vec<u8>> {
    let mut start = vec![0; 4];
    MultiGzDecoder::new(content).read_exact(&mut start).ok().map(|()| start)
}

/// Reads the header, at most 20 bytes.
fn header(name: String, content: Vec<u8>) -> Result<IdxFile, Problems> {
    let mut start = [0; 4];
    let mut reader = reader(&content);
    if let Err(error) = reader.read_exact(&mut start) {
        return Err(short_header(&name, &content, &error));
    }
    if start[..2] != [0, 0] || !(1..=4).contains(&start[3]) {
        let found = start.map(|byte| format!("{byte:02x}")).join(" ");
        return Err(Problem::error(phrase!("tables.idx_magic", found = found))
            .advise(Phrase::new("tables.idx_magic_advice"))
            .in_file(name)
            .into());
    }
    if start[2] != UNSIGNED_BYTE {
        let found = format!("{:02x}", start[2]);
        return Err(Problem::error(phrase!("tables.idx_type", found = found))
            .advise(Phrase::new("tables.idx_type_advice"))
            .in_file(name)
            .into());
    }
    let mut sizes = Vec::new();
    for _ in 0..start[3] {
        let mut size = [0; 4];
        if let Err(error) = reader.read_exact(&mut size) {
            return Err(short_header(&name, &content, &error));
        }
        sizes.push(u32::from_be_bytes(size) as usize);
    }
    drop(reader);
    let overflows = sizes.iter().try_fold(1_usize, |product, &size| product.checked_mul(size)).is_none();
    if overflows || sizes.contains(&0) {
        return Err(Problem::error(phrase!("tables.idx_sizes", sizes = times(&sizes)))
            .advise(Phrase::new("tables.copy_again"))
            .in_file(name)
            .into());
    }
    Ok(IdxFile { name, content, sizes })
}

fn short_header(name: &str, content: &[u8], error: &std::io::Error) -> Problems {
    if bytes::is_gzip(content) && error.kind() != std::io::ErrorKind::UnexpectedEof {
        return bytes::broken_gzip(name, 0, error);
    }
    Problem::error(phrase!("tables.idx_short_header", found = content.len()))
        .advise(Phrase::new("tables.copy_again"))
        .in_file(name)
        .into()
}

fn reader(content: &[u8]) -> Box<dyn Read + '_> {
    if bytes::is_gzip(content) { Box::new(MultiGzDecoder::new(content)) } else { Box::new(content) }
}

fn header_bytes(file: &IdxFile) -> usize {
    4 + 4 * file.sizes.len()
}

fn body_bytes(sizes: &[usize]) -> usize {
    sizes.iter().product()
}

/// False when the header claims more bytes than the file can possibly hold, so that nothing is allocated for them.
fn is_plausible(file: &IdxFile) -> bool {
    let expansion = if bytes::is_gzip(&file.content) { bytes::MOST_EXPANSION } else { 1 };
    body_bytes(&file.sizes) as u64 <= (file.content.len() as u64).saturating_mul(expansion)
}

/// Reads the values into `room`, and says where a file ends too early or goes on too long.
///
/// An empty `room` only measures.
fn fill(file: &IdxFile, room: &mut [u8]) -> Result<(), Problems> {
    let mut reader = reader(&file.content);
    let header = header_bytes(file);
    let wanted = body_bytes(&file.sizes);
    let mut skipped = vec![0; header];
    let mut read = 0;
    let mut failure = reader.read_exact(&mut skipped).err();
    if failure.is_none() {
        let mut spare = [0; 8192];
        loop {
            // Past the room the bytes are only counted.
            let target = if read < room.len() { &mut room[read..] } else { &mut spare[..] };
            match reader.read(target) {
                Ok(0) => break,
                Ok(count) => read += count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => {
                    failure = Some(error);
                    break;
                }
            }
        }
    }
    let item = body_bytes(&file.sizes[1..]).max(1);
    let problem = if read < wanted {
        let offset = header + read;
        let reason = failure.map(|error| error.to_string()).unwrap_or_else(|| "end of file".to_owned());
        phrase!(
            "tables.idx_truncated",
            offset = offset,
            wanted = header + wanted,
            item = read / item + 1,
            items = file.sizes[0],
            reason = reason
        )
    } else if read > wanted {
        phrase!("tables.idx_too_long", wanted = header + wanted, found = header + read, items = file.sizes[0])
    } else if let Some(error) = failure {
        return Err(bytes::broken_gzip(&file.name, header + read, &error));
    } else {
        return Ok(());
    };
    Err(Problem::error(problem).advise(Phrase::new("tables.copy_again")).in_file(&file.name).into())
}

/// Sorts files into parts, images with their labels; names and contents that disagree are told.
fn pair(files: Vec<IdxFile>, problems: &mut Problems) -> Vec<Pair> {
    let mut images: Vec<(Option<&'static str>, IdxFile)> = Vec::new();
    let mut labels: Vec<(Option<&'static str>, IdxFile)> = Vec::new();
    for file in files {
        let name = last_part(&file.name).to_ascii_lowercase();
        let is_labels = file.sizes.len() == 1;
        let says_images = name.contains("images") || name.contains("idx3");
        let says_labels = name.contains("labels") || name.contains("idx1");
        if (is_labels && says_images) || (!is_labels && says_labels) {
            let found = Phrase::new(if is_labels { "tables.idx_labels" } else { "tables.idx_images" });
            problems.push(
                Problem::error(
                    phrase!(
                        "tables.idx_mixed_up",
                        magic = 2048 + file.sizes.len(),
                        sizes = times(&file.sizes)
                    )
                    .with_phrase("found", &found),
                )
                .advise(Phrase::new("tables.idx_mixed_up_advice"))
                .in_file(&file.name),
            );
        }
        let part = match &name {
            name if name.contains("train") => Some("train"),
            name if name.contains("t10k") || name.contains("test") => Some("test"),
            _ => None,
        };
        if is_labels { labels.push((part, file)) } else { images.push((part, file)) }
    }
    // Training rows come first, whatever order the folder lists them in.
    images.sort_by_key(|(part, file)| (*part == Some("test"), file.name.clone()));
    let mut pairs = Vec::new();
    for (part, images) in images {
        let found = labels.iter().position(|(other, _)| *other == part);
        let labels = found.map(|index| labels.swap_remove(index).1);
        if labels.is_none() {
            problems.push(
                Problem::warning(Phrase::new("tables.idx_no_labels"))
                    .advise(Phrase::new("tables.idx_no_labels_advice"))
                    .in_file(&images.name),
            );
        }
        pairs.push(Pair { part, images, labels });
    }
    for (_, orphan) in labels {
        problems.push(
            Problem::error(Phrase::new("tables.idx_labels_alone"))
                .advise(Phrase::new("tables.idx_no_images_advice"))
                .in_file(orphan.name),
        );
    }
    pairs
}

fn check_counts(pair: &Pair, problems: &mut Problems) {
    if let Some(labels) = &pair.labels
        && labels.sizes[0] != pair.images.sizes[0]
    {
        problems.push(
            Problem::error(phrase!(
                "tables.idx_counts",
                images = pair.images.sizes[0],
                labels = labels.sizes[0],
                labels_file = labels.name
            ))
            .advise(Phrase::new("tables.idx_counts_advice"))
            .in_file(&pair.images.name),
        );
    }
}

fn common_shape(pairs: &[Pair], problems: &mut Problems) -> Option<ImageShape> {
    let mut common: Option<(ImageShape, &str)> = None;
    for Pair { images, .. } in pairs {
        let shape = match images.sizes.as_slice() {
            [_, height, width] => ImageShape { height: *height, width: *width, channels: 1 },
            [_, height, width, channels @ (1 | 3)] => {
                ImageShape { height: *height, width: *width, channels: *channels }
            }
            _ => {
                problems.push(
                    Problem::error(phrase!("tables.idx_dimensions", sizes = times(&images.sizes)))
                        .advise(Phrase::new("tables.idx_dimensions_advice"))
                        .in_file(&images.name),
                );
                continue;
            }
        };
        match common {
            None => common = Some((shape, &images.name)),
            Some((first, file)) if first != shape => problems.push(
                Problem::error(phrase!(
                    "tables.idx_shapes_differ",
                    sizes = times(&images.sizes[1..]),
                    others = format!("{}×{}", first.height, first.width),
                    file = file
                ))
                .advise(Phrase::new("tables.idx_shapes_differ_advice"))
                .in_file(&images.name),
            ),
            Some(_) => {}
        }
    }
    common.map(|(shape, _)| shape)
}

fn times(sizes: &[usize]) -> String {
    sizes.iter().map(usize::to_string).collect::<Vec<_>>().join("×")
}

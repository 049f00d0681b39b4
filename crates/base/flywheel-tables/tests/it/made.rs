//! Small sources made on the spot, and what tests ask of an import.

use std::io::Write;

use flywheel_spec::Problems;
use flywheel_spec::table::ColumnKind;
use flywheel_tables::frame::Values;
use flywheel_tables::{ImportOptions, Imported, Source, StoredTable, import};

/// An IDX file: magic, sizes, values.
pub fn idx(sizes: &[u32], values: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, sizes.len() as u8];
    bytes.extend(sizes.iter().flat_map(|size| size.to_be_bytes()));
    bytes.extend_from_slice(values);
    bytes
}

/// `count` images of 3×2 pixels, the n-th filled with n.
pub fn idx_images(count: u32) -> Vec<u8> {
    let pixels: Vec<u8> = (0..count).flat_map(|image| [image as u8; 6]).collect();
    idx(&[count, 3, 2], &pixels)
}

/// `count` labels, the n-th being n modulo 10.
pub fn idx_labels(count: u32) -> Vec<u8> {
    idx(&[count], &(0..count).map(|label| (label % 10) as u8).collect::<Vec<_>>())
}

/// Bytes as gzip.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory takes every byte");
    encoder.finish().expect("memory takes every byte")
}

/// A PNG of one colour; grey where the three are equal and `grey` is wanted.
pub fn png(width: u32, height: u32, colour: [u8; 3], grey: bool) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let image = match grey {
        true => image::DynamicImage::ImageLuma8(image::GrayImage::from_pixel(
            width,
            height,
            image::Luma([colour[0]]),
        )),
        false => {
            image::DynamicImage::ImageRgb8(image::RgbImage::from_pixel(width, height, image::Rgb(colour)))
        }
    };
    image.write_to(&mut bytes, image::ImageFormat::Png).expect("memory takes every byte");
    bytes.into_inner()
}

/// A zip of the files.
pub fn zip(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in files {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).expect("a new name");
        archive.write_all(content).expect("memory takes every byte");
    }
    archive.finish().expect("memory takes every byte").into_inner()
}

/// Writes the files into a fresh folder.
pub fn folder(files: &[(&str, Vec<u8>)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, content) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, content).expect("a file");
    }
    folder
}

/// Imports bytes with the options.
pub fn import_bytes(name: &str, bytes: &[u8], options: &ImportOptions) -> Result<Imported, Problems> {
    import(&Source::Bytes { name, bytes }, options)
}

/// Imports bytes that are fine.
pub fn imported(name: &str, bytes: &[u8]) -> Imported {
    import_bytes(name, bytes, &ImportOptions::default())
        .unwrap_or_else(|problems| panic!("{name}: {problems}"))
}

/// Each column as `name: kind = values`, for short comparisons.
pub fn shown(imported: &Imported) -> Vec<String> {
    let columns = imported.frame.columns.iter().zip(&imported.kinds);
    columns
        .map(|(column, kind)| {
            let values: Vec<String> = (0..column.values.len())
                .map(|row| match &column.values {
                    Values::Image(images) => format!("{:?}", images.image(row)),
                    values => values.text(row).unwrap_or_else(|| "∅".to_owned()),
                })
                .collect();
            format!("{}: {} = {}", column.name, kind_name(*kind), values.join(" | "))
        })
        .collect()
}

fn kind_name(kind: ColumnKind) -> &'static str {
    flywheel_tables::warehouse::layout::kind_name(kind)
}

/// An imported frame as a table.
pub fn stored(imported: Imported) -> StoredTable {
    StoredTable {
        name: "made".to_owned(),
        version: 0,
        fingerprint: String::new(),
        frame: imported.frame,
        kinds: imported.kinds,
        writing: imported.writing,
    }
}

/// A moment for what is written in tests.
pub fn now() -> jiff::Timestamp {
    jiff::Timestamp::from_second(1_760_000_000).expect("a moment")
}

//! Files damaged on their way: each is read or refused with reasons, never with a panic.

use std::io::{Cursor, Write};

use flywheel_stats::chance::Chance;
use flywheel_stats::damage::damaged;
use flywheel_tables::{ImportOptions, Source, import};

/// How many damaged copies of each file are read; `make soak` sets `FLYWHEEL_SOAK` for the long count.
fn copies() -> u64 {
    if std::env::var_os("FLYWHEEL_SOAK").is_some() { 50_000 } else { 1_000 }
}

/// Reads damaged copies of a file that is good as it stands.
fn survives_damage(name: &str, good: &[u8]) {
    let read = |bytes: &[u8]| import(&Source::Bytes { name, bytes }, &ImportOptions::default());
    if let Err(problems) = read(good) {
        panic!("{name} is good as it stands, but was refused: {problems}");
    }
    for seed in 0..copies() {
        let bytes = damaged(good, &mut Chance::new(seed).stream(name));
        match read(&bytes) {
            Ok(imported) => {
                let rows = imported.frame.rows();
                for column in &imported.frame.columns {
                    assert_eq!(
                        column.values.len(),
                        rows,
                        "{name}, seed {seed}: `{}` has another length",
                        column.name
                    );
                }
                assert_eq!(imported.kinds.len(), imported.frame.columns.len(), "{name}, seed {seed}");
            }
            Err(problems) => {
                assert!(!problems.problems.is_empty(), "{name}, seed {seed}: refused without a reason")
            }
        }
    }
}

#[test]
fn damaged_csv() {
    let text = "id,name,amount,when,active,说明\n\
        1,\"Ann, B.\",12.50,2024-01-31,yes,好用\n\
        2,Bob,,2024-02-01,no,\"很\"\"慢\"\"\"\n\
        3,Cem,1e3,2024-02-30,yes,\n\
        4,\"two\nlines\",-7,2024-03-01 10:00:00,no,一般\n";
    survives_damage("customers.csv", text.as_bytes());
    survives_damage("customers.tsv", text.replace(',', "\t").as_bytes());
}

#[test]
fn damaged_csv_in_another_encoding() {
    let (bytes, _, _) = encoding_rs::GBK.encode("编号,城市,得分\n1,北京,3\n2,上海,4\n3,广州,5\n");
    survives_damage("cities.csv", &bytes);
}

#[test]
fn damaged_json_lines() {
    let text = "{\"id\": 1, \"name\": \"Ann\", \"tags\": [\"a\"], \"score\": 0.5}\n\
        {\"id\": 2, \"name\": null, \"score\": 1e9, \"ok\": true}\n\
        {\"id\": 3, \"name\": \"\\u4f60\", \"score\": -3, \"ok\": false}\n";
    survives_damage("people.jsonl", text.as_bytes());
}

/// The five labels of the images below, with their header.
const LABELS: [u8; 13] = [0, 0, 8, 1, 0, 0, 0, 5, 7, 1, 7, 1, 0];

#[test]
fn damaged_idx() {
    let mut images = vec![0, 0, 8, 3, 0, 0, 0, 5, 0, 0, 0, 4, 0, 0, 0, 4];
    images.extend((0..80).map(|pixel| pixel as u8 * 3));
    survives_damage("train-images-idx3-ubyte", &images);
    survives_damage("train-images-idx3-ubyte.gz", &gzip(&images));
    survives_damage(
        "mnist.zip",
        &zip(&[("train-images-idx3-ubyte", &images), ("train-labels-idx1-ubyte", &LABELS)]),
    );
}

#[test]
fn damaged_pixel_table() {
    let header: Vec<String> = (0..16).map(|pixel| format!("pixel{pixel}")).collect();
    let row = |label: u8| {
        format!("{label},{}\n", (0..16).map(|pixel| (pixel * 15).to_string()).collect::<Vec<_>>().join(","))
    };
    let text = format!("label,{}\n{}{}{}", header.join(","), row(3), row(7), row(3));
    survives_damage("digits.csv", text.as_bytes());
}

#[test]
fn damaged_zip_of_image_folders() {
    let mut png = Cursor::new(Vec::new());
    let image = image::GrayImage::from_fn(6, 6, |x, y| image::Luma([(x * 40 + y) as u8]));
    image.write_to(&mut png, image::ImageFormat::Png).expect("a small image can be written");
    let png = png.get_ref().as_slice();
    let pets = ["cats/1.png", "cats/2.png", "dogs/1.png", "dogs/2.png"].map(|name| (name, png));
    survives_damage("pets.zip", &zip(&pets));
}

#[test]
fn damaged_parquet() {
    use datafusion::arrow::array::{Float64Array, RecordBatch, StringArray};
    let columns: [(&str, datafusion::arrow::array::ArrayRef); 2] = [
        ("city", std::sync::Arc::new(StringArray::from(vec![Some("Ulm"), None, Some("Bonn")]))),
        ("score", std::sync::Arc::new(Float64Array::from(vec![1.0, 2.5, -3.0]))),
    ];
    let batch = RecordBatch::try_from_iter(columns).expect("the columns are equally long");
    let mut writer = datafusion::parquet::arrow::ArrowWriter::try_new(Vec::new(), batch.schema(), None)
        .expect("a file in memory can be begun");
    writer.write(&batch).expect("a file in memory takes rows");
    survives_damage("cities.parquet", &writer.into_inner().expect("a file in memory can be finished"));
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).expect("memory takes bytes");
    packer.finish().expect("memory takes bytes")
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut packer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        packer.start_file(*name, zip::write::SimpleFileOptions::default()).expect("memory takes files");
        packer.write_all(bytes).expect("memory takes bytes");
    }
    packer.finish().expect("memory takes bytes").into_inner()
}

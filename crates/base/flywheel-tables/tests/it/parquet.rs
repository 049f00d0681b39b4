//! Parquet files as other programs write them.

use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Float32Array, Int32Array, RecordBatch, StringArray,
    StructArray,
};
use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::parquet::arrow::ArrowWriter;
use flywheel_tables::{Format, ImportOptions};

use crate::made::{import_bytes, imported, png, shown};

fn written(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter(columns).expect("even columns");
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).expect("a schema");
    writer.write(&batch).expect("memory takes every byte");
    writer.close().expect("memory takes every byte");
    bytes
}

#[test]
fn typed_columns_keep_their_types_and_codes_are_recognised() {
    let bytes = written(vec![
        ("small", Arc::new(Int32Array::from(vec![Some(5), None, Some(70)]))),
        ("float", Arc::new(Float32Array::from(vec![0.5, 1.5, -2.0]))),
        ("flag", Arc::new(BooleanArray::from(vec![true, false, true]))),
        ("day", Arc::new(Date32Array::from(vec![0, 1, 2]))),
        ("word", Arc::new(StringArray::from(vec![Some("a"), Some("b"), None]))),
    ]);
    let read = imported("a.parquet", &bytes);
    assert_eq!(read.format, Format::Parquet);
    assert_eq!(
        shown(&read),
        [
            "small: number = 5 | ∅ | 70",
            "float: number = 0.5 | 1.5 | -2",
            "flag: boolean = true | false | true",
            "day: time = 1970-01-01T00:00:00Z | 1970-01-02T00:00:00Z | 1970-01-03T00:00:00Z",
            "word: category = a | b | ∅",
        ]
    );
}

#[test]
fn encoded_images_are_decoded_also_in_hugging_faces_structure() {
    let contents = [png(1, 2, [3; 3], true), png(1, 2, [4; 3], true)];
    let bytes: ArrayRef = Arc::new(BinaryArray::from_iter_values(&contents));
    let paths: ArrayRef = Arc::new(StringArray::from(vec!["a.png", "b.png"]));
    let structure = StructArray::from(vec![
        (Arc::new(Field::new("bytes", DataType::Binary, true)), bytes.clone()),
        (Arc::new(Field::new("path", DataType::Utf8, true)), paths),
    ]);
    let labels: ArrayRef = Arc::new(Int32Array::from(vec![1, 0]));
    for image in [bytes, Arc::new(structure) as ArrayRef] {
        let read = imported("a.parquet", &written(vec![("image", image), ("label", labels.clone())]));
        assert_eq!(shown(&read), ["image: image = [3, 3] | [4, 4]", "label: boolean = 1 | 0"]);
    }
}

#[test]
fn a_cut_file_is_refused() {
    let bytes = written(vec![("x", Arc::new(Int32Array::from(vec![1, 2, 3])))]);
    let problems =
        import_bytes("a.parquet", &bytes[..bytes.len() - 20], &ImportOptions::default()).expect_err("cut");
    assert_eq!(problems.problems[0].code, "tables.parquet_broken");
}

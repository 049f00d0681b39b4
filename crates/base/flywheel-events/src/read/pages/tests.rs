//! Pages as another writer makes them, and bytes that are none.

use arrow::array::{ArrayRef, Int64Array, RecordBatch};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::{WriterProperties, WriterVersion};
use parquet::file::reader::{FileReader, SerializedFileReader};
use proptest::prelude::*;

use super::*;

/// How a file is written.
#[derive(Debug, Clone)]
struct Written {
    dictionary: bool,
    version: WriterVersion,
    page_rows: usize,
    compression: Compression,
}

fn any_written() -> impl Strategy<Value = Written> {
    let version = prop_oneof![Just(WriterVersion::PARQUET_1_0), Just(WriterVersion::PARQUET_2_0)];
    let compression = prop_oneof![Just(Compression::LZ4_RAW), Just(Compression::UNCOMPRESSED)];
    (any::<bool>(), version, 1_usize..300, compression).prop_map(
        |(dictionary, version, page_rows, compression)| Written {
            dictionary,
            version,
            page_rows,
            compression,
        },
    )
}

/// Runs of few and many different numbers, so that dictionaries of every width and both kinds of runs come about.
fn any_numbers() -> impl Strategy<Value = Vec<i64>> {
    let run = (0_i64..2000, 1_usize..40, any::<bool>());
    prop::collection::vec(run, 1..60).prop_map(|runs| {
        let numbers = runs.into_iter().flat_map(|(first, count, alike)| {
            (0..count as i64).map(move |at| (first + if alike { 0 } else { at }) * 7_000_000_007)
        });
        numbers.collect()
    })
}

fn file(numbers: &[i64], written: &Written) -> Bytes {
    let texts: Vec<String> = numbers.iter().map(|number| format!("事件 {number}")).collect();
    let columns: [(&str, ArrayRef, bool); 2] = [
        ("number", Arc::new(Int64Array::from(numbers.to_vec())), true),
        ("text", Arc::new(StringArray::from(texts)), true),
    ];
    let batch = RecordBatch::try_from_iter_with_nullable(columns).expect("a batch");
    let properties = WriterProperties::builder()
        .set_writer_version(written.version)
        .set_compression(written.compression)
        .set_data_page_row_count_limit(written.page_rows)
        .set_write_batch_size(written.page_rows)
        .set_column_dictionary_enabled("number".into(), written.dictionary)
        .build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).expect("a writer");
    writer.write(&batch).expect("rows");
    writer.close().expect("a file");
    bytes.into()
}

proptest! {
    #[test]
    fn rows_come_out_as_they_went_in(
        numbers in any_numbers(),
        written in any_written(),
        piece in 1_usize..200,
    ) {
        let bytes = file(&numbers, &written);
        let reader = SerializedFileReader::new(bytes.clone()).expect("a file");
        let group = reader.metadata().row_group(0);
        let pages = |at: usize| Pages::new(Arc::new(bytes.clone()), group.column(at), numbers.len());
        // The second version packs whole numbers in another way, which is left to the other reader.
        let plain = written.dictionary || written.version == WriterVersion::PARQUET_1_0;
        prop_assert_eq!(fits(group.column(0)), plain);
        prop_assert!(fits(group.column(1)));
        if plain {
            let mut column = Numbers::new(pages(0).expect("pages"));
            let mut found = Vec::new();
            while found.len() < numbers.len() {
                column.take(piece.min(numbers.len() - found.len()), &mut found).expect("rows");
            }
            prop_assert_eq!(&found, &numbers);
            column.take(1, &mut found).expect_err("there are no more rows");
        }
        let mut column = Texts::new(pages(1).expect("pages"));
        let mut keys = Vec::new();
        for begin in (0..numbers.len()).step_by(piece) {
            let values = column.take(piece.min(numbers.len() - begin), &mut keys).expect("rows");
            for (key, number) in keys[begin..].iter().zip(&numbers[begin..]) {
                prop_assert_eq!(values.value(*key as usize), format!("事件 {number}"));
            }
        }
    }

    #[test]
    fn rows_that_are_passed_over_move_no_other(
        numbers in any_numbers(),
        written in any_written(),
        steps in prop::collection::vec((1_usize..400, any::<bool>()), 1..30),
    ) {
        let written = Written { version: WriterVersion::PARQUET_1_0, ..written };
        let bytes = file(&numbers, &written);
        let reader = SerializedFileReader::new(bytes.clone()).expect("a file");
        let group = reader.metadata().row_group(0);
        let pages = |at: usize| Pages::new(Arc::new(bytes.clone()), group.column(at), numbers.len());
        let mut column = Numbers::new(pages(0).expect("pages"));
        let mut texts = Texts::new(pages(1).expect("pages"));
        let mut at = 0;
        for (rows, skips) in steps {
            let rows = rows.min(numbers.len() - at);
            if skips {
                column.skip(rows).expect("rows");
                texts.skip(rows).expect("rows");
            } else {
                let (mut found, mut keys) = (Vec::new(), Vec::new());
                column.take(rows, &mut found).expect("rows");
                prop_assert_eq!(&found, &numbers[at..at + rows]);
                let values = texts.take(rows, &mut keys).expect("rows");
                for (key, number) in keys.iter().zip(&found) {
                    prop_assert_eq!(values.value(*key as usize), format!("事件 {number}"));
                }
            }
            at += rows;
        }
    }

    #[test]
    fn bytes_that_mean_nothing_are_an_error(
        bytes in prop::collection::vec(any::<u8>(), 0..60),
        rows in 0_usize..500,
        entries in 0_i64..10,
    ) {
        let dictionary: Vec<i64> = (0..entries).collect();
        let mut found = Vec::new();
        if let Ok(mut places) = Hybrid::new(bytes.into(), rows)
            && places.take(rows, &dictionary, &mut found).is_ok()
        {
            prop_assert_eq!(found.len(), rows);
        }
    }
}

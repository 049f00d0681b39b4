//! Files of events as the store writes them, small enough to straddle everything.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use flywheel_people::Event;
use flywheel_people::event::{number_of, text_of};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use serde_json::{Value, json};

/// Which properties get columns.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    pub text: Vec<String>,
    pub number: Vec<String>,
    pub set: Vec<String>,
    /// Whether the file has any accelerating column at all.
    pub has_set: bool,
}

/// The events of one file, sorted, each with the person it is written under.
pub fn file(mut rows: Vec<(i64, &Event)>, columns: &Columns, rows_a_group: usize) -> Vec<u8> {
    rows.sort_by_key(|(person, event)| (*person, event.time));
    let texts = |of: &dyn Fn(&Event) -> Option<String>| -> ArrayRef {
        Arc::new(rows.iter().map(|(_, event)| of(event)).collect::<StringArray>())
    };
    let times = |of: &dyn Fn(&Event) -> i64| -> ArrayRef {
        let times: TimestampMicrosecondArray = rows.iter().map(|(_, event)| Some(of(event))).collect();
        Arc::new(times.with_timezone("UTC"))
    };
    let persons: Int64Array = rows.iter().map(|(person, _)| Some(*person)).collect();
    let mut arrays: Vec<(String, ArrayRef)> = vec![
        ("person".into(), Arc::new(persons)),
        ("time".into(), times(&|event| event.time)),
        ("event".into(), texts(&|event| Some(event.event.clone()))),
        ("distinct_id".into(), texts(&|event| Some(event.distinct_id.clone()))),
        ("uuid".into(), texts(&|event| Some(event.uuid.to_string()))),
        ("received".into(), times(&|event| event.received)),
        ("source".into(), texts(&|event| Some(event.source.clone()))),
        ("properties".into(), texts(&|event| serde_json::to_string(&event.properties).ok())),
    ];
    let said = |event: &Event, key: &str, name: &str| -> Option<Value> {
        event.properties.get(key).and_then(|set| set.get(name)).cloned()
    };
    // A column cannot tell a null that was set from nothing that was set, nor a truth from a word.
    let is_unfit = |name: &String| {
        let words =
            rows.iter().flat_map(|(_, event)| ["$set", "$set_once"].map(|key| said(event, key, name)));
        words.flatten().any(|value| !matches!(value, Value::String(_) | Value::Number(_)))
    };
    let set: Vec<String> = columns.set.iter().filter(|name| !is_unfit(name)).cloned().collect();
    if columns.has_set {
        for name in &columns.text {
            arrays.push((format!("p.{name}"), texts(&|event| event.properties.get(name).and_then(text_of))));
        }
        for name in &columns.number {
            let numbers: Float64Array =
                rows.iter().map(|(_, event)| event.properties.get(name).and_then(number_of)).collect();
            arrays.push((format!("n.{name}"), Arc::new(numbers)));
        }
        for name in &set {
            arrays.push((
                format!("s.{name}"),
                texts(&|event| said(event, "$set", name).as_ref().and_then(text_of)),
            ));
            let once = |event: &Event| said(event, "$set_once", name).as_ref().and_then(text_of);
            arrays.push((format!("o.{name}"), texts(&once)));
        }
        let says =
            |event: &Event| ["$set", "$set_once"].iter().any(|key| event.properties.contains_key(*key));
        let has_set: BooleanArray = rows.iter().map(|(_, event)| Some(says(event))).collect();
        arrays.push(("has_set".into(), Arc::new(has_set)));
    }
    let batch = RecordBatch::try_from_iter(arrays).expect("columns of one length");
    let shredded = json!({ "text": columns.text, "number": columns.number, "set": set });
    let shredded =
        columns.has_set.then(|| KeyValue::new("flywheel.shredded".to_owned(), shredded.to_string()));
    let properties = WriterProperties::builder()
        .set_max_row_group_row_count(Some(rows_a_group))
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1).expect("a level")))
        .set_data_page_row_count_limit(3)
        .set_write_batch_size(3)
        .set_key_value_metadata(Some(shredded.into_iter().collect()))
        .build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).expect("a writer");
    writer.write(&batch).expect("rows");
    writer.close().expect("a file");
    bytes
}

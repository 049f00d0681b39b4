//! Events as rows: the table's base columns, and the way from events to Arrow and back.

use std::sync::{Arc, LazyLock};

use arrow::array::{
    ArrayRef, AsArray, Int64Array, Int64Builder, RecordBatch, StringBuilder, TimestampMicrosecondArray,
    TimestampMicrosecondBuilder,
};
use arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef, TimeUnit, TimestampMicrosecondType};
use arrow::error::ArrowError;
use flywheel_people::{Event, Identity};
use serde_json::{Map, Value};
use uuid::Uuid;

/// The column that rows are sorted by.
pub const PERSON: &str = "person";
/// When it happened.
pub const TIME: &str = "time";
/// The event's name.
pub const EVENT: &str = "event";
/// Who did it, as the client said.
pub const DISTINCT_ID: &str = "distinct_id";
/// What makes it the same event when it comes twice.
pub const UUID: &str = "uuid";
/// When it arrived.
pub const RECEIVED: &str = "received";
/// Which way it came.
pub const SOURCE: &str = "source";
/// All its properties, as JSON.
pub const PROPERTIES: &str = "properties";

/// How many base columns there are; every file begins with them.
pub const BASE_COLUMNS: usize = 8;

/// The base columns, which are the table's schema.
pub fn schema() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
        let time = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
        let fields = [
            (PERSON, DataType::Int64),
            (TIME, time.clone()),
            (EVENT, DataType::Utf8),
            (DISTINCT_ID, DataType::Utf8),
            (UUID, DataType::Utf8),
            (RECEIVED, time),
            (SOURCE, DataType::Utf8),
            (PROPERTIES, DataType::Utf8),
        ];
        let fields = fields.map(|(name, data_type)| Field::new(name, data_type, true));
        Arc::new(Schema::new(fields.to_vec()))
    });
    SCHEMA.clone()
}

/// Events with their persons, in the order of files: by person, time and uuid.
pub fn sorted<'e>(events: impl IntoIterator<Item = &'e Event>, identity: &Identity) -> Vec<(i64, &'e Event)> {
    let mut rows: Vec<(i64, &Event)> =
        events.into_iter().map(|event| (identity.of_id(&event.distinct_id), event)).collect();
    rows.sort_by_key(|(person, event)| (*person, event.time, event.uuid));
    rows
}

/// The base columns of events in the order given.
///
/// # Errors
/// When the texts of one column exceed 2 GiB.
pub fn base_columns(rows: &[(i64, &Event)]) -> Result<Vec<ArrayRef>, ArrowError> {
    let count = rows.len();
    let text = |bytes: usize| StringBuilder::with_capacity(count, count * bytes);
    let mut person = Int64Builder::with_capacity(count);
    let mut time = TimestampMicrosecondBuilder::with_capacity(count);
    let mut received = TimestampMicrosecondBuilder::with_capacity(count);
    let (mut event, mut distinct_id, mut uuid, mut source, mut properties) =
        (text(16), text(24), text(36), text(8), text(256));
    let mut buffer = Uuid::encode_buffer();
    let mut json = Vec::new();
    for (row_person, row) in rows {
        person.append_value(*row_person);
        time.append_value(row.time);
        received.append_value(row.received);
        event.append_value(&row.event);
        distinct_id.append_value(&row.distinct_id);
        uuid.append_value(&*row.uuid.hyphenated().encode_lower(&mut buffer));
        source.append_value(&row.source);
        json.clear();
        serde_json::to_writer(&mut json, &row.properties)
            .map_err(|error| ArrowError::JsonError(error.to_string()))?;
        properties.append_value(std::str::from_utf8(&json).unwrap_or("{}"));
    }
    Ok(vec![
        Arc::new(person.finish()),
        Arc::new(time.finish().with_timezone("UTC")),
        Arc::new(event.finish()),
        Arc::new(distinct_id.finish()),
        Arc::new(uuid.finish()),
        Arc::new(received.finish().with_timezone("UTC")),
        Arc::new(source.finish()),
        Arc::new(properties.finish()),
    ])
}

/// Events as one batch of the base columns, in the order given.
///
/// # Errors
/// When the texts of one column exceed 2 GiB.
pub fn batch(events: &[Event], identity: &Identity) -> Result<RecordBatch, ArrowError> {
    let rows: Vec<(i64, &Event)> =
        events.iter().map(|event| (identity.of_id(&event.distinct_id), event)).collect();
    RecordBatch::try_new(schema(), base_columns(&rows)?)
}

/// The events of a batch that holds the base columns, whatever else it holds.
///
/// # Errors
/// When a base column is missing or has another type.
pub fn events(batch: &RecordBatch) -> Result<Vec<Event>, ArrowError> {
    let (time, received) = (times(batch, TIME)?, times(batch, RECEIVED)?);
    let (event, distinct_id, uuid) = (texts(batch, EVENT)?, texts(batch, DISTINCT_ID)?, texts(batch, UUID)?);
    let (source, properties) = (texts(batch, SOURCE)?, texts(batch, PROPERTIES)?);
    let event = |row: usize| Event {
        uuid: Uuid::try_parse(uuid.value(row)).unwrap_or_default(),
        id_kind: Default::default(),
        event: event.value(row).to_owned(),
        distinct_id: distinct_id.value(row).to_owned(),
        time: time.value(row),
        received: received.value(row),
        source: source.value(row).to_owned(),
        properties: properties_of(properties.value(row)),
    };
    Ok((0..batch.num_rows()).map(event).collect())
}

/// Properties from their JSON; none when it is no object.
pub fn properties_of(json: &str) -> Map<String, Value> {
    serde_json::from_str(json).unwrap_or_default()
}

/// The persons of a batch.
///
/// # Errors
/// When the column is missing or has another type.
pub fn persons(batch: &RecordBatch) -> Result<&Int64Array, ArrowError> {
    let column = batch.column_by_name(PERSON).and_then(|column| column.as_primitive_opt::<Int64Type>());
    column.ok_or_else(|| foreign(PERSON))
}

/// A column of moments.
///
/// # Errors
/// When the column is missing or has another type.
pub fn times<'b>(batch: &'b RecordBatch, name: &str) -> Result<&'b TimestampMicrosecondArray, ArrowError> {
    let column = batch.column_by_name(name);
    let column = column.and_then(|column| column.as_primitive_opt::<TimestampMicrosecondType>());
    column.ok_or_else(|| foreign(name))
}

/// A column of texts.
///
/// # Errors
/// When the column is missing or has another type.
pub fn texts<'b>(batch: &'b RecordBatch, name: &str) -> Result<&'b arrow::array::StringArray, ArrowError> {
    let column = batch.column_by_name(name).and_then(|column| column.as_string_opt::<i32>());
    column.ok_or_else(|| foreign(name))
}

fn foreign(column: &str) -> ArrowError {
    ArrowError::SchemaError(format!("a file of events lacks its column `{column}`"))
}

/// True when a batch stands in the order of files; the order of uuids does not count.
pub fn is_sorted(batch: &RecordBatch) -> Result<bool, ArrowError> {
    let (persons, times) = (persons(batch)?, times(batch, TIME)?);
    let key = |row: usize| (persons.value(row), times.value(row));
    Ok((1..batch.num_rows()).all(|row| key(row - 1) <= key(row)))
}

#[cfg(test)]
mod tests {
    use flywheel_people::IdKind;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn properties() -> impl Strategy<Value = Map<String, Value>> {
        let value = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_filter("finite", |number| number.is_finite()).prop_map(Value::from),
            ".{0,12}".prop_map(Value::from),
        ];
        prop::collection::vec(("[$a-z]{1,6}", value), 0..5).prop_map(|pairs| pairs.into_iter().collect())
    }

    proptest! {
        #[test]
        fn events_come_back_as_they_were(
            uuid in any::<u128>(), time in any::<i64>(), received in any::<i64>(),
            texts in (".{0,9}", ".{0,9}", ".{0,9}"), properties in properties(),
        ) {
            let event = Event {
                uuid: Uuid::from_u128(uuid), id_kind: IdKind::Sent, event: texts.0, distinct_id: texts.1,
                time, received, source: texts.2, properties,
            };
            let identity = Identity::default();
            let batch = batch(std::slice::from_ref(&event), &identity).expect("a batch");
            prop_assert_eq!(events(&batch).expect("events"), vec![event.clone()]);
            let person = persons(&batch).expect("persons").value(0);
            prop_assert_eq!(person, flywheel_people::person_of(&event.distinct_id));
        }
    }

    #[test]
    fn a_batch_without_a_column_is_refused_and_broken_json_is_no_properties() {
        let event = Event {
            uuid: Uuid::from_u128(1),
            id_kind: IdKind::Sent,
            event: "e".to_owned(),
            distinct_id: "d".to_owned(),
            time: 1,
            received: 2,
            source: "s".to_owned(),
            properties: Map::new(),
        };
        let whole = batch(&[event], &Identity::default()).expect("a batch");
        let less = whole.project(&[0, 1, 2, 3, 4, 5, 6]).expect("fewer columns");
        assert!(events(&less).is_err());
        assert_eq!(properties_of("[1]"), Map::new());
        assert_eq!(Value::from(properties_of("{\"a\":1}")), json!({"a": 1}));
    }
}

//! Suspicious columns of real tables are named, where `$FLYWHEEL_DATA` points to them; their absence is said aloud.

use std::collections::BTreeSet;

use flywheel_learn::prepare::{Prepared, prepare};
use flywheel_spec::TrainSpec;
use serde_json::json;

use crate::reference_jobs::table;

fn prepared(path: &str, target: &str) -> Option<Prepared> {
    let table = table(path)?;
    let spec = json!({ "name": "suspects", "data": { "table": "real", "target": target } });
    let spec: TrainSpec = serde_json::from_value(spec).expect("a whole recipe");
    Some(prepare(&table, &spec).unwrap_or_else(|problems| panic!("{problems}")))
}

fn leaks(prepared: &Prepared) -> BTreeSet<&str> {
    let leaks = prepared.warnings.iter().filter(|warning| warning.code.starts_with("prepare.leak"));
    leaks.filter_map(|warning| warning.place.column.as_deref()).collect()
}

fn left_out<'a>(prepared: &'a Prepared, reason: &str) -> BTreeSet<&'a str> {
    let columns =
        prepared.columns.iter().filter(|column| column.inputs == 0 && column.steps[0].key == reason);
    columns.map(|column| column.name.as_str()).collect()
}

#[test]
fn the_leak_in_hotel_bookings_is_named() {
    let Some(prepared) = prepared("tabular_hotel_bookings/hotel_bookings.csv.gz", "is_canceled") else {
        return;
    };
    assert_eq!(leaks(&prepared), BTreeSet::from(["reservation_status"]));
}

#[test]
fn an_honest_table_is_not_accused() {
    let Some(prepared) = prepared("tabular_telco_churn/Telco-Customer-Churn.csv", "Churn") else { return };
    assert_eq!(leaks(&prepared), BTreeSet::new());
    assert_eq!(left_out(&prepared, "prepare.left_identifier"), BTreeSet::from(["customerID"]));
    assert_eq!(prepared.preparation.columns.len(), 19, "{:#?}", prepared.columns);
}

#[test]
fn the_faults_that_name_a_failure_are_named() {
    let Some(prepared) = prepared("tabular_ai4i2020/ai4i2020.csv", "Machine_failure") else { return };
    assert_eq!(leaks(&prepared), BTreeSet::from(["HDF", "OSF", "PWF", "TWF"]));
    assert_eq!(left_out(&prepared, "prepare.left_identifier"), BTreeSet::from(["Product ID", "UDI"]));
}

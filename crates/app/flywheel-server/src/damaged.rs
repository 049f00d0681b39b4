//! Bodies damaged on their way: each is understood or refused with reasons, never with a panic.

use flywheel_spec::Language;
use flywheel_stats::chance::Chance;
use flywheel_stats::damage::damaged;

use crate::inference::request;
use crate::predict_body;

/// How many damaged copies of each body are read; `make soak` sets `FLYWHEEL_SOAK` for the long count.
fn copies() -> u64 {
    if std::env::var_os("FLYWHEEL_SOAK").is_some() { 1_000_000 } else { 5_000 }
}

#[test]
fn damaged_predictions() {
    let bodies = [
        r#"{"rows": [{"age": 41, "city": "Ulm", "since": "2024-02-29", "vip": true}, {"age": null, "city": "北京"}]}"#,
        r#"{"images": [{"pixels": [0, 12.5, 255]}, {"png": "iVBORw0KGgo="}]}"#,
    ];
    for good in bodies {
        predict_body::read(good.as_bytes()).expect("a good body");
        for seed in 0..copies() {
            let body = damaged(good.as_bytes(), &mut Chance::new(seed).stream(good));
            if let Err(refusal) = predict_body::read(&body) {
                assert!(refusal.status.is_client_error(), "seed {seed}: {}", refusal.status);
                assert!(!refusal.detail(Language::En).is_empty(), "seed {seed}: refused without a reason");
            }
        }
    }
}

#[test]
fn damaged_inference_requests() {
    let json = br#"{"id": "7", "inputs": [{"name": "a", "shape": [2], "datatype": "UINT8", "parameters": {"binary_data_size": 2}},
        {"name": "b", "shape": [1, 2], "datatype": "FP32", "data": [[0.5, 2]]},
        {"name": "c", "shape": [1], "datatype": "BYTES", "parameters": {"binary_data_size": 6}}],
        "outputs": [{"name": "label", "parameters": {"classification": 3, "binary_data": true}}]}"#;
    let mut good = json.to_vec();
    good.extend_from_slice(&[9, 8, 2, 0, 0, 0, b'h', b'i']);
    request::parse(&good, Some(json.len())).expect("a good request");
    for seed in 0..copies() {
        let mut chance = Chance::new(seed).stream("inference");
        let body = damaged(&good, &mut chance);
        let json_length = [None, Some(json.len()), Some(chance.below(body.len() as u64 + 2) as usize)];
        for json_length in json_length {
            if let Err(problems) = request::parse(&body, json_length) {
                assert!(!problems.problems.is_empty(), "seed {seed}: refused without a reason");
            }
        }
    }
}

//! Bundles go out and come back, and every damage is named.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use flywheel_spec::Severity;
use flywheel_spec::recipe::{Activation, Initializer};
use flywheel_spec::table::{ColumnKind, ImageShape};
use flywheel_tables::frame::{Column, Frame, Images, Values};
use serde_json::json;

use super::*;
use crate::network::{Head, InputPlan, LayerKind, LayerPlan, Shape};
use crate::prepare::prepare;
use crate::table::Table;

/// An untrained 784-512-10 (or smaller) on images of `side` pixels.
pub(crate) fn image_bundle(side: usize) -> Bundle {
    let shape = ImageShape { height: side, width: side, channels: 1 };
    let rows = 60;
    let pixels: Vec<u8> = (0..rows * side * side).map(|place| (place * 7 % 251) as u8).collect();
    let labels = Values::Text((0..rows).map(|row| Some(Arc::from((row % 10).to_string()))).collect());
    let columns = vec![
        Column { name: "image".to_owned(), values: Values::Image(Images { shape, pixels: pixels.into() }) },
        Column { name: "label".to_owned(), values: labels },
    ];
    bundle_of(columns, vec![ColumnKind::Image, ColumnKind::Category], "label", 512, 10)
}

/// An untrained network on rows of a number, a category and a boolean.
pub(crate) fn row_bundle() -> Bundle {
    let rows = 60;
    let text = |words: [&str; 2], every: usize| {
        Values::Text((0..rows).map(|row| Some(Arc::from(words[row / every % 2]))).collect())
    };
    let age = Values::Number((0..rows).map(|row| 18.0 + ((row * 13) % 47) as f64 / 1.5).collect());
    let columns = vec![
        Column { name: "age".to_owned(), values: age },
        Column { name: "plan".to_owned(), values: text(["free", "paid"], 2) },
        Column { name: "member".to_owned(), values: text(["yes", "no"], 3) },
        Column { name: "churned".to_owned(), values: text(["no", "yes"], 5) },
    ];
    let kinds = vec![ColumnKind::Number, ColumnKind::Category, ColumnKind::Boolean, ColumnKind::Boolean];
    bundle_of(columns, kinds, "churned", 8, 2)
}

fn bundle_of(
    columns: Vec<Column>,
    kinds: Vec<ColumnKind>,
    target: &str,
    hidden: usize,
    classes: usize,
) -> Bundle {
    let frame = Frame { columns };
    let (name, fingerprint) = ("t".to_owned(), "t@3:00".to_owned());
    let table = Table { name, version: 3, fingerprint, frame, kinds, writing: Default::default() };
    let recipe = json!({
        "name": "made-up",
        "description": "A model for tests.",
        "data": { "table": "t", "target": target },
        "split": { "kind": "random", "validation": 0.25, "test": 0.0 },
    });
    let spec: TrainSpec = serde_json::from_value(recipe).unwrap();
    let prepared = prepare(&table, &spec).unwrap();
    let input = prepared.preparation.input_plan();
    let network = dense_network(input, hidden, classes);
    let weights = network
        .parameters()
        .into_iter()
        .enumerate()
        .map(|(index, parameter)| {
            let value = |place: usize| ((place * 37 + index * 11) % 101) as f32 / 1010.0 - 0.05;
            Tensor {
                values: (0..parameter.len()).map(value).collect(),
                name: parameter.name,
                shape: parameter.shape,
            }
        })
        .collect();
    let origin = Origin {
        name: "made-up".to_owned(),
        version: 4,
        run: "made-up-2".to_owned(),
        created_at: "2026-11-23T12:00:00Z".to_owned(),
        data_fingerprint: table.fingerprint.clone(),
        seed: 0,
        program: "flywheel 0.1.0".to_owned(),
    };
    let reference = Reference::of(&prepared.preparation, &table.frame, &prepared.parts.train);
    let text = "name = \"made-up\"\n".to_owned();
    Bundle::new(origin, &spec, text, network, weights, prepared.preparation, reference, Judged::default())
}

fn dense_network(input: InputPlan, hidden: usize, classes: usize) -> NetworkPlan {
    let first = input.shape();
    let flat = Shape::Flat(first.len());
    let dense = || LayerKind::Dense { bias: true, initializer: Initializer::Xavier {} };
    let layer = |kind, input, output| LayerPlan { source: 0, kind, input, output, frozen: false };
    let hidden = Shape::Flat(hidden);
    let mut layers = vec![
        layer(dense(), flat, hidden),
        layer(LayerKind::Activation(Activation::Relu), hidden, hidden),
        layer(dense(), hidden, Shape::Flat(classes)),
    ];
    if let Shape::Image(_) = first {
        layers.insert(0, layer(LayerKind::Flatten, first, flat));
    }
    NetworkPlan { input, layers, outputs: classes, head: Head::Softmax }
}

fn written() -> (tempfile::TempDir, std::path::PathBuf, Bundle) {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("models/made-up/4");
    let bundle = row_bundle();
    let bytes = write(&folder, &bundle).unwrap();
    let found: u64 = fs::read_dir(&folder).unwrap().map(|file| file.unwrap().metadata().unwrap().len()).sum();
    assert_eq!(bytes, found);
    (home, folder, bundle)
}

fn codes(folder: &Path) -> Vec<String> {
    let problems = read(folder).unwrap_err().problems;
    assert!(
        problems.iter().all(|problem| problem.severity == Severity::Error && problem.place.file.is_some())
    );
    problems.into_iter().map(|problem| problem.code).collect()
}

#[test]
fn a_bundle_comes_back_as_it_went() {
    let (_home, folder, bundle) = written();
    assert_eq!(read(&folder).unwrap(), bundle);
    assert_eq!(read_manifest(&folder).unwrap().origin.version, 4);
    assert_eq!(fs::read_dir(folder.parent().unwrap()).unwrap().count(), 1, "nothing temporary is left");
    assert!(
        bundle.card_en.contains("`churned`") && bundle.card_zh.contains("`churned`"),
        "{}",
        bundle.card_zh
    );
}

#[test]
fn a_folder_that_exists_is_never_written_over() {
    let (_home, folder, bundle) = written();
    let error = write(&folder, &bundle).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AlreadyExists);
    assert!(read(&folder).is_ok());
}

#[test]
fn of_many_that_write_one_folder_at_once_one_succeeds() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("models/made-up/4");
    let bundle = row_bundle();
    let begin = std::sync::Barrier::new(8);
    let write_at_once = || {
        begin.wait();
        write(&folder, &bundle).map_err(|error| error.kind())
    };
    let written: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(write_at_once)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(written.iter().filter(|written| written.is_ok()).count(), 1, "{written:?}");
    let mut others = written.iter().filter_map(|written| written.err());
    assert!(others.all(|kind| kind == std::io::ErrorKind::AlreadyExists), "{written:?}");
    assert_eq!(read(&folder).unwrap(), bundle);
    assert_eq!(fs::read_dir(folder.parent().unwrap()).unwrap().count(), 1, "nothing temporary is left");
}

#[test]
fn every_damaged_file_is_named() {
    let (_home, folder, _) = written();
    let mut weights = fs::read(folder.join(WEIGHTS)).unwrap();
    let last = weights.len() - 1;
    weights[last] ^= 1;
    fs::write(folder.join(WEIGHTS), weights).unwrap();
    fs::remove_file(folder.join(CARD_ZH)).unwrap();
    fs::remove_file(folder.join(PREPARATION)).unwrap();
    assert_eq!(codes(&folder), ["models.missing_file", "models.checksum", "models.missing_file"]);
}

#[test]
fn every_flipped_byte_is_noticed() {
    let (_home, folder, bundle) = written();
    for name in [MANIFEST, WEIGHTS, NETWORK, PREPARATION, SCHEMA, REFERENCE, EVALUATION, RECIPE, CARD_EN] {
        let path = folder.join(name);
        let whole = fs::read(&path).unwrap();
        for place in (0..whole.len()).step_by(whole.len() / 20 + 1) {
            let mut damaged = whole.clone();
            damaged[place] ^= 0x04;
            fs::write(&path, &damaged).unwrap();
            assert!(read(&folder).is_err(), "{name}, byte {place}");
        }
        fs::write(&path, whole).unwrap();
    }
    assert_eq!(read(&folder).unwrap(), bundle);
}

#[test]
fn a_newer_format_names_the_program_that_wrote_it() {
    let (_home, folder, _) = written();
    let manifest = json!({ "format": FORMAT + 1, "origin": { "program": "flywheel 9.1" }, "what": "is new" });
    fs::write(folder.join(MANIFEST), manifest.to_string()).unwrap();
    let problem = read(&folder).unwrap_err().problems.remove(0);
    assert_eq!(problem.code, "models.newer_format");
    assert!(problem.advice.unwrap().en.contains("flywheel 9.1"));
    assert_eq!(codes(&folder.join("nowhere")), ["models.no_bundle"]);
}

#[test]
fn tensors_that_do_not_fit_the_network_are_named_all_at_once() {
    let (home, _, mut bundle) = written();
    bundle.weights[0].name = "layers.9.weight".to_owned();
    bundle.weights[1].values.pop();
    bundle.weights[1].shape[0] -= 1;
    bundle.weights[2].values[0] = f32::NAN;
    let folder = home.path().join("bad");
    write(&folder, &bundle).unwrap();
    assert_eq!(
        codes(&folder),
        ["models.tensor_missing", "models.tensor_shape", "models.tensor_not_finite", "models.tensor_extra"]
    );
}

#[test]
fn a_text_is_put_out_of_a_bundle_which_is_whole_after() {
    let (_home, folder, bundle) = written();
    assert_eq!(redact(&folder, |_| None).unwrap(), 0);
    let changed =
        redact(&folder, |text| text.contains("paid").then(|| text.replace("paid", "erased"))).unwrap();
    assert!(changed >= 1);
    let again = read(&folder).expect("it is whole");
    assert_eq!(again.weights, bundle.weights);
    for file in fs::read_dir(&folder).unwrap().flatten() {
        let bytes = fs::read(file.path()).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("paid"), "{:?}", file.path());
    }
    assert_eq!(fs::read_dir(folder.parent().unwrap()).unwrap().count(), 1);
}

#[test]
fn an_exported_bundle_has_the_model_as_onnx_and_is_whole() {
    let (home, folder, bundle) = written();
    let exported = export(&folder).unwrap();
    assert!(exported.findings.is_empty(), "{:?}", exported.findings);
    assert_eq!(exported.files["model.onnx"], crate::onnx::model(&bundle).unwrap());
    let taken = home.path().join("taken");
    fs::create_dir(&taken).unwrap();
    exported.files.iter().for_each(|(name, content)| fs::write(taken.join(name), content).unwrap());
    assert_eq!(read(&taken).unwrap(), bundle);
    let names: Vec<String> = read_manifest(&taken).unwrap().files.into_keys().collect();
    assert!(names.contains(&"model.onnx".to_owned()), "{names:?}");
    assert!(!folder.join("model.onnx").exists(), "the bundle itself stays as it is");

    fs::write(taken.join(ONNX), "else").unwrap();
    assert_eq!(codes(&taken), ["models.checksum"]);
    fs::remove_file(folder.join(RECIPE)).unwrap();
    assert_eq!(export(&folder).unwrap_err().problems[0].code, "models.missing_file");
}

//! What is wrong with a folder is named, all of it at once.

use std::fs;
use std::path::Path;

use safetensors::tensor::Dtype;
use serde_json::json;

use super::folder::{Sizes, Tiny, WORDS};
use crate::encoder::Encoder;

const SIZES: Sizes = Sizes { hidden: 8, heads: 2, layers: 2, wide: 12, places: 16 };

/// Codes, each with what it names.
fn problems(tiny: &Tiny, damage: impl Fn(&Path)) -> Vec<(String, String)> {
    let folder = tempfile::tempdir().unwrap();
    tiny.write(folder.path());
    damage(folder.path());
    let problems = Encoder::open(folder.path()).expect_err("a damaged encoder");
    let of = |problem: &flywheel_spec::Problem| {
        assert!(problem.advice.is_some(), "{problem:?}");
        assert!(!problem.message.en.contains('{') && !problem.message.zh.contains('{'), "{problem:?}");
        (problem.code.trim_start_matches("encoder.").to_owned(), problem.message.en.clone())
    };
    problems.problems.iter().map(of).collect()
}

/// Checks the codes in their order and that each message holds the word beside its code.
fn check(tiny: &Tiny, damage: impl Fn(&Path), expected: &[(&str, &str)]) {
    let found = problems(tiny, damage);
    let codes: Vec<&str> = found.iter().map(|(code, _)| code.as_str()).collect();
    assert_eq!(codes, expected.iter().map(|(code, _)| *code).collect::<Vec<_>>(), "{found:?}");
    for ((_, message), (_, word)) in found.iter().zip(expected) {
        assert!(message.contains(word), "`{message}` lacks `{word}`");
    }
}

fn nothing(_: &Path) {}

#[test]
fn missing_files_are_named() {
    let tiny = Tiny::new(SIZES, 1);
    let without = |name: &'static str| move |folder: &Path| fs::remove_file(folder.join(name)).unwrap();
    check(&tiny, without("config.json"), &[("missing_file", "")]);
    check(&tiny, without("vocab.txt"), &[("missing_file", "")]);
    check(&tiny, without("model.safetensors"), &[("missing_file", "")]);
    check(&tiny, without("1_Pooling/config.json"), &[("missing_file", "")]);
    check(
        &tiny,
        |folder| {
            fs::remove_file(folder.join("vocab.txt")).unwrap();
            fs::rename(folder.join("model.safetensors"), folder.join("pytorch_model.bin")).unwrap();
        },
        &[("missing_file", ""), ("only_pickled", "pytorch_model.bin")],
    );
}

#[test]
fn broken_files_are_named() {
    let tiny = Tiny::new(SIZES, 2);
    let holding = |name: &'static str, text: &'static str| {
        move |folder: &Path| fs::write(folder.join(name), text).unwrap()
    };
    check(&tiny, holding("config.json", "{"), &[("unreadable", "EOF")]);
    check(&tiny, holding("config.json", "[]"), &[("unreadable", "sequence")]);
    check(&tiny, holding("modules.json", "7"), &[("unreadable", "integer")]);
    check(&tiny, holding("tokenizer.json", "{"), &[("unreadable", "EOF")]);
    check(
        &tiny,
        holding("vocab.txt", "good\nbad\n"),
        &[("token_missing", "[CLS]"), ("token_missing", "[SEP]"), ("token_missing", "[UNK]")],
    );
    check(&tiny, holding("tokenizer.json", "{}"), &[("unsupported", "model")]);
    check(&tiny, holding("model.safetensors", ""), &[("unreadable", "")]);
    check(&tiny, holding("model.safetensors", "too short"), &[("unreadable", "header")]);
    let cut = |folder: &Path| {
        let path = folder.join("model.safetensors");
        let content = fs::read(&path).unwrap();
        fs::write(&path, &content[..content.len() - 5]).unwrap();
    };
    check(&tiny, cut, &[("unreadable", "bytes")]);
    let more = |folder: &Path| {
        fs::write(folder.join("vocab.txt"), format!("{}\nmore\n", WORDS.join("\n"))).unwrap();
    };
    check(&tiny, more, &[("vocabulary_larger", "17")]);
}

#[test]
fn settings_that_are_wrong_or_not_computed_are_named_together() {
    let with = |changes: serde_json::Value| {
        let mut tiny = Tiny::new(SIZES, 3);
        for (name, value) in changes.as_object().unwrap() {
            tiny.config[name] = value.clone();
        }
        tiny
    };
    check(
        &with(
            json!({"model_type": "mpnet", "hidden_act": "swish", "position_embedding_type": "relative_key"}),
        ),
        nothing,
        &[("unsupported", "mpnet"), ("unsupported", "relative_key"), ("unsupported", "swish")],
    );
    check(
        &with(json!({"hidden_size": null, "num_hidden_layers": 0, "intermediate_size": 1.5})),
        nothing,
        &[
            ("setting_missing", "hidden_size"),
            ("setting_wrong", "num_hidden_layers"),
            ("setting_wrong", "intermediate_size"),
        ],
    );
    check(&with(json!({"num_attention_heads": 3})), nothing, &[("setting_wrong", "num_attention_heads")]);
    check(&with(json!({"num_hidden_layers": 1_000_000})), nothing, &[("setting_wrong", "1000000")]);
    check(&with(json!({"hidden_size": "8"})), nothing, &[("setting_wrong", "hidden_size")]);
    check(&with(json!({"max_position_embeddings": 1})), nothing, &[("setting_wrong", "max_position")]);
    let dense = r#"[{"type": "sentence_transformers.models.Transformer", "path": ""},
        {"type": "sentence_transformers.models.Dense", "path": "2_Dense"}]"#;
    check(
        &with(json!({})),
        |folder| fs::write(folder.join("modules.json"), dense).unwrap(),
        &[("unsupported", "Dense")],
    );
    let two = r#"{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": true}"#;
    check(
        &with(json!({})),
        |folder| fs::write(folder.join("1_Pooling/config.json"), two).unwrap(),
        &[("unsupported", "pooling_mode")],
    );
    let last = r#"{"pooling_mode_lasttoken": true, "word_embedding_dimension": 9}"#;
    check(
        &with(json!({})),
        |folder| fs::write(folder.join("1_Pooling/config.json"), last).unwrap(),
        &[("unsupported", "lasttoken"), ("setting_wrong", "word_embedding_dimension")],
    );
}

#[test]
fn tensors_that_do_not_fit_are_named_together() {
    let mut tiny = Tiny::new(SIZES, 4);
    tiny.tensors.remove("encoder.layer.0.output.dense.bias");
    tiny.tensors.remove("embeddings.LayerNorm.weight");
    let bias = tiny.tensors.get_mut("encoder.layer.1.intermediate.dense.bias").unwrap();
    (bias.shape, bias.values) = (vec![11], vec![0.0; 11]);
    let extra = tiny.tensors["encoder.layer.1.output.dense.bias"].clone();
    tiny.tensors.insert("encoder.layer.2.output.dense.bias".into(), extra.clone());
    // What stands beside the layers is of other work, and no fault.
    tiny.tensors.insert("pooler.dense.bias".into(), extra);
    check(
        &tiny,
        nothing,
        &[
            ("tensor_missing", "embeddings.LayerNorm.weight"),
            ("tensor_missing", "encoder.layer.0.output.dense.bias"),
            ("tensor_shape", "[11]"),
            ("tensor_extra", "encoder.layer.2.output.dense.bias"),
        ],
    );
    let whole = Tiny { kind: Dtype::I32, ..Tiny::new(SIZES, 5) };
    let found = problems(&whole, nothing);
    assert!(found.len() > 20 && found.iter().all(|(code, _)| code == "tensor_kind"), "{found:?}");
    let mut infinite = Tiny::new(SIZES, 6);
    infinite.tensors.get_mut("encoder.layer.1.output.dense.bias").unwrap().values[2] = f32::NAN;
    check(&infinite, nothing, &[("tensor_not_finite", "encoder.layer.1.output.dense.bias")]);
    let mut larger = Tiny::new(SIZES, 7);
    larger.config["vocab_size"] = json!(WORDS.len() + 1);
    check(&larger, nothing, &[("tensor_shape", "[17, 8]")]);
}

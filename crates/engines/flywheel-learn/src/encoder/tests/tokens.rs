//! How texts are cut.

use sha2::{Digest, Sha256};

use super::folder::{Sizes, Tiny};
use crate::encoder::{settings, tokens};

const SIZES: Sizes = Sizes { hidden: 8, heads: 2, layers: 1, wide: 8, places: 12 };

fn cut(write: impl Fn(&std::path::Path), text: &str) -> Vec<u32> {
    let folder = tempfile::tempdir().unwrap();
    Tiny::new(SIZES, 1).write(folder.path());
    write(folder.path());
    let settings = settings::read(folder.path()).unwrap_or_else(|problems| panic!("{problems}"));
    let tokens = tokens::read(folder.path(), &settings, &mut Sha256::new()).unwrap_or_else(|p| panic!("{p}"));
    tokens.of(&[text]).remove(0)
}

#[test]
fn words_are_cut_as_bert_cuts_them() {
    let cases: [(&str, &[u32]); 9] = [
        ("", &[2, 3]),
        ("payment failed!", &[2, 5, 6, 7, 8, 11, 3]),
        ("PAYMENT\t Failed", &[2, 5, 6, 7, 8, 3]),
        ("Café, good", &[2, 14, 15, 9, 3]),
        ("付款good", &[2, 12, 13, 9, 3]),
        ("unknownword good", &[2, 1, 9, 3]),
        ("😀", &[2, 1, 3]),
        ("bad\0bad", &[2, 1, 3]),
        ("[SEP] good", &[2, 3, 9, 3]),
    ];
    for (text, expected) in cases {
        assert_eq!(cut(|_| {}, text), expected, "{text:?}");
    }
}

#[test]
fn a_long_text_counts_with_its_beginning() {
    let long = "good ".repeat(100_000);
    assert_eq!(cut(|_| {}, &long), [[2].as_slice(), &[9; 10], &[3]].concat());
    let limited = |folder: &std::path::Path| {
        std::fs::write(folder.join("sentence_bert_config.json"), r#"{"max_seq_length": 5}"#).unwrap();
    };
    assert_eq!(cut(limited, "good bad good bad good"), [2, 9, 10, 9, 3]);
    let configured = |folder: &std::path::Path| {
        std::fs::write(folder.join("tokenizer_config.json"), r#"{"model_max_length": 4}"#).unwrap();
    };
    assert_eq!(cut(configured, "good bad good bad good"), [2, 9, 10, 3]);
    let endless = |folder: &std::path::Path| {
        std::fs::write(folder.join("tokenizer_config.json"), r#"{"model_max_length": 1e30}"#).unwrap();
    };
    assert_eq!(cut(endless, &long).len(), 12);
}

#[test]
fn letters_are_kept_where_the_folder_says_so() {
    let cased = |folder: &std::path::Path| {
        std::fs::write(folder.join("tokenizer_config.json"), r#"{"do_lower_case": false}"#).unwrap();
    };
    assert_eq!(cut(cased, "Good good"), [2, 1, 9, 3]);
}

/// A tokenizer as files of the multilingual encoders hold it.
fn sentence_pieces() -> serde_json::Value {
    let pieces = [
        ("<s>", 0.0),
        ("<pad>", 0.0),
        ("</s>", 0.0),
        ("<unk>", 0.0),
        ("▁", -3.0),
        ("▁pay", -4.0),
        ("ment", -5.0),
        ("▁payment", -12.0),
        ("付", -6.0),
        ("付款", -7.0),
        ("款", -6.5),
        ("p", -8.0),
        ("a", -8.0),
        ("y", -8.0),
        ("<mask>", 0.0),
    ];
    let pieces: Vec<serde_json::Value> =
        pieces.iter().map(|(piece, score)| serde_json::json!([piece, score])).collect();
    let special = |id: usize, content: &str, lstrip: bool| {
        serde_json::json!({"id": id, "content": content, "single_word": false, "lstrip": lstrip,
            "rstrip": false, "normalized": false, "special": true})
    };
    serde_json::json!({
        "version": "1.0",
        "truncation": {"direction": "Right", "max_length": 3, "strategy": "LongestFirst", "stride": 0},
        "padding": {"strategy": {"Fixed": 8}, "direction": "Right", "pad_to_multiple_of": null, "pad_id": 0,
            "pad_type_id": 0, "pad_token": "[PAD]"},
        "added_tokens": [special(0, "<s>", false), special(2, "</s>", false), special(14, "<mask>", true)],
        "normalizer": {"type": "Sequence", "normalizers": [
            {"type": "NFKC"}, {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}]},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
            {"type": "WhitespaceSplit"},
            {"type": "Metaspace", "replacement": "▁", "add_prefix_space": true}]},
        "post_processor": {"type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                {"SpecialToken": {"id": "</s>", "type_id": 0}}],
            "pair": [],
            "special_tokens": {"<s>": {"id": "<s>", "ids": [0], "tokens": ["<s>"]},
                "</s>": {"id": "</s>", "ids": [2], "tokens": ["</s>"]}}},
        "decoder": null,
        "model": {"type": "Unigram", "unk_id": 3, "vocab": pieces}
    })
}

#[test]
fn a_tokenizer_file_goes_before_the_vocabulary_and_its_own_limits_are_lifted() {
    let file = sentence_pieces();
    let write =
        |folder: &std::path::Path| std::fs::write(folder.join("tokenizer.json"), file.to_string()).unwrap();
    let cases: [(&str, &[u32]); 8] = [
        ("", &[0, 2]),
        // The two pieces are likelier than the one.
        ("payment", &[0, 5, 6, 2]),
        // One piece of −7 is likelier than two of −6 and −6.5.
        ("付款", &[0, 4, 9, 2]),
        ("款付", &[0, 4, 10, 8, 2]),
        // Unknown characters beside each other are one.
        ("xyzxx", &[0, 4, 3, 13, 3, 2]),
        ("ｐａｙ   pay", &[0, 5, 5, 2]),
        ("pay <mask>pay", &[0, 5, 14, 5, 2]),
        ("pay pay pay pay pay", &[0, 5, 5, 5, 5, 5, 2]),
    ];
    for (text, expected) in cases {
        assert_eq!(cut(write, text), expected, "{text:?}");
    }
}

#[test]
fn what_a_tokenizer_file_asks_for_and_is_not_computed_is_named_together() {
    let mut file = sentence_pieces();
    file["normalizer"]["normalizers"][0]["type"] = "Nmt".into();
    file["pre_tokenizer"]["pretokenizers"][0]["type"] = "ByteLevel".into();
    file["post_processor"]["type"] = "ByteLevel".into();
    file["model"]["type"] = "BPE".into();
    let path = std::path::Path::new("tokenizer.json");
    let problems = crate::encoder::tokenizer::of_file(path, file.to_string().as_bytes()).unwrap_err();
    let found: Vec<&str> = problems.problems.iter().map(|p| p.message.args["found"].as_str()).collect();
    assert_eq!(found, ["Nmt", "ByteLevel", "BPE", "ByteLevel"]);
    assert!(problems.problems.iter().all(|problem| problem.code == "encoder.unsupported"));
}

#[test]
fn unknown_characters_are_told_by_their_bytes_where_the_file_says_so() {
    let mut file = sentence_pieces();
    file["model"]["byte_fallback"] = true.into();
    let pieces = file["model"]["vocab"].as_array_mut().unwrap();
    let first = pieces.len() as u32;
    pieces.extend((0..=255).map(|byte| serde_json::json!([format!("<0x{byte:02X}>"), 0.0])));
    let write =
        |folder: &std::path::Path| std::fs::write(folder.join("tokenizer.json"), file.to_string()).unwrap();
    assert_eq!(cut(write, "pay é"), [0, 5, 4, first + 0xc3, first + 0xa9, 2]);
}

#[test]
fn pieces_are_those_of_the_published_reader() {
    // Written by `e2e/encoder/reference_tokens.py`.
    let file: serde_json::Value = serde_json::from_str(include_str!("unigram.json")).unwrap();
    let content = file["tokenizer"].to_string();
    let path = std::path::Path::new("tokenizer.json");
    let tokenizer =
        crate::encoder::tokenizer::of_file(path, content.as_bytes()).unwrap_or_else(|p| panic!("{p}"));
    let cases = file["cases"].as_array().unwrap();
    assert!(cases.len() >= 70);
    for case in cases {
        let text = case[0].as_str().unwrap();
        let expected: Vec<u32> = serde_json::from_value(case[1].clone()).unwrap();
        assert_eq!(tokenizer.cut(text, usize::MAX), expected, "{text:?}");
    }
}

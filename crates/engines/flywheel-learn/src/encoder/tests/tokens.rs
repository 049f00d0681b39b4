//! How texts are cut.

use sha2::{Digest, Sha256};

use super::folder::{Sizes, Tiny, WORDS};
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

#[test]
fn a_tokenizer_file_goes_before_the_vocabulary_and_its_own_limits_are_lifted() {
    // Words apart by spaces only, cut after three and filled up to eight.
    let words: serde_json::Map<String, serde_json::Value> =
        WORDS.iter().enumerate().map(|(number, word)| ((*word).to_owned(), number.into())).collect();
    let tokenizer = serde_json::json!({
        "version": "1.0",
        "truncation": {"direction": "Right", "max_length": 3, "strategy": "LongestFirst", "stride": 0},
        "padding": {"strategy": {"Fixed": 8}, "direction": "Right", "pad_to_multiple_of": null, "pad_id": 0,
            "pad_type_id": 0, "pad_token": "[PAD]"},
        "added_tokens": [], "normalizer": null, "pre_tokenizer": {"type": "WhitespaceSplit"},
        "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
        "decoder": null,
        "model": {"type": "WordLevel", "vocab": words, "unk_token": "[UNK]"}
    });
    let write = |folder: &std::path::Path| {
        std::fs::write(folder.join("tokenizer.json"), tokenizer.to_string()).unwrap();
    };
    assert_eq!(cut(write, "good bad good bad! bad"), [2, 9, 10, 9, 1, 10, 3]);
}

//! Vectors are those of the definition, whatever stands beside a text and however many threads there are.

use safetensors::tensor::Dtype;
use serde_json::json;

use super::folder::{Random, Sizes, Tiny, WORDS};
use super::oracle;
use crate::encoder::{Compute, Encoder};

const WAYS: [Compute; 2] = [Compute::Native, Compute::Burn];
const SMALL: Sizes = Sizes { hidden: 24, heads: 3, layers: 2, wide: 40, places: 40 };

/// Texts of these words, each a word of the vocabulary with its number.
fn texts(count: usize, longest: usize, seed: u64) -> Vec<(String, Vec<u32>)> {
    let mut random = Random(seed);
    let whole: Vec<usize> = (5..WORDS.len()).filter(|&word| !WORDS[word].starts_with("##")).collect();
    (0..count)
        .map(|_| {
            let words: Vec<usize> =
                (0..random.below(longest + 1)).map(|_| whole[random.below(whole.len())]).collect();
            let text: Vec<&str> = words.iter().map(|&word| WORDS[word]).collect();
            let mut tokens = vec![2];
            tokens.extend(words.iter().map(|&word| word as u32));
            tokens.push(3);
            (text.join(" "), tokens)
        })
        .collect()
}

fn open(tiny: &Tiny, way: Compute) -> Encoder {
    let folder = tempfile::tempdir().unwrap();
    tiny.write(folder.path());
    Encoder::open_with(folder.path(), way).unwrap_or_else(|problems| panic!("{problems}"))
}

fn check(tiny: &Tiny, case: &str) {
    let longest = tiny.config["max_position_embeddings"].as_u64().unwrap() as usize - 6;
    // Long ones are few: the definition in plain loops takes its time.
    let texts = texts(if longest > 100 { 5 } else { 30 }, longest, 5);
    for way in WAYS {
        let encoder = open(tiny, way);
        let words: Vec<&str> = texts.iter().map(|(text, _)| text.as_str()).collect();
        for (vector, (text, tokens)) in encoder.encode(&words).iter().zip(&texts) {
            let expected = oracle::vector(tiny, tokens);
            assert_eq!(vector.len(), expected.len());
            for (x, y) in vector.iter().zip(expected) {
                assert!((f64::from(*x) - y).abs() < 2e-5, "{case}, {way:?}, `{text}`: {x}, not {y}");
            }
        }
    }
}

#[test]
fn vectors_are_those_of_the_definition() {
    for (hidden, heads, layers, wide) in [(24, 3, 2, 40), (32, 1, 1, 64), (16, 4, 3, 17), (40, 5, 1, 100)] {
        let sizes = Sizes { hidden, heads, layers, wide, places: 30 };
        check(&Tiny::new(sizes, 1), &format!("{sizes:?}"));
    }
    // Longer than a block of the products, and than one pass of either way.
    check(&Tiny::new(Sizes { places: 300, ..SMALL }, 2), "long");
}

#[test]
fn every_pooling_and_function_is_that_of_the_definition() {
    for pooling in ["mean_tokens", "cls_token", "max_tokens", "mean_sqrt_len_tokens"] {
        for normalise in [false, true] {
            let tiny = Tiny { pooling: Some(pooling), normalise, ..Tiny::new(SMALL, 3) };
            check(&tiny, pooling);
        }
    }
    check(&Tiny { pooling: None, ..Tiny::new(SMALL, 3) }, "no modules");
    for function in ["gelu", "gelu_new", "relu"] {
        let mut tiny = Tiny::new(SMALL, 4);
        tiny.config["hidden_act"] = json!(function);
        check(&tiny, function);
    }
}

#[test]
fn places_of_roberta_begin_behind_the_padding() {
    for family in ["roberta", "xlm-roberta", "camembert"] {
        let mut tiny = Tiny::new(SMALL, 5);
        tiny.config["model_type"] = json!(family);
        tiny.config["pad_token_id"] = json!(1);
        check(&tiny, family);
        assert_eq!(open(&tiny, Compute::Native).max_tokens(), 38);
    }
}

#[test]
fn older_names_prefixes_and_brain_floats_are_read() {
    check(&Tiny { prefix: "bert.", ..Tiny::new(SMALL, 6) }, "prefix");
    let tiny = Tiny::new(SMALL, 7);
    let older = |name: &String| {
        name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")
    };
    let mut written = tiny.clone();
    written.tensors = tiny.tensors.iter().map(|(name, part)| (older(name), part.clone())).collect();
    let expected = open(&tiny, Compute::Native).encode(&["good"]);
    assert_eq!(open(&written, Compute::Native).encode(&["good"]), expected);

    let mut rounded = Tiny { kind: Dtype::BF16, ..tiny };
    for part in rounded.tensors.values_mut() {
        part.values.iter_mut().for_each(|x| *x = f32::from_bits(x.to_bits() & 0xffff_0000));
    }
    check(&rounded, "brain floats");
}

#[test]
fn a_vector_does_not_depend_on_its_company() {
    let texts = texts(200, 30, 8);
    let words: Vec<&str> = texts.iter().map(|(text, _)| text.as_str()).collect();
    let tiny = Tiny::new(SMALL, 9);
    for way in WAYS {
        let encoder = open(&tiny, way);
        let together = encoder.encode(&words);
        let reversed: Vec<&str> = words.iter().rev().copied().collect();
        let mut backwards = encoder.encode(&reversed);
        backwards.reverse();
        let alone: Vec<Vec<f32>> = words.iter().map(|text| encoder.encode(&[text]).remove(0)).collect();
        for other in [backwards, alone] {
            for (a, b) in together.iter().flatten().zip(other.iter().flatten()) {
                match way {
                    Compute::Native => assert_eq!(a.to_bits(), b.to_bits()),
                    Compute::Burn => assert!((a - b).abs() < 1e-5, "{a} and {b}"),
                }
            }
        }
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let texts = texts(100, 30, 10);
    let words: Vec<&str> = texts.iter().map(|(text, _)| text.as_str()).collect();
    let encoder = open(&Tiny::new(SMALL, 11), Compute::Native);
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| encoder.encode(&words))
    };
    assert_eq!(on(1), on(3));
}

#[test]
fn nothing_gives_nothing_and_empty_texts_have_a_vector() {
    for way in WAYS {
        let encoder = open(&Tiny::new(SMALL, 12), way);
        assert!(encoder.encode::<&str>(&[]).is_empty());
        let vectors = encoder.encode(&["", "  \n", "good"]);
        assert_eq!(vectors[0], vectors[1]);
        assert!(vectors.iter().all(|vector| vector.len() == 24 && vector.iter().all(|x| x.is_finite())));
    }
}

#[test]
fn the_identity_changes_with_weights_words_and_settings_only() {
    let tiny = Tiny::new(SMALL, 13);
    let identity = |tiny: &Tiny| open(tiny, Compute::Native).identity().to_owned();
    let own = identity(&tiny);
    assert_eq!(own, identity(&tiny));
    assert_eq!(own, open(&tiny, Compute::Burn).identity());
    assert_eq!(own.len(), 64);
    let mut weights = tiny.clone();
    weights.tensors.get_mut("encoder.layer.1.output.dense.bias").unwrap().values[3] += 1e-3;
    assert_ne!(own, identity(&weights));
    assert_ne!(own, identity(&Tiny { pooling: Some("cls_token"), ..tiny.clone() }));
    assert_ne!(own, identity(&Tiny { max_tokens: Some(8), ..tiny.clone() }));

    let folder = tempfile::tempdir().unwrap();
    tiny.write(folder.path());
    std::fs::write(folder.path().join("vocab.txt"), WORDS.join("\n").replace("good", "fine")).unwrap();
    assert_ne!(own, Encoder::open(folder.path()).unwrap().identity());
}

#[test]
fn an_encoder_is_shared_by_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Encoder>();
}

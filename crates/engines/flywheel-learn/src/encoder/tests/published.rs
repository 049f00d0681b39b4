//! A published encoder against the vectors that an independent implementation gave.
//!
//! `e2e/encoder/reference_vectors.py FOLDER` writes both; `FLYWHEEL_MINILM` names `FOLDER/minilm`.

use std::path::PathBuf;

use serde::Deserialize;

use crate::encoder::{Compute, Encoder};

#[derive(Deserialize)]
struct Reference {
    texts: Vec<String>,
    vectors: Vec<Vec<f32>>,
}

fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("FLYWHEEL_MINILM").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("FLYWHEEL_MINILM is not set: the test with a published encoder is left out");
    }
    folder
}

#[test]
fn a_published_encoder_gives_the_published_vectors() {
    let Some(folder) = folder() else { return };
    let reference = std::fs::read(folder.join("reference.json")).unwrap();
    let reference: Reference = serde_json::from_slice(&reference).unwrap();
    assert!(reference.texts.len() >= 50 && reference.texts.len() == reference.vectors.len());
    for way in [Compute::Native, Compute::Burn] {
        let encoder = Encoder::open_with(&folder, way).unwrap_or_else(|problems| panic!("{problems}"));
        assert_eq!((encoder.dimension(), encoder.max_tokens(), encoder.normalised()), (384, 256, true));
        let mut most = 0.0_f32;
        for ((text, expected), vector) in
            reference.texts.iter().zip(&reference.vectors).zip(encoder.encode(&reference.texts))
        {
            let apart = vector.iter().zip(expected).map(|(x, y)| (x - y).abs()).fold(0.0, f32::max);
            assert!(apart < 1e-4, "{way:?}: `{text}` is {apart} apart");
            most = most.max(apart);
        }
        eprintln!("{way:?}: {} texts, at most {most:e} apart", reference.texts.len());
    }
}

#[test]
fn meaning_is_nearer_than_words() {
    let Some(folder) = folder() else { return };
    let encoder = Encoder::open(&folder).unwrap_or_else(|problems| panic!("{problems}"));
    let vectors = encoder.encode(&[
        "My card was declined at the checkout.",
        "The payment didn't go through.",
        "The checkout counter at the hotel was beautiful.",
    ]);
    let cosine = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f32>();
    assert!(cosine(&vectors[0], &vectors[1]) > cosine(&vectors[0], &vectors[2]) + 0.1);
}

#[test]
#[ignore = "a measurement: run it alone, optimised"]
fn messages_a_second() {
    let Some(folder) = folder() else { return };
    let words = "the payment failed again when I tried to check out on my phone so I had to call".split(' ');
    let text = |number: usize| {
        let words: Vec<&str> = words.clone().cycle().skip(number % 7).take(18).collect();
        words.join(" ")
    };
    let texts: Vec<String> = (0..256).map(text).collect();
    for way in [Compute::Native, Compute::Burn] {
        let encoder = Encoder::open_with(&folder, way).unwrap_or_else(|problems| panic!("{problems}"));
        let tokens: usize = texts.iter().map(|text| encoder.count_tokens(text)).sum();
        for threads in [1, 2] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let (start, before) = (std::time::Instant::now(), processor_seconds());
            pool.install(|| encoder.encode(&texts));
            let (elapsed, used) = (start.elapsed().as_secs_f64(), processor_seconds() - before);
            let a_second = |seconds: f64| texts.len() as f64 / seconds;
            eprintln!(
                "{way:?}, {threads} threads: {:.0} messages a second of {} tokens, {:.0} a second of one processor",
                a_second(elapsed),
                tokens / texts.len(),
                a_second(used)
            );
        }
    }
}

/// Seconds that this process has kept processors busy, which other work on the machine hardly changes.
fn processor_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = text.rsplit(')').next().unwrap_or_default();
    // The eleventh and twelfth after the name, in hundredths: `man 5 proc`.
    let ticks = after_name.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok());
    ticks.sum::<f64>() / 100.0
}

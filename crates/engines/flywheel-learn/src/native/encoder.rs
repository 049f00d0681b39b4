//! Encoders of the BERT family on kernels of our own: whole texts to each thread, every token once, nothing padded.
//!
//! A token's sums have one order whatever stands beside it, so a vector has the same bits in any company and on any
//! number of threads.

use rayon::prelude::*;

use super::buffer::Buffer;
use super::cpu::{Level, for_each_level};
use super::function::{Function, exp, sigmoid};
use super::panels::{Panels, padded};
use super::pool::Pool;
use super::product::{Rows, RowsMut, rows_times};
use crate::encoder::answer;
use crate::encoder::weights::Weights;
use crate::encoder::{Activation, Settings};

/// Tokens that a thread takes at a time: enough to use each weight often, few enough to stay in the second cache.
const TOKENS: usize = 128;

/// The network, its weights packed as the products read them.
pub struct NativeEncoder {
    settings: Settings,
    words: Vec<f32>,
    places: Vec<f32>,
    norm: Norm,
    layers: Vec<Layer>,
    level: Level,
    /// One thread, the caller's: threads share out texts here, not products.
    alone: Pool,
}

struct Layer {
    /// Questions, keys and values side by side.
    look: Dense,
    look_output: Dense,
    look_norm: Norm,
    wide: Dense,
    output: Dense,
    norm: Norm,
}

struct Dense {
    shape: Panels,
    weight: Buffer,
    bias: Buffer,
}

struct Norm {
    scale: Vec<f32>,
    shift: Vec<f32>,
}

/// The memory of one thread.
#[derive(Default)]
struct Desk {
    states: Buffer,
    all: Buffer,
    looked: Buffer,
    product: Buffer,
    wide: Buffer,
    head: Head,
}

/// The memory of one head of attention.
#[derive(Default)]
struct Head {
    keys: Buffer,
    values: Buffer,
    shares: Buffer,
    mixed: Buffer,
}

impl NativeEncoder {
    /// Packs the weights.
    pub(crate) fn new(settings: &Settings, mut weights: Weights) -> Self {
        let (hidden, wide) = (settings.hidden, settings.intermediate);
        let places = weights.take_places(settings);
        let words = weights.take("embeddings.word_embeddings.weight");
        let norm = Norm::new(&mut weights, "embeddings.LayerNorm");
        let layers = (0..settings.layers)
            .map(|layer| {
                let name = |part: &str| format!("encoder.layer.{layer}.{part}");
                let parts = ["query", "key", "value"].map(|part| name(&format!("attention.self.{part}")));
                Layer {
                    look: Dense::new(&mut weights, &parts, hidden, hidden),
                    look_output: Dense::new(&mut weights, &[name("attention.output.dense")], hidden, hidden),
                    look_norm: Norm::new(&mut weights, &name("attention.output.LayerNorm")),
                    wide: Dense::new(&mut weights, &[name("intermediate.dense")], hidden, wide),
                    output: Dense::new(&mut weights, &[name("output.dense")], wide, hidden),
                    norm: Norm::new(&mut weights, &name("output.LayerNorm")),
                }
            })
            .collect();
        let level = Level::detect();
        Self { settings: settings.clone(), words, places, norm, layers, level, alone: Pool::new(1) }
    }

    /// One vector a text, not yet brought to length one.
    pub(crate) fn encode(&self, texts: &[Vec<u32>]) -> Vec<Vec<f32>> {
        let batches = batches(texts, rayon::current_num_threads());
        let parts: Vec<Vec<Vec<f32>>> = batches
            .par_iter()
            .map_init(Desk::default, |desk, batch| {
                let rows: Vec<&[u32]> = batch.iter().map(|&text| texts[text].as_slice()).collect();
                self.pass(desk, &rows)
            })
            .collect();
        let mut vectors = vec![Vec::new(); texts.len()];
        for (&text, vector) in batches.iter().flatten().zip(parts.into_iter().flatten()) {
            vectors[text] = vector;
        }
        vectors
    }

    fn pass(&self, desk: &mut Desk, texts: &[&[u32]]) -> Vec<Vec<f32>> {
        let hidden = self.settings.hidden;
        let spacing = padded(hidden);
        let count = texts.iter().map(|text| text.len()).sum();
        desk.make_room(&self.settings, count);
        self.embed(desk, texts, count);
        for layer in &self.layers {
            self.layer(desk, layer, texts, count);
        }
        let mut from = 0;
        let vector = |text: &&[u32]| {
            let states = &desk.states[from * spacing..][..text.len() * spacing];
            from += text.len();
            answer::pooled(self.settings.pooling, states, hidden, spacing)
        };
        texts.iter().map(vector).collect()
    }

    /// The vector of each token with that of its place.
    fn embed(&self, desk: &mut Desk, texts: &[&[u32]], count: usize) {
        let hidden = self.settings.hidden;
        let spacing = padded(hidden);
        let tokens = texts.iter().flat_map(|text| text.iter().enumerate());
        for (row, (place, &token)) in desk.states.chunks_exact_mut(spacing).zip(tokens) {
            row[..hidden].copy_from_slice(&self.words[token as usize * hidden..][..hidden]);
            row[..hidden].iter_mut().zip(&self.places[place * hidden..]).for_each(|(x, y)| *x += y);
        }
        desk.product[..count * spacing].fill(0.0);
        self.normalise(desk, &self.norm, count);
    }

    fn layer(&self, desk: &mut Desk, layer: &Layer, texts: &[&[u32]], count: usize) {
        let spacing = padded(self.settings.hidden);
        let wide = padded(self.settings.intermediate);
        let all = padded(3 * self.settings.hidden);
        self.product(&layer.look, &desk.states, spacing, &mut desk.all, count, None);
        let mut from = 0;
        for text in texts {
            let rows = &desk.all[from * all..][..text.len() * all];
            let looked = &mut desk.looked[from * spacing..][..text.len() * spacing];
            self.look(&mut desk.head, rows, looked, text.len());
            from += text.len();
        }
        self.product(&layer.look_output, &desk.looked, spacing, &mut desk.product, count, None);
        self.normalise(desk, &layer.look_norm, count);
        let activation = Some(self.settings.activation);
        self.product(&layer.wide, &desk.states, spacing, &mut desk.wide, count, activation);
        self.product(&layer.output, &desk.wide, wide, &mut desk.product, count, None);
        self.normalise(desk, &layer.norm, count);
    }

    /// Each token's mixture of its text's values, head by head: `softmax(Q Kᵀ / √d) V` (Vaswani et al. 2017).
    fn look(&self, head: &mut Head, rows: &[f32], looked: &mut [f32], length: usize) {
        let hidden = self.settings.hidden;
        let (spacing, size) = (padded(3 * hidden), hidden / self.settings.heads);
        let (key_shape, value_shape) = (Panels::new(size, length), Panels::new(length, size));
        let (share_spacing, mixed_spacing) = (padded(length), padded(size));
        head.keys.reserve(key_shape.len());
        head.values.reserve(value_shape.len());
        head.shares.reserve(length * share_spacing);
        head.mixed.reserve(length * mixed_spacing);
        let scale = 1.0 / (size as f32).sqrt();
        for first in (0..hidden).step_by(size) {
            let (keys, values) = (&rows[hidden + first..], &rows[2 * hidden + first..]);
            key_shape.each(|number, token, at| head.keys[at] = keys[token * spacing + number]);
            for span in value_shape.spans() {
                let columns = span.start..size.min(span.start + span.width());
                for token in 0..length {
                    head.values[value_shape.offset(*span, token)..][..columns.len()]
                        .copy_from_slice(&values[token * spacing..][columns.clone()]);
                }
            }
            let questions = Rows { data: &rows[first..], count: length, spacing };
            let shares = RowsMut { data: &mut head.shares, spacing: share_spacing };
            rows_times(&self.alone, self.level, questions, &key_shape, &head.keys, shares, |_, _, _| {});
            softmax(self.level, &mut head.shares[..length * share_spacing], share_spacing, length, scale);
            let shares = Rows { data: &head.shares, count: length, spacing: share_spacing };
            let mixed = RowsMut { data: &mut head.mixed, spacing: mixed_spacing };
            rows_times(&self.alone, self.level, shares, &value_shape, &head.values, mixed, |_, _, _| {});
            let mixed = head.mixed.chunks_exact(mixed_spacing);
            for (to, from) in looked.chunks_exact_mut(padded(hidden)).zip(mixed) {
                to[first..first + size].copy_from_slice(&from[..size]);
            }
        }
    }

    /// Rows times weights, with bias and function while each part is in the first cache.
    fn product(
        &self,
        dense: &Dense,
        rows: &[f32],
        spacing: usize,
        output: &mut Buffer,
        count: usize,
        activation: Option<Activation>,
    ) {
        let level = self.level;
        let to = RowsMut { data: output, spacing: dense.bias.len() };
        let rows = Rows { data: rows, count, spacing };
        rows_times(&self.alone, level, rows, &dense.shape, &dense.weight, to, |_, start, part| {
            add(level, part, &dense.bias[start..]);
            match activation {
                None => {}
                Some(Activation::Gelu) => Function::Gelu.apply(level, part),
                Some(Activation::GeluTanh) => gelu_tanh(level, part),
                Some(Activation::Relu) => Function::Relu.apply(level, part),
            }
        });
    }

    /// Adds the product to the states and normalises them.
    fn normalise(&self, desk: &mut Desk, norm: &Norm, count: usize) {
        let (hidden, spacing) = (self.settings.hidden, padded(self.settings.hidden));
        let states = desk.states.chunks_exact_mut(spacing).zip(desk.product.chunks_exact(spacing));
        for (states, added) in states.take(count) {
            let (states, added) = (&mut states[..hidden], &added[..hidden]);
            add_and_normalise(self.level, states, added, &norm.scale, &norm.shift, self.settings.epsilon);
        }
    }
}

impl Dense {
    /// Products of the same inputs, side by side.
    fn new(weights: &mut Weights, names: &[String], inputs: usize, outputs: usize) -> Self {
        let mut part = |kind: &str| -> Vec<f32> {
            names.iter().flat_map(|name| weights.take(&format!("{name}.{kind}"))).collect()
        };
        let (rows, biases) = (part("weight"), part("bias"));
        let outputs = outputs * names.len();
        let shape = Panels::new(inputs, outputs);
        let (mut weight, mut bias) = (Buffer::zeros(shape.len()), Buffer::zeros(padded(outputs)));
        shape.each(|input, output, at| weight[at] = rows[output * inputs + input]);
        bias[..outputs].copy_from_slice(&biases);
        Self { shape, weight, bias }
    }
}

impl Norm {
    fn new(weights: &mut Weights, name: &str) -> Self {
        Self { scale: weights.take(&format!("{name}.weight")), shift: weights.take(&format!("{name}.bias")) }
    }
}

impl Desk {
    fn make_room(&mut self, settings: &Settings, tokens: usize) {
        let hidden = padded(settings.hidden);
        self.states.reserve(tokens * hidden);
        self.all.reserve(tokens * padded(3 * settings.hidden));
        self.looked.reserve(tokens * hidden);
        self.product.reserve(tokens * hidden);
        self.wide.reserve(tokens * padded(settings.intermediate));
    }
}

/// Texts that pass together: the longest first, so that no thread is left with a long one at the end.
fn batches(texts: &[Vec<u32>], threads: usize) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..texts.len()).collect();
    order.sort_by_key(|&text| std::cmp::Reverse(texts[text].len()));
    let tokens: usize = texts.iter().map(Vec::len).sum();
    // Few texts are shared out all the same.
    let most = tokens.div_ceil(threads.max(1)).min(TOKENS);
    let mut batches: Vec<Vec<usize>> = Vec::new();
    let mut room = 0;
    for text in order {
        let len = texts[text].len();
        match batches.last_mut() {
            Some(batch) if len <= room => batch.push(text),
            _ => {
                batches.push(vec![text]);
                room = most.max(len);
            }
        }
        room -= len;
    }
    batches
}

for_each_level! {
    fn add(part: &mut [f32], bias: &[f32]) {
        part.iter_mut().zip(bias).for_each(|(x, b)| *x += b);
    }
}

for_each_level! {
    /// `x σ(√(8/π) (x + 0.044715 x³))`, which is the form by tanh.
    fn gelu_tanh(numbers: &mut [f32]) {
        // √(8/π).
        const SLOPE: f32 = 1.595_769_1;
        numbers.iter_mut().for_each(|x| *x *= sigmoid(SLOPE * (*x + 0.044_715 * *x * *x * *x)));
    }
}

for_each_level! {
    /// The shares of each row's first `length` numbers, multiplied by `scale` before.
    fn softmax(rows: &mut [f32], spacing: usize, length: usize, scale: f32) {
        for row in rows.chunks_exact_mut(spacing) {
            let row = &mut row[..length];
            let most = row.iter().fold(f32::NEG_INFINITY, |most, &x| if x > most { x } else { most });
            row.iter_mut().for_each(|x| *x = exp((*x - most) * scale));
            let whole = 1.0 / sum(row, |x| x);
            row.iter_mut().for_each(|x| *x *= whole);
        }
    }
}

for_each_level! {
    /// The sum of both, at mean 0 and variance 1, then scaled and shifted number by number.
    fn add_and_normalise(states: &mut [f32], added: &[f32], scale: &[f32], shift: &[f32], epsilon: f32) {
        states.iter_mut().zip(added).for_each(|(x, y)| *x += y);
        let count = states.len() as f32;
        let mean = sum(states, |x| x) / count;
        let variance = sum(states, |x| (x - mean) * (x - mean)) / count;
        let factor = 1.0 / (variance + epsilon).sqrt();
        for ((x, scale), shift) in states.iter_mut().zip(scale).zip(shift) {
            *x = (*x - mean) * factor * scale + shift;
        }
    }
}

/// A sum in sixteen lanes.
#[inline(always)]
fn sum(numbers: &[f32], term: impl Fn(f32) -> f32) -> f32 {
    let mut lanes = [0.0_f32; 16];
    let chunks = numbers.chunks_exact(16);
    let rest = chunks.remainder();
    for chunk in chunks {
        lanes.iter_mut().zip(chunk).for_each(|(lane, &x)| *lane += term(x));
    }
    lanes.iter_mut().zip(rest).for_each(|(lane, &x)| *lane += term(x));
    lanes.iter().sum()
}

//! The definition of the network: an encoder of the BERT family (Devlin et al. 2019) as Burn tensors compute it.

use std::ops::Range;

use burn::tensor::module::{attention, layer_norm};
use burn::tensor::ops::AttentionModuleOptions;
use burn::tensor::{Device, Int, Tensor, TensorData, activation};

use super::weights::Weights;
use super::{Activation, Settings, answer};

/// Tokens that pass at a time.
const TOKENS: usize = 2048;

/// The network on a device.
pub(super) struct Network {
    settings: Settings,
    device: Device,
    words: Tensor<2>,
    places: Tensor<2>,
    norm: Norm,
    layers: Vec<Layer>,
}

/// One layer.
struct Layer {
    /// Questions, keys and values side by side.
    look: Dense,
    look_output: Dense,
    look_norm: Norm,
    wide: Dense,
    output: Dense,
    norm: Norm,
}

/// A product with weights and a bias.
struct Dense {
    /// `inputs × outputs`.
    weight: Tensor<2>,
    bias: Tensor<1>,
}

/// Scale and shift of a normalisation.
struct Norm {
    scale: Tensor<1>,
    shift: Tensor<1>,
}

impl Network {
    /// Puts the weights on the device.
    pub fn new(settings: &Settings, mut weights: Weights, device: &Device) -> Self {
        let (hidden, wide) = (settings.hidden, settings.intermediate);
        let places = tensor(weights.take_places(settings), [settings.max_tokens, hidden], device);
        let words =
            tensor(weights.take("embeddings.word_embeddings.weight"), [settings.vocabulary, hidden], device);
        let mut source = Source { weights, device };
        let norm = source.norm("embeddings.LayerNorm");
        let layers = (0..settings.layers)
            .map(|layer| {
                let name = |part: &str| format!("encoder.layer.{layer}.{part}");
                let parts = ["query", "key", "value"].map(|part| name(&format!("attention.self.{part}")));
                Layer {
                    look: source.dense(&parts, hidden, hidden),
                    look_output: source.dense(&[name("attention.output.dense")], hidden, hidden),
                    look_norm: source.norm(&name("attention.output.LayerNorm")),
                    wide: source.dense(&[name("intermediate.dense")], hidden, wide),
                    output: source.dense(&[name("output.dense")], wide, hidden),
                    norm: source.norm(&name("output.LayerNorm")),
                }
            })
            .collect();
        Self { settings: settings.clone(), device: device.clone(), words, places, norm, layers }
    }

    /// One vector a text, not yet brought to length one.
    pub fn encode(&self, texts: &[Vec<u32>]) -> Vec<Vec<f32>> {
        let mut order: Vec<usize> = (0..texts.len()).collect();
        order.sort_by_key(|&text| texts[text].len());
        let mut vectors = vec![Vec::new(); texts.len()];
        let (pooling, hidden) = (self.settings.pooling, self.settings.hidden);
        let mut rest = order.as_slice();
        while !rest.is_empty() {
            let mut tokens = 0;
            let fits = |text: &&usize| {
                tokens += texts[**text].len();
                tokens <= TOKENS
            };
            let count = rest.iter().take_while(fits).count().max(1);
            let (batch, later) = rest.split_at(count);
            rest = later;
            let rows: Vec<&[u32]> = batch.iter().map(|&text| texts[text].as_slice()).collect();
            let states = numbers(self.states(&rows));
            let mut from = 0;
            for (&text, row) in batch.iter().zip(&rows) {
                let to = from + row.len() * hidden;
                vectors[text] = answer::pooled(pooling, &states[from..to], hidden, hidden);
                from = to;
            }
        }
        vectors
    }

    /// The states of all tokens after the last layer, `tokens × hidden`; texts of one length stand side by side.
    fn states(&self, texts: &[&[u32]]) -> Tensor<2> {
        let tokens: Vec<i32> = texts.iter().flat_map(|text| text.iter().map(|&token| token as i32)).collect();
        let places: Vec<i32> = texts.iter().flat_map(|text| 0..text.len() as i32).collect();
        let groups = groups(texts);
        let embedded = self.words.clone().select(0, self.numbers(tokens))
            + self.places.clone().select(0, self.numbers(places));
        let start = self.normalised(embedded, &self.norm);
        self.layers.iter().fold(start, |states, layer| self.layer(states, layer, &groups))
    }

    fn layer(&self, states: Tensor<2>, layer: &Layer, groups: &[Group]) -> Tensor<2> {
        let looked = self.look(layer.look.of(states.clone()), groups);
        let states = self.normalised(layer.look_output.of(looked) + states, &layer.look_norm);
        let wide = match self.settings.activation {
            Activation::Gelu => activation::gelu(layer.wide.of(states.clone())),
            Activation::GeluTanh => activation::gelu_approximate(layer.wide.of(states.clone())),
            Activation::Relu => activation::relu(layer.wide.of(states.clone())),
        };
        self.normalised(layer.output.of(wide) + states, &layer.norm)
    }

    /// Each token's mixture of its text's values, `tokens × hidden`.
    fn look(&self, all: Tensor<2>, groups: &[Group]) -> Tensor<2> {
        let (hidden, heads) = (self.settings.hidden, self.settings.heads);
        let mut looked = Vec::new();
        for group in groups {
            let shape = [group.texts, group.length, heads, hidden / heads];
            let rows = all.clone().slice([group.rows.clone(), 0..3 * hidden]);
            let part = |index: usize| {
                let columns = index * hidden..(index + 1) * hidden;
                rows.clone().slice([0..group.rows.len(), columns]).reshape(shape).swap_dims(1, 2)
            };
            let mixed = attention(part(0), part(1), part(2), None, None, AttentionModuleOptions::default());
            looked.push(mixed.swap_dims(1, 2).reshape([group.rows.len(), hidden]));
        }
        if looked.len() == 1 { looked.remove(0) } else { Tensor::cat(looked, 0) }
    }

    fn normalised(&self, states: Tensor<2>, norm: &Norm) -> Tensor<2> {
        let epsilon = f64::from(self.settings.epsilon);
        layer_norm(states, norm.scale.clone(), Some(norm.shift.clone()), epsilon)
    }

    fn numbers(&self, values: Vec<i32>) -> Tensor<1, Int> {
        let count = values.len();
        Tensor::from_data(TensorData::new(values, [count]), &self.device)
    }
}

impl Dense {
    fn of(&self, states: Tensor<2>) -> Tensor<2> {
        states.matmul(self.weight.clone()) + self.bias.clone().unsqueeze_dim::<2>(0)
    }
}

/// Texts of one length, side by side.
struct Group {
    texts: usize,
    length: usize,
    rows: Range<usize>,
}

fn groups(texts: &[&[u32]]) -> Vec<Group> {
    let mut start = 0;
    texts
        .chunk_by(|a, b| a.len() == b.len())
        .map(|group| {
            let rows = start..start + group.len() * group[0].len();
            start = rows.end;
            Group { texts: group.len(), length: group[0].len(), rows }
        })
        .collect()
}

/// Where tensors come from.
struct Source<'a> {
    weights: Weights,
    device: &'a Device,
}

impl Source<'_> {
    /// Products of the same inputs, side by side.
    fn dense(&mut self, names: &[String], inputs: usize, outputs: usize) -> Dense {
        let mut part = |kind: &str| -> Vec<f32> {
            names.iter().flat_map(|name| self.weights.take(&format!("{name}.{kind}"))).collect()
        };
        let (weight, bias) = (part("weight"), part("bias"));
        let outputs = outputs * names.len();
        Dense {
            weight: tensor(weight, [outputs, inputs], self.device).transpose(),
            bias: tensor(bias, [outputs], self.device),
        }
    }

    fn norm(&mut self, name: &str) -> Norm {
        let mut part = |kind: &str| {
            let values = self.weights.take(&format!("{name}.{kind}"));
            let count = values.len();
            tensor(values, [count], self.device)
        };
        Norm { scale: part("weight"), shift: part("bias") }
    }
}

fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values, shape), device)
}

fn numbers(tensor: Tensor<2>) -> Vec<f32> {
    match tensor.into_data_as::<f32>().try_into_vec::<f32>() {
        Ok(values) => values,
        Err(error) => unreachable!("a tensor read as 32-bit floats holds them: {error:?}"),
    }
}

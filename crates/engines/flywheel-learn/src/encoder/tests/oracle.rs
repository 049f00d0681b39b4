//! The same network in plain loops and double precision, from the definitions and sharing no code with ours.

use super::folder::Tiny;

/// What the encoder must give for these tokens.
pub fn vector(tiny: &Tiny, tokens: &[u32]) -> Vec<f64> {
    let size = |name: &str| tiny.config[name].as_u64().unwrap() as usize;
    let hidden = size("hidden_size");
    let first = if tiny.config["model_type"] == "bert" { 0 } else { size("pad_token_id") + 1 };
    let mut states: Vec<Vec<f64>> = Vec::new();
    for (place, &token) in tokens.iter().enumerate() {
        let mut state = vec![0.0; hidden];
        for i in 0..hidden {
            state[i] = at(tiny, "embeddings.word_embeddings.weight", token as usize * hidden + i)
                + at(tiny, "embeddings.position_embeddings.weight", (first + place) * hidden + i)
                + at(tiny, "embeddings.token_type_embeddings.weight", i);
        }
        states.push(normal(tiny, "embeddings.LayerNorm", &state));
    }
    for layer in 0..size("num_hidden_layers") {
        states = through(tiny, &format!("encoder.layer.{layer}"), &states);
    }
    let mut pooled = vec![0.0; hidden];
    for i in 0..hidden {
        let column: Vec<f64> = states.iter().map(|state| state[i]).collect();
        let sum: f64 = column.iter().sum();
        pooled[i] = match tiny.pooling {
            Some("cls_token") => column[0],
            Some("max_tokens") => column.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            Some("mean_sqrt_len_tokens") => sum / (column.len() as f64).sqrt(),
            _ => sum / column.len() as f64,
        };
    }
    if tiny.normalise && tiny.pooling.is_some() {
        let length = pooled.iter().map(|x| x * x).sum::<f64>().sqrt();
        pooled.iter_mut().for_each(|x| *x /= length);
    }
    pooled
}

fn through(tiny: &Tiny, layer: &str, states: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let hidden = states[0].len();
    let heads = tiny.config["num_attention_heads"].as_u64().unwrap() as usize;
    let size = hidden / heads;
    let all = |part: &str| -> Vec<Vec<f64>> {
        states.iter().map(|state| dense(tiny, &format!("{layer}.attention.self.{part}"), state)).collect()
    };
    let (q, k, v) = (all("query"), all("key"), all("value"));
    let mut next = Vec::new();
    for token in 0..states.len() {
        let mut mixed = vec![0.0; hidden];
        for head in 0..heads {
            let own = head * size..(head + 1) * size;
            let score = |other: &Vec<f64>| {
                let product: f64 = own.clone().map(|i| q[token][i] * other[i]).sum();
                (product / (size as f64).sqrt()).exp()
            };
            let scores: Vec<f64> = k.iter().map(score).collect();
            let whole: f64 = scores.iter().sum();
            for (score, value) in scores.iter().zip(&v) {
                own.clone().for_each(|i| mixed[i] += score / whole * value[i]);
            }
        }
        let looked = dense(tiny, &format!("{layer}.attention.output.dense"), &mixed);
        let state =
            normal(tiny, &format!("{layer}.attention.output.LayerNorm"), &plus(&looked, &states[token]));
        let wide = dense(tiny, &format!("{layer}.intermediate.dense"), &state);
        let wide: Vec<f64> = wide.iter().map(|&x| activation(tiny, x)).collect();
        let output = dense(tiny, &format!("{layer}.output.dense"), &wide);
        next.push(normal(tiny, &format!("{layer}.output.LayerNorm"), &plus(&output, &state)));
    }
    next
}

fn at(tiny: &Tiny, name: &str, index: usize) -> f64 {
    f64::from(values(tiny, name)[index])
}

fn values<'a>(tiny: &'a Tiny, name: &str) -> &'a [f32] {
    &tiny.tensors[name].values
}

fn plus(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(x, y)| x + y).collect()
}

fn dense(tiny: &Tiny, name: &str, inputs: &[f64]) -> Vec<f64> {
    let (weight, bias) = (values(tiny, &format!("{name}.weight")), values(tiny, &format!("{name}.bias")));
    (0..bias.len())
        .map(|output| {
            let mut sum = f64::from(bias[output]);
            for (input, x) in inputs.iter().enumerate() {
                sum += x * f64::from(weight[output * inputs.len() + input]);
            }
            sum
        })
        .collect()
}

fn normal(tiny: &Tiny, name: &str, state: &[f64]) -> Vec<f64> {
    let count = state.len() as f64;
    let mean = state.iter().sum::<f64>() / count;
    let variance = state.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / count;
    let epsilon = tiny.config["layer_norm_eps"].as_f64().unwrap();
    let (scale, shift) = (values(tiny, &format!("{name}.weight")), values(tiny, &format!("{name}.bias")));
    let scaled = |(i, x): (usize, &f64)| {
        (x - mean) / (variance + epsilon).sqrt() * f64::from(scale[i]) + f64::from(shift[i])
    };
    state.iter().enumerate().map(scaled).collect()
}

fn activation(tiny: &Tiny, x: f64) -> f64 {
    match tiny.config["hidden_act"].as_str().unwrap() {
        "relu" => x.max(0.0),
        "gelu_new" => {
            0.5 * x * (1.0 + ((2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x.powi(3))).tanh())
        }
        _ => x * normal_share(x),
    }
}

/// Φ by its series around zero: `½ + φ(x) (x + x³/3 + x⁵/(3·5) + …)`.
fn normal_share(x: f64) -> f64 {
    let density = (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let (mut term, mut sum) = (x, x);
    for i in 1..200 {
        term *= x * x / f64::from(2 * i + 1);
        sum += term;
    }
    0.5 + density * sum
}

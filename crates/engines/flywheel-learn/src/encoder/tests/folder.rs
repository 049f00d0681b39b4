//! A tiny encoder with random weights, written as a hub publishes it.

use std::collections::BTreeMap;
use std::path::Path;

use safetensors::tensor::{Dtype, TensorView};
use serde_json::{Value, json};

/// The words of its vocabulary; a word's line is its number.
pub const WORDS: [&str; 16] = [
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "pay", "##ment", "fail", "##ed", "good", "bad", "!", "付",
    "款", "cafe", ",",
];

/// A tensor by name.
#[derive(Debug, Clone)]
pub struct Part {
    pub shape: Vec<usize>,
    pub values: Vec<f32>,
}

/// What is written; every field may be changed before.
#[derive(Debug, Clone)]
pub struct Tiny {
    pub config: Value,
    pub tensors: BTreeMap<String, Part>,
    /// Stands before every tensor's name.
    pub prefix: &'static str,
    pub kind: Dtype,
    /// `None` where neither `modules.json` nor a folder of pooling is there.
    pub pooling: Option<&'static str>,
    pub normalise: bool,
    pub max_tokens: Option<usize>,
}

/// The sizes of a tiny encoder.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    pub hidden: usize,
    pub heads: usize,
    pub layers: usize,
    pub wide: usize,
    pub places: usize,
}

impl Tiny {
    pub fn new(sizes: Sizes, seed: u64) -> Self {
        let Sizes { hidden, heads, layers, wide, places } = sizes;
        let mut random = Random(seed);
        let mut tensors = BTreeMap::new();
        let mut add = |name: String, shape: &[usize], middle: f32, width: f32| {
            let count = shape.iter().product();
            let values = (0..count).map(|_| middle + width * random.number()).collect();
            tensors.insert(name, Part { shape: shape.to_vec(), values });
        };
        add("embeddings.word_embeddings.weight".into(), &[WORDS.len(), hidden], 0.0, 1.0);
        add("embeddings.position_embeddings.weight".into(), &[places, hidden], 0.0, 0.5);
        add("embeddings.token_type_embeddings.weight".into(), &[2, hidden], 0.0, 0.5);
        let mut norms = vec!["embeddings".to_owned()];
        for layer in 0..layers {
            let layer = format!("encoder.layer.{layer}");
            for (name, outputs, inputs) in [
                ("attention.self.query", hidden, hidden),
                ("attention.self.key", hidden, hidden),
                ("attention.self.value", hidden, hidden),
                ("attention.output.dense", hidden, hidden),
                ("intermediate.dense", wide, hidden),
                ("output.dense", hidden, wide),
            ] {
                let width = 1.5 / (inputs as f32).sqrt();
                add(format!("{layer}.{name}.weight"), &[outputs, inputs], 0.0, width);
                add(format!("{layer}.{name}.bias"), &[outputs], 0.0, 0.3);
            }
            norms.extend([format!("{layer}.attention.output"), format!("{layer}.output")]);
        }
        for norm in norms {
            add(format!("{norm}.LayerNorm.weight"), &[hidden], 1.0, 0.3);
            add(format!("{norm}.LayerNorm.bias"), &[hidden], 0.0, 0.3);
        }
        let config = json!({
            "model_type": "bert", "hidden_size": hidden, "num_hidden_layers": layers,
            "num_attention_heads": heads, "intermediate_size": wide, "vocab_size": WORDS.len(),
            "max_position_embeddings": places, "type_vocab_size": 2, "pad_token_id": 0,
            "hidden_act": "gelu", "layer_norm_eps": 1e-12, "position_embedding_type": "absolute"
        });
        Self {
            config,
            tensors,
            prefix: "",
            kind: Dtype::F32,
            pooling: Some("mean_tokens"),
            normalise: true,
            max_tokens: None,
        }
    }

    pub fn write(&self, folder: &Path) {
        let put = |name: &str, value: &Value| std::fs::write(folder.join(name), value.to_string()).unwrap();
        put("config.json", &self.config);
        std::fs::write(folder.join("vocab.txt"), WORDS.join("\n") + "\n").unwrap();
        if let Some(pooling) = self.pooling {
            std::fs::create_dir_all(folder.join("1_Pooling")).unwrap();
            let mut modes = json!({"word_embedding_dimension": self.config["hidden_size"]});
            for mode in ["cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens"] {
                modes[format!("pooling_mode_{mode}")] = json!(mode == pooling);
            }
            put("1_Pooling/config.json", &modes);
            let module = |index: usize, path: &str, name: &str| {
                let kind = format!("sentence_transformers.models.{name}");
                json!({"idx": index, "name": index.to_string(), "path": path, "type": kind})
            };
            let mut modules = vec![module(0, "", "Transformer"), module(1, "1_Pooling", "Pooling")];
            if self.normalise {
                modules.push(module(2, "2_Normalize", "Normalize"));
            }
            put("modules.json", &Value::Array(modules));
        }
        if let Some(most) = self.max_tokens {
            put("sentence_bert_config.json", &json!({"max_seq_length": most, "do_lower_case": false}));
        }
        let bytes: Vec<(String, Vec<usize>, Vec<u8>)> = self
            .tensors
            .iter()
            .map(|(name, part)| {
                (format!("{}{name}", self.prefix), part.shape.clone(), self.bytes(&part.values))
            })
            .collect();
        let views = bytes
            .iter()
            .map(|(name, shape, bytes)| (name, TensorView::new(self.kind, shape.clone(), bytes).unwrap()));
        let content = safetensors::tensor::serialize(views, None).unwrap();
        std::fs::write(folder.join("model.safetensors"), content).unwrap();
    }

    fn bytes(&self, values: &[f32]) -> Vec<u8> {
        match self.kind {
            // The upper half of a float is the brain float next to zero.
            Dtype::BF16 => values.iter().flat_map(|x| x.to_le_bytes()[2..].to_vec()).collect(),
            Dtype::I32 => values.iter().flat_map(|x| (*x as i32).to_le_bytes()).collect(),
            _ => values.iter().flat_map(|x| x.to_le_bytes()).collect(),
        }
    }
}

/// Numbers from −1 to 1, the same for the same seed.
pub struct Random(pub u64);

impl Random {
    pub fn number(&mut self) -> f32 {
        // SplitMix64 (Steele, Lea and Flood 2014).
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 40) as f32 / 8_388_608.0 - 1.0
    }

    pub fn below(&mut self, count: usize) -> usize {
        (((self.number() + 1.0) / 2.0 * count as f32) as usize).min(count - 1)
    }
}

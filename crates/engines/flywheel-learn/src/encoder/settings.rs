//! What an encoder's folder says about itself, checked: sizes, ends of texts, and how tokens become one vector.

use std::path::Path;

use flywheel_spec::{Problem, Problems, phrase};
use serde::Serialize;
use serde_json::{Map, Value};

use super::fault;

/// The settings of an encoder.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Settings {
    /// Numbers in a token's state, and in a vector.
    pub hidden: usize,
    /// Layers.
    pub layers: usize,
    /// Heads of attention in a layer.
    pub heads: usize,
    /// Numbers in the wide part of a layer.
    pub intermediate: usize,
    /// Tokens that have a vector.
    pub vocabulary: usize,
    /// Places that have a vector, those that no text uses included.
    pub places: usize,
    /// The first token's place: 0 for BERT, the padding's and one for RoBERTa.
    pub first_place: usize,
    /// Kinds of text that have a vector; a single text is always of the first.
    pub kinds: usize,
    /// What the wide part applies.
    pub activation: Activation,
    /// Added to a variance before its root is taken.
    pub epsilon: f32,
    /// How tokens become one vector.
    pub pooling: Pooling,
    /// Whether the vector is brought to length one.
    pub normalise: bool,
    /// Whether a text is lowered before it is cut into tokens.
    pub lowercase: bool,
    /// Tokens of a text that count, the two at its ends included.
    pub max_tokens: usize,
}

/// The function of a layer's wide part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// `x Φ(x)`, the exact form.
    Gelu,
    /// The form by tanh: `x σ(√(8/π) (x + 0.044715 x³))`.
    GeluTanh,
    /// `max(0, x)`.
    Relu,
}

/// How the states of a text's tokens become one vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Pooling {
    /// The mean of all tokens.
    Mean,
    /// The sum of all tokens over the root of their number.
    MeanSqrtLen,
    /// The largest of all tokens, number by number.
    Max,
    /// The first token.
    Cls,
}

/// Families whose networks are the same but for the places' numbers.
const FAMILIES: [(&str, bool); 4] =
    [("bert", false), ("roberta", true), ("xlm-roberta", true), ("camembert", true)];

/// The keys of pooling, in `1_Pooling/config.json`.
const POOLINGS: [(&str, Pooling); 4] = [
    ("mean_tokens", Pooling::Mean),
    ("cls_token", Pooling::Cls),
    ("max_tokens", Pooling::Max),
    ("mean_sqrt_len_tokens", Pooling::MeanSqrtLen),
];

/// More is a damaged file.
const MOST_LAYERS: usize = 1000;

impl Settings {
    /// The settings as bytes that are the same for the same settings.
    pub(super) fn words(&self) -> Vec<u8> {
        format!("{self:?}").into_bytes()
    }
}

/// Reads `config.json` and the files beside it; all mistakes come at once.
pub(super) fn read(folder: &Path) -> Result<Settings, Problems> {
    let mut problems = Problems::default();
    let settings = network(folder, &mut problems).map(|mut settings| {
        chain(folder, &mut settings, &mut problems);
        limit(folder, &mut settings, &mut problems);
        settings
    });
    match settings {
        Some(settings) if !problems.stop() => Ok(settings),
        _ => Err(problems),
    }
}

/// The network's sizes.
fn network(folder: &Path, problems: &mut Problems) -> Option<Settings> {
    let mut file = File::required(folder, "config.json", problems)?;
    let family = file.text("model_type").unwrap_or_else(|| "bert".to_owned());
    let roberta = FAMILIES.iter().find(|(name, _)| *name == family).map(|(_, roberta)| *roberta);
    if roberta.is_none() {
        let known: Vec<&str> = FAMILIES.iter().map(|(name, _)| *name).collect();
        file.unsupported("model_type", &family, &known.join(", "));
    }
    let position = file.text("position_embedding_type").unwrap_or_else(|| "absolute".to_owned());
    if position != "absolute" {
        file.unsupported("position_embedding_type", &position, "absolute");
    }
    let function = file.text("hidden_act").unwrap_or_else(|| "gelu".to_owned());
    let activation = match function.as_str() {
        "gelu" => Activation::Gelu,
        "gelu_new" | "gelu_fast" | "gelu_pytorch_tanh" => Activation::GeluTanh,
        "relu" => Activation::Relu,
        _ => {
            file.unsupported("hidden_act", &function, "gelu, gelu_new, gelu_fast, gelu_pytorch_tanh, relu");
            Activation::Gelu
        }
    };
    let epsilon = file.number("layer_norm_eps").unwrap_or(1e-12);
    if !(epsilon >= 0.0 && epsilon < 1.0) {
        file.wrong("layer_norm_eps", epsilon, "0 … 1");
    }
    let padding = file.count("pad_token_id").unwrap_or(if roberta == Some(true) { 1 } else { 0 });
    let hidden = file.size("hidden_size");
    let layers = file.size("num_hidden_layers");
    let heads = file.size("num_attention_heads");
    let intermediate = file.size("intermediate_size");
    let vocabulary = file.size("vocab_size");
    let places = file.size("max_position_embeddings");
    let kinds = file.count("type_vocab_size").unwrap_or(2);
    let first_place = if roberta == Some(true) { padding.saturating_add(1) } else { 0 };
    if let (Some(hidden), Some(heads)) = (hidden, heads)
        && hidden % heads != 0
    {
        file.wrong("num_attention_heads", heads, &format!("{hidden} ÷ n"));
    }
    if let Some(places) = places
        && places < first_place + 2
    {
        file.wrong("max_position_embeddings", places, &format!("≥ {}", first_place + 2));
    }
    if let Some(layers) = layers
        && layers > MOST_LAYERS
    {
        file.wrong("num_hidden_layers", layers, format!("≤ {MOST_LAYERS}"));
    }
    problems.problems.append(&mut file.problems);
    Some(Settings {
        hidden: hidden?,
        layers: layers?,
        heads: heads?,
        intermediate: intermediate?,
        vocabulary: vocabulary?,
        places: places?,
        first_place,
        kinds,
        activation,
        epsilon: epsilon as f32,
        pooling: Pooling::Mean,
        normalise: false,
        lowercase: false,
        max_tokens: places?.saturating_sub(first_place),
    })
}

/// What happens to the tokens' states; without `modules.json` their mean is taken.
fn chain(folder: &Path, settings: &mut Settings, problems: &mut Problems) {
    let path = folder.join("modules.json");
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let bare = "1_Pooling";
            return if folder.join(bare).is_dir() {
                pooling(folder, bare, settings, problems)
            };
        }
        Err(error) => return problems.push(fault::unreadable(&path, error)),
    };
    let modules: Vec<Value> = match serde_json::from_str(&text) {
        Ok(modules) => modules,
        Err(error) => return problems.push(fault::unreadable(&path, error)),
    };
    for module in &modules {
        let word = |key: &str| module.get(key).and_then(Value::as_str).unwrap_or_default();
        match word("type").rsplit('.').next().unwrap_or_default() {
            "Transformer" => {}
            "Pooling" => pooling(folder, word("path"), settings, problems),
            "Normalize" => settings.normalise = true,
            other => {
                problems.push(fault::unsupported(&path, "type", other, "Transformer, Pooling, Normalize"));
            }
        }
    }
}

fn pooling(folder: &Path, place: &str, settings: &mut Settings, problems: &mut Problems) {
    let name = format!("{place}/config.json");
    let Some(mut file) = File::required(folder, &name, problems) else { return };
    let mut chosen: Vec<Pooling> = Vec::new();
    let keys: Vec<(String, bool)> =
        file.values.iter().filter_map(|(key, value)| Some((key.clone(), value.as_bool()?))).collect();
    for (key, _) in keys.iter().filter(|(_, on)| *on) {
        let Some(mode) = key.strip_prefix("pooling_mode_") else { continue };
        match POOLINGS.iter().find(|(name, _)| *name == mode) {
            Some((_, pooling)) => chosen.push(*pooling),
            None => file.unsupported("pooling_mode", mode, &known_poolings()),
        }
    }
    if let Some(mode) = file.text("pooling_mode") {
        match POOLINGS.iter().find(|(name, _)| *name == mode || name.split('_').next() == Some(&mode)) {
            Some((_, pooling)) => chosen.push(*pooling),
            None => file.unsupported("pooling_mode", &mode, &known_poolings()),
        }
    }
    if file.count("word_embedding_dimension").is_some_and(|width| width != settings.hidden) {
        file.wrong(
            "word_embedding_dimension",
            file.values["word_embedding_dimension"].clone(),
            &settings.hidden,
        );
    }
    match chosen[..] {
        [] => {}
        [pooling] => settings.pooling = pooling,
        _ => file.unsupported("pooling_mode", &format!("{chosen:?}"), &known_poolings()),
    }
    problems.problems.append(&mut file.problems);
}

fn known_poolings() -> String {
    POOLINGS.map(|(name, _)| name).join(", ")
}

/// How many tokens count, and whether letters are lowered.
fn limit(folder: &Path, settings: &mut Settings, problems: &mut Problems) {
    let mut said = None;
    if let Some(mut file) = File::optional(folder, "sentence_bert_config.json", problems) {
        said = file.count("max_seq_length");
        settings.lowercase = file.values.get("do_lower_case").and_then(Value::as_bool).unwrap_or(false);
        if said.is_some_and(|most| most < 2) {
            file.wrong("max_seq_length", said.unwrap_or(0), "≥ 2");
        }
        problems.problems.append(&mut file.problems);
    }
    if said.is_none()
        && let Some(mut file) = File::optional(folder, "tokenizer_config.json", problems)
    {
        // Some write an astronomical number here, which means that nobody set one.
        said = file
            .number("model_max_length")
            .filter(|most| (2.0..1e9).contains(most))
            .map(|most| most as usize);
    }
    settings.max_tokens = said.unwrap_or(usize::MAX).min(settings.max_tokens);
}

/// A JSON file of settings, with what is wrong in it.
struct File {
    path: std::path::PathBuf,
    values: Map<String, Value>,
    problems: Vec<Problem>,
}

impl File {
    fn required(folder: &Path, name: &str, problems: &mut Problems) -> Option<Self> {
        let path = folder.join(name);
        if !path.is_file() {
            problems.push(fault::missing(&path));
            return None;
        }
        Self::optional(folder, name, problems)
    }

    fn optional(folder: &Path, name: &str, problems: &mut Problems) -> Option<Self> {
        let path = folder.join(name);
        let parsed = match std::fs::read(&path) {
            Ok(content) => serde_json::from_slice(&content).map_err(|error| error.to_string()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
            Err(error) => Err(error.to_string()),
        };
        match parsed {
            Ok(values) => Some(Self { path, values, problems: Vec::new() }),
            Err(reason) => {
                problems.push(fault::unreadable(&path, reason));
                None
            }
        }
    }

    fn text(&mut self, name: &str) -> Option<String> {
        match self.values.get(name) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text.clone()),
            Some(other) => {
                let found = other.clone();
                self.wrong(name, found, "\"…\"");
                None
            }
        }
    }

    fn number(&mut self, name: &str) -> Option<f64> {
        match self.values.get(name) {
            None | Some(Value::Null) => None,
            Some(Value::Number(number)) => number.as_f64(),
            Some(other) => {
                let found = other.clone();
                self.wrong(name, found, "0, 1, …");
                None
            }
        }
    }

    /// A whole number of at least 0 that an allocation can bear.
    fn count(&mut self, name: &str) -> Option<usize> {
        let number = self.number(name)?;
        if number.fract() != 0.0 || !(0.0..=1e9).contains(&number) {
            self.wrong(name, number, "0, 1, 2, …");
            return None;
        }
        Some(number as usize)
    }

    /// A whole number of at least 1 that must be there.
    fn size(&mut self, name: &str) -> Option<usize> {
        if self.values.get(name).is_none_or(Value::is_null) {
            self.problems.push(fault::damaged(&self.path, phrase!("encoder.setting_missing", name = name)));
            return None;
        }
        let count = self.count(name)?;
        if count == 0 {
            self.wrong(name, count, "1, 2, …");
            return None;
        }
        Some(count)
    }

    fn wrong(&mut self, name: &str, found: impl std::fmt::Display, wanted: impl std::fmt::Display) {
        let message = phrase!("encoder.setting_wrong", name = name, found = found, wanted = wanted);
        self.problems.push(fault::damaged(&self.path, message).at_setting(name));
    }

    fn unsupported(&mut self, name: &str, found: &str, known: &str) {
        self.problems.push(fault::unsupported(&self.path, name, found, known));
    }
}

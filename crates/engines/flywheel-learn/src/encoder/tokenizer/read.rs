//! A tokenizer from `tokenizer.json`, or from the list of BERT's pieces.

use std::collections::HashMap;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flywheel_spec::{Problem, Problems, phrase};
use serde_json::Value;

use super::bert::Bert;
use super::precompiled::Precompiled;
use super::unigram::Unigram;
use super::word_piece::WordPiece;
use super::{Model, Normalise, Prepend, Special, Split, Tokenizer};
use crate::encoder::fault;

/// Longest word of BERT's, in characters.
const MOST_CHARACTERS: usize = 100;

/// The pieces of BERT that are found in a text as they stand.
const SPECIAL: [&str; 5] = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

/// A tokenizer as `tokenizer.json` describes it; all that is not computed here is named.
pub(in crate::encoder) fn of_file(path: &Path, content: &[u8]) -> Result<Tokenizer, Problems> {
    let file: Value = serde_json::from_slice(content).map_err(|error| fault::unreadable(path, error))?;
    let mut reader = Reader { path, problems: Problems::default() };
    let normalise = reader.normalisers(&file["normalizer"]);
    let split = reader.splits(&file["pre_tokenizer"]);
    let special = reader.special(&file["added_tokens"]);
    let model = reader.model(&file["model"]);
    let (start, end) = reader.ends(&file["post_processor"]);
    match model {
        Some(model) if !reader.problems.stop() => {
            Ok(Tokenizer { special, normalise, split, model, start, end })
        }
        _ => Err(reader.problems),
    }
}

/// The tokenizer of BERT: `words` are its pieces, one a line; `config` is `tokenizer_config.json`, or null.
pub(in crate::encoder) fn of_vocabulary(
    path: &Path,
    words: &str,
    config: &Value,
) -> Result<Tokenizer, Problems> {
    // The same line twice keeps its last number, as in the published reader.
    let lines = words.lines().enumerate();
    let pieces: HashMap<String, u32> =
        lines.map(|(number, piece)| (piece.trim_end().to_owned(), number as u32)).collect();
    let mut problems = Problems::default();
    let mut number = |name: &str| {
        pieces.get(name).copied().unwrap_or_else(|| {
            problems.push(fault::damaged(path, phrase!("encoder.token_missing", name = name)));
            0
        })
    };
    let (start, end, unknown) = (number("[CLS]"), number("[SEP]"), number("[UNK]"));
    if problems.stop() {
        return Err(problems);
    }
    let special = |name: &&str| {
        let number = pieces.get(*name).copied()?;
        Some(Special { content: (*name).to_owned(), number, takes_before: false, takes_behind: false })
    };
    Ok(Tokenizer {
        special: SPECIAL.iter().filter_map(special).collect(),
        normalise: vec![Normalise::Bert(bert(config, "tokenize_chinese_chars", "do_lower_case"))],
        split: vec![Split::Bert],
        model: Model::WordPiece(WordPiece {
            pieces,
            unknown,
            prefix: "##".to_owned(),
            most_characters: MOST_CHARACTERS,
        }),
        start: vec![start],
        end: vec![end],
    })
}

fn bert(settings: &Value, ideographs: &str, lowercase: &str) -> Bert {
    let on = |name: &str| settings[name].as_bool().unwrap_or(true);
    let lower = on(lowercase);
    Bert {
        clean: on("clean_text"),
        ideographs: on(ideographs),
        accents: settings["strip_accents"].as_bool().unwrap_or(lower),
        lowercase: lower,
    }
}

struct Reader<'a> {
    path: &'a Path,
    problems: Problems,
}

impl Reader<'_> {
    fn normalisers(&mut self, value: &Value) -> Vec<Normalise> {
        let step = match kind(value) {
            "" => return Vec::new(),
            "Sequence" => {
                return array(&value["normalizers"]).iter().flat_map(|step| self.normalisers(step)).collect();
            }
            "BertNormalizer" => Normalise::Bert(bert(value, "handle_chinese_chars", "lowercase")),
            "Precompiled" => {
                let table =
                    STANDARD.decode(text(&value["precompiled_charsmap"])).map_err(|error| error.to_string());
                match table.and_then(|table| Precompiled::new(&table)) {
                    Ok(map) => Normalise::Precompiled(map),
                    Err(reason) => return self.damaged(fault::unreadable(self.path, reason)),
                }
            }
            "NFC" => Normalise::Nfc,
            "NFD" => Normalise::Nfd,
            "NFKC" => Normalise::Nfkc,
            "NFKD" => Normalise::Nfkd,
            "Lowercase" => Normalise::Lowercase,
            "StripAccents" => Normalise::StripAccents,
            "Strip" => Normalise::Strip {
                left: value["strip_left"].as_bool().unwrap_or(true),
                right: value["strip_right"].as_bool().unwrap_or(true),
            },
            "Prepend" => Normalise::Prepend(text(&value["prepend"]).to_owned()),
            "Replace" => {
                let pattern = &value["pattern"];
                let plain = regex::escape(text(&pattern["String"]));
                match regex::Regex::new(pattern["Regex"].as_str().unwrap_or(&plain)) {
                    Ok(pattern) => {
                        Normalise::Replace { pattern, content: text(&value["content"]).to_owned() }
                    }
                    Err(error) => return self.damaged(fault::unreadable(self.path, error)),
                }
            }
            other => {
                return self.unknown(
                    "normalizer",
                    other,
                    "BertNormalizer, Precompiled, NFKC, Lowercase, Strip, …",
                );
            }
        };
        vec![step]
    }

    fn splits(&mut self, value: &Value) -> Vec<Split> {
        let step = match kind(value) {
            "" => return Vec::new(),
            "Sequence" => {
                return array(&value["pretokenizers"]).iter().flat_map(|step| self.splits(step)).collect();
            }
            "BertPreTokenizer" => Split::Bert,
            "WhitespaceSplit" => Split::Whitespace,
            "Metaspace" => {
                let scheme = value["prepend_scheme"].as_str();
                let prepend = match (scheme, value["add_prefix_space"].as_bool()) {
                    (Some("never"), _) | (None, Some(false)) => Prepend::Never,
                    (Some("first"), _) => Prepend::First,
                    _ => Prepend::Always,
                };
                Split::Metaspace {
                    mark: text(&value["replacement"]).chars().next().unwrap_or('▁'),
                    prepend,
                    split: value["split"].as_bool().unwrap_or(true),
                }
            }
            other => {
                return self.unknown("pre_tokenizer", other, "BertPreTokenizer, WhitespaceSplit, Metaspace");
            }
        };
        vec![step]
    }

    fn special(&mut self, value: &Value) -> Vec<Special> {
        let one = |value: &Value| {
            let flag = |name: &str| value[name].as_bool().unwrap_or(false);
            Some(Special {
                content: value["content"].as_str().filter(|content| !content.is_empty())?.to_owned(),
                number: u32::try_from(value["id"].as_u64()?).ok()?,
                takes_before: flag("lstrip"),
                takes_behind: flag("rstrip"),
            })
        };
        let mut special: Vec<Special> = array(value).iter().filter_map(one).collect();
        special.sort_by(|a, b| b.content.len().cmp(&a.content.len()).then_with(|| a.content.cmp(&b.content)));
        special
    }

    fn model(&mut self, value: &Value) -> Option<Model> {
        // Files of the first versions don't name the kind.
        let kind = match kind(value) {
            "" if value["vocab"].is_array() => "Unigram",
            "" if value["continuing_subword_prefix"].is_string() => "WordPiece",
            kind => kind,
        };
        match kind {
            "WordPiece" => self.word_piece(value).map(Model::WordPiece),
            "Unigram" => self.unigram(value).map(Model::Unigram),
            other => {
                self.problems.push(fault::unsupported(self.path, "model", other, "WordPiece, Unigram"));
                None
            }
        }
    }

    fn word_piece(&mut self, value: &Value) -> Option<WordPiece> {
        let pieces: HashMap<String, u32> = value["vocab"]
            .as_object()
            .into_iter()
            .flatten()
            .filter_map(|(piece, number)| Some((piece.clone(), u32::try_from(number.as_u64()?).ok()?)))
            .collect();
        let name = value["unk_token"].as_str().unwrap_or("[UNK]");
        let Some(&unknown) = pieces.get(name) else {
            self.problems.push(fault::damaged(self.path, phrase!("encoder.token_missing", name = name)));
            return None;
        };
        let most = value["max_input_chars_per_word"].as_u64().map_or(MOST_CHARACTERS, |most| most as usize);
        let prefix = value["continuing_subword_prefix"].as_str().unwrap_or("##").to_owned();
        Some(WordPiece { pieces, unknown, prefix, most_characters: most })
    }

    fn unigram(&mut self, value: &Value) -> Option<Unigram> {
        let one = |entry: &Value| Some((entry[0].as_str()?.to_owned(), entry[1].as_f64()?));
        let pieces: Option<Vec<(String, f64)>> = array(&value["vocab"]).iter().map(one).collect();
        let unknown = value["unk_id"].as_u64().map(|number| number as usize);
        match (pieces, unknown) {
            (Some(pieces), Some(unknown)) if unknown < pieces.len() => {
                let bytes = value["byte_fallback"].as_bool().unwrap_or(false);
                Some(Unigram::new(pieces, unknown as u32, bytes))
            }
            _ => {
                self.problems
                    .push(fault::damaged(self.path, phrase!("encoder.token_missing", name = "unk_id")));
                None
            }
        }
    }

    /// The pieces before and behind a text.
    fn ends(&mut self, value: &Value) -> (Vec<u32>, Vec<u32>) {
        let number = |value: &Value| value[1].as_u64().map(|number| number as u32);
        match kind(value) {
            "" => (Vec::new(), Vec::new()),
            "BertProcessing" | "RobertaProcessing" => {
                (number(&value["cls"]).into_iter().collect(), number(&value["sep"]).into_iter().collect())
            }
            "TemplateProcessing" => {
                let (mut start, mut end, mut behind) = (Vec::new(), Vec::new(), false);
                for part in array(&value["single"]) {
                    if part.get("Sequence").is_some() {
                        behind = true;
                        continue;
                    }
                    let name = text(&part["SpecialToken"]["id"]);
                    let numbers = array(&value["special_tokens"][name]["ids"]);
                    let to = if behind { &mut end } else { &mut start };
                    to.extend(numbers.iter().filter_map(Value::as_u64).map(|number| number as u32));
                }
                (start, end)
            }
            other => {
                let known = "BertProcessing, RobertaProcessing, TemplateProcessing";
                self.problems.push(fault::unsupported(self.path, "post_processor", other, known));
                (Vec::new(), Vec::new())
            }
        }
    }

    fn unknown<T>(&mut self, name: &str, found: &str, known: &str) -> Vec<T> {
        self.damaged(fault::unsupported(self.path, name, found, known))
    }

    fn damaged<T>(&mut self, problem: Problem) -> Vec<T> {
        self.problems.push(problem);
        Vec::new()
    }
}

/// The kind of a step; nothing where there is no step.
fn kind(value: &Value) -> &str {
    text(&value["type"])
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

//! The tensors of an encoder, read one by one from `model.safetensors`; what is missing or misshapen is named.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read};
use std::path::Path;

use flywheel_spec::{Problems, phrase};
use safetensors::tensor::{Dtype, Metadata, TensorInfo};
use sha2::{Digest, Sha256};

use super::{Settings, fault};

/// The weights' file.
const FILE: &str = "model.safetensors";

/// Other forms of the weights, which are not read: they are programs, or of another framework, or in parts.
const OTHERS: [&str; 4] =
    ["pytorch_model.bin", "model.safetensors.index.json", "tf_model.h5", "flax_model.msgpack"];

/// Largest header that is read, as in the format's own reader.
const MOST_HEADER: u64 = 100_000_000;

/// The tensor whose name tells under which name the others stand.
const WORDS: &str = "embeddings.word_embeddings.weight";

/// The weights by name, without what stands before the names in the file; row-major, 32-bit.
pub(crate) struct Weights(HashMap<String, Vec<f32>>);

impl Weights {
    /// Takes one out; [`read`] has checked that it is there.
    pub fn take(&mut self, name: &str) -> Vec<f32> {
        self.0.remove(name).unwrap_or_default()
    }

    /// The vectors of the places in use, `tokens × hidden`, each with that of the first kind added.
    pub fn take_places(&mut self, settings: &Settings) -> Vec<f32> {
        let mut places = self.take("embeddings.position_embeddings.weight");
        places.drain(..settings.first_place * settings.hidden);
        places.truncate(settings.max_tokens * settings.hidden);
        let kinds = self.take("embeddings.token_type_embeddings.weight");
        for place in places.chunks_exact_mut(settings.hidden) {
            place.iter_mut().zip(&kinds).for_each(|(x, kind)| *x += kind);
        }
        places
    }
}

/// Every tensor that the settings ask for, with its shape.
fn wanted(settings: &Settings) -> Vec<(String, Vec<usize>)> {
    let (hidden, wide) = (settings.hidden, settings.intermediate);
    let mut wanted = vec![
        (WORDS.to_owned(), vec![settings.vocabulary, hidden]),
        ("embeddings.position_embeddings.weight".to_owned(), vec![settings.places, hidden]),
        ("embeddings.LayerNorm.weight".to_owned(), vec![hidden]),
        ("embeddings.LayerNorm.bias".to_owned(), vec![hidden]),
    ];
    if settings.kinds > 0 {
        wanted.push(("embeddings.token_type_embeddings.weight".to_owned(), vec![settings.kinds, hidden]));
    }
    for layer in 0..settings.layers {
        let mut part = |name: &str, shape: &[usize]| {
            wanted.push((format!("encoder.layer.{layer}.{name}"), shape.to_vec()));
        };
        for dense in
            ["attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"]
        {
            part(&format!("{dense}.weight"), &[hidden, hidden]);
            part(&format!("{dense}.bias"), &[hidden]);
        }
        part("intermediate.dense.weight", &[wide, hidden]);
        part("intermediate.dense.bias", &[wide]);
        part("output.dense.weight", &[hidden, wide]);
        part("output.dense.bias", &[hidden]);
        for norm in ["attention.output.LayerNorm", "output.LayerNorm"] {
            part(&format!("{norm}.weight"), &[hidden]);
            part(&format!("{norm}.bias"), &[hidden]);
        }
    }
    wanted
}

/// Reads the file once from its beginning to its end, and adds it to the digest.
pub(super) fn read(folder: &Path, settings: &Settings, digest: &mut Sha256) -> Result<Weights, Problems> {
    let path = folder.join(FILE);
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let other = OTHERS.iter().find(|name| folder.join(name).exists());
            return Err(other
                .map_or_else(|| fault::missing(&path), |name| fault::only_pickled(&path, name))
                .into());
        }
        Err(error) => return Err(fault::unreadable(&path, error).into()),
    };
    let mut stream = Stream { file: BufReader::with_capacity(1 << 20, file), digest };
    let metadata = stream.header().map_err(|error| fault::unreadable(&path, error))?;
    let sources = matched(&path, settings, &metadata)?;

    let mut problems = Problems::default();
    let mut weights = HashMap::new();
    for found in metadata.offset_keys() {
        let Some(info) = metadata.info(&found) else { continue };
        let bytes = stream.bytes(info).map_err(|error| fault::unreadable(&path, error))?;
        let Some(name) = sources.get(found.as_str()) else { continue };
        let values = numbers(info.dtype, &bytes);
        if values.iter().any(|value| !value.is_finite()) {
            problems.push(fault::damaged(&path, phrase!("encoder.tensor_not_finite", name = found)));
        }
        weights.insert(name.clone(), values);
    }
    if problems.stop() { Err(problems) } else { Ok(Weights(weights)) }
}

/// Which tensor of the file is which of those wanted; all that don't fit are named.
fn matched(
    path: &Path,
    settings: &Settings,
    metadata: &Metadata,
) -> Result<BTreeMap<String, String>, Problems> {
    let mut names: Vec<String> = metadata.tensors().into_keys().collect();
    names.sort();
    let prefix = names.iter().find_map(|name| name.strip_suffix(WORDS)).unwrap_or_default().to_owned();
    // Names of the first published files, which still go round.
    let older = |name: &str| {
        name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")
    };
    let mut problems = Problems::default();
    let mut sources = BTreeMap::new();
    for (name, wanted) in wanted(settings) {
        let found = [format!("{prefix}{name}"), format!("{prefix}{}", older(&name))];
        let Some((found, info)) =
            found.into_iter().find_map(|found| Some((found.clone(), metadata.info(&found)?)))
        else {
            let message = phrase!("encoder.tensor_missing", name = name, wanted = format!("{wanted:?}"));
            problems.push(fault::damaged(path, message));
            continue;
        };
        if info.shape != wanted {
            problems.push(fault::damaged(
                path,
                phrase!(
                    "encoder.tensor_shape",
                    name = found,
                    found = format!("{:?}", info.shape),
                    wanted = format!("{wanted:?}")
                ),
            ));
        } else if !matches!(info.dtype, Dtype::F32 | Dtype::F16 | Dtype::BF16) {
            let message = phrase!("encoder.tensor_kind", name = found, found = format!("{:?}", info.dtype));
            problems.push(fault::damaged(path, message));
        } else {
            sources.insert(found, name);
        }
    }
    // Heads for other work may stand beside the layers; a layer that no setting names means that they don't belong together.
    for name in names.iter().filter(|name| !sources.contains_key(*name)) {
        let layer = name.strip_prefix(&prefix).and_then(|rest| rest.strip_prefix("encoder.layer."));
        let number = layer.and_then(|rest| rest.split('.').next()?.parse::<usize>().ok());
        if number.is_some_and(|number| number >= settings.layers) {
            problems.push(fault::damaged(path, phrase!("encoder.tensor_extra", name = name)));
        }
    }
    if problems.stop() { Err(problems) } else { Ok(sources) }
}

/// A file read in one go, with its digest.
struct Stream<'a> {
    file: BufReader<File>,
    digest: &'a mut Sha256,
}

impl Stream<'_> {
    /// The names, kinds, shapes and places; checked to lie side by side and to fill the file.
    fn header(&mut self) -> io::Result<Metadata> {
        let wrong = |reason: String| io::Error::new(ErrorKind::InvalidData, reason);
        let mut length = [0; 8];
        self.file.read_exact(&mut length)?;
        self.digest.update(length);
        let length = u64::from_le_bytes(length);
        let size = self.file.get_ref().metadata()?.len();
        if length > MOST_HEADER || length + 8 > size {
            return Err(wrong(format!("a header of {length} bytes in a file of {size}")));
        }
        let mut header = vec![0; length as usize];
        self.file.read_exact(&mut header)?;
        self.digest.update(&header);
        let metadata: Metadata = serde_json::from_slice(&header).map_err(|error| wrong(error.to_string()))?;
        let expected = 8 + length + metadata.data_len() as u64;
        if expected != size {
            return Err(wrong(format!("{size} bytes, and its header speaks of {expected}")));
        }
        Ok(metadata)
    }

    fn bytes(&mut self, info: &TensorInfo) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; info.data_offsets.1 - info.data_offsets.0];
        self.file.read_exact(&mut bytes)?;
        self.digest.update(&bytes);
        Ok(bytes)
    }
}

/// 32-bit numbers of 32-bit, 16-bit and brain floats.
fn numbers(kind: Dtype, bytes: &[u8]) -> Vec<f32> {
    match kind {
        Dtype::F32 => bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect(),
        Dtype::BF16 => bytes
            .chunks_exact(2)
            .map(|b| f32::from_bits(u32::from(u16::from_le_bytes([b[0], b[1]])) << 16))
            .collect(),
        _ => bytes.chunks_exact(2).map(|b| from_half(u16::from_le_bytes([b[0], b[1]]))).collect(),
    }
}

/// An IEEE 754 half-precision number, exactly.
fn from_half(bits: u16) -> f32 {
    let sign = u32::from(bits >> 15) << 31;
    let exponent = u32::from(bits >> 10) & 31;
    let fraction = u32::from(bits) & 1023;
    match exponent {
        // Subnormal: a multiple of 2⁻²⁴.
        0 => f32::from_bits(sign | (fraction as f32 / 16_777_216.0).to_bits()),
        31 => f32::from_bits(sign | 0x7f80_0000 | fraction << 13),
        _ => f32::from_bits(sign | (exponent + 112) << 23 | fraction << 13),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_precision_is_read_exactly() {
        let cases = [
            (0x0000, 0.0),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x3555, 0.333_251_95),
            (0x7bff, 65_504.0),
            (0x0001, 5.960_464_5e-8),
            (0x03ff, 6.097_555e-5),
            (0x0400, 6.103_515_6e-5),
            (0xfc00, f32::NEG_INFINITY),
        ];
        for (bits, value) in cases {
            assert_eq!(from_half(bits), value, "{bits:#06x}");
        }
        assert!(from_half(0x7e00).is_nan());
        assert!(from_half(0x8000).is_sign_negative());
        assert_eq!(numbers(Dtype::BF16, &[0x80, 0x3f, 0x00, 0xc0]), [1.0, -2.0]);
    }
}

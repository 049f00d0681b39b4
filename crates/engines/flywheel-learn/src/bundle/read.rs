//! Reads a bundle and names every damage; what it returns is whole.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use flywheel_spec::{Problems, phrase};
use serde::de::DeserializeOwned;

use super::{
    Bundle, CARD_EN, CARD_ZH, EVALUATION, FORMAT, FileEntry, MANIFEST, Manifest, NETWORK, PREPARATION,
    RECIPE, REFERENCE, SCHEMA, WEIGHTS, damage, tensors,
};
use crate::engine::Tensor;
use crate::network::NetworkPlan;

/// Reads the whole folder; missing and changed files, a newer format, and tensors that don't fit the network come at once.
pub fn read(folder: &Path) -> Result<Bundle, Problems> {
    let manifest = read_manifest(folder)?;
    let mut problems = Problems::default();
    for name in [WEIGHTS, NETWORK, PREPARATION, SCHEMA, REFERENCE, EVALUATION, RECIPE, CARD_EN, CARD_ZH] {
        if !manifest.files.contains_key(name) {
            problems.push(damage::missing(&folder.join(name)));
        }
    }
    let mut contents = std::collections::BTreeMap::new();
    for (name, entry) in &manifest.files {
        let path = folder.join(name);
        match fs::read(&path) {
            Ok(content) if FileEntry::of(&content) == *entry => {
                contents.insert(name.as_str(), content);
            }
            Ok(_) => problems.push(damage::changed(&path)),
            Err(error) if error.kind() == ErrorKind::NotFound => problems.push(damage::missing(&path)),
            Err(error) => problems.push(damage::unreadable(&path, error)),
        }
    }
    let text = |name: &str| contents.get(name).map(|content| String::from_utf8_lossy(content).into_owned());
    let content = |name: &str| contents.get(name).map(Vec::as_slice);
    let network: Option<NetworkPlan> = parsed(folder, NETWORK, content(NETWORK), &mut problems);
    let preparation = parsed(folder, PREPARATION, content(PREPARATION), &mut problems);
    let signature = parsed(folder, SCHEMA, content(SCHEMA), &mut problems);
    let reference = parsed(folder, REFERENCE, content(REFERENCE), &mut problems);
    let judged = parsed(folder, EVALUATION, content(EVALUATION), &mut problems);
    let weights = match (content(WEIGHTS).map(tensors::from_bytes), &network) {
        (Some(Ok(weights)), Some(network)) => matching(folder, network, weights, &mut problems),
        (Some(Err(reason)), _) => {
            problems.push(damage::unreadable(&folder.join(WEIGHTS), reason));
            None
        }
        _ => None,
    };
    let whole = (|| {
        Some(Bundle {
            origin: manifest.origin.clone(),
            network: network?,
            weights: weights?,
            preparation: preparation?,
            signature: signature?,
            reference: reference?,
            judged: judged?,
            recipe: text(RECIPE)?,
            card_en: text(CARD_EN)?,
            card_zh: text(CARD_ZH)?,
        })
    })();
    match whole {
        Some(bundle) if !problems.stop() => Ok(bundle),
        _ => Err(problems),
    }
}

/// Reads the manifest alone, which is enough to list a model.
pub fn read_manifest(folder: &Path) -> Result<Manifest, Problems> {
    let path = folder.join(MANIFEST);
    let content = match fs::read(&path) {
        Ok(content) => content,
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(damage::no_bundle(folder).into()),
        Err(error) => return Err(damage::unreadable(&path, error).into()),
    };
    let value: serde_json::Value =
        serde_json::from_slice(&content).map_err(|error| damage::unreadable(&path, error))?;
    // Before anything else of it is understood: a newer manifest may look different.
    let format = value["format"].as_u64().unwrap_or(0);
    if format > u64::from(FORMAT) {
        let program = value["origin"]["program"].as_str().unwrap_or("flywheel");
        return Err(damage::newer(&path, format, program).into());
    }
    let manifest: Manifest =
        serde_json::from_value(value).map_err(|error| damage::unreadable(&path, error))?;
    if manifest.checksum != manifest.own_checksum() {
        return Err(damage::changed(&path).into());
    }
    Ok(manifest)
}

fn parsed<T: DeserializeOwned>(
    folder: &Path,
    name: &str,
    content: Option<&[u8]>,
    problems: &mut Problems,
) -> Option<T> {
    match serde_json::from_slice(content?) {
        Ok(value) => Some(value),
        Err(error) => {
            problems.push(damage::unreadable(&folder.join(name), error));
            None
        }
    }
}

/// The tensors in the network's order, or every one that is missing, extra, misshapen or not finite.
fn matching(
    folder: &Path,
    network: &NetworkPlan,
    mut given: Vec<Tensor>,
    problems: &mut Problems,
) -> Option<Vec<Tensor>> {
    let path = folder.join(WEIGHTS);
    let mut weights = Vec::new();
    let before = problems.problems.len();
    for wanted in network.parameters() {
        let Some(place) = given.iter().position(|tensor| tensor.name == wanted.name) else {
            problems.push(damage::tensor(&path, phrase!("models.tensor_missing", name = wanted.name)));
            continue;
        };
        let tensor = given.swap_remove(place);
        if tensor.shape != wanted.shape {
            let (found, shape) = (format!("{:?}", tensor.shape), format!("{:?}", wanted.shape));
            problems.push(damage::tensor(
                &path,
                phrase!("models.tensor_shape", name = wanted.name, found = found, wanted = shape),
            ));
        } else if tensor.values.iter().any(|value| !value.is_finite()) {
            problems.push(damage::tensor(&path, phrase!("models.tensor_not_finite", name = wanted.name)));
        }
        weights.push(tensor);
    }
    for extra in given {
        problems.push(damage::tensor(&path, phrase!("models.tensor_extra", name = extra.name)));
    }
    (problems.problems.len() == before).then_some(weights)
}

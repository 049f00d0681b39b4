//! Weights as safetensors, with PyTorch's names and layout.

use std::collections::HashMap;

use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};

use crate::engine::Tensor;

/// The file's content.
pub(super) fn to_bytes(weights: &[Tensor]) -> Result<Vec<u8>, String> {
    let bytes: Vec<Vec<u8>> = weights
        .iter()
        .map(|tensor| tensor.values.iter().flat_map(|value| value.to_le_bytes()).collect())
        .collect();
    let views: Result<Vec<(&str, TensorView<'_>)>, _> = weights
        .iter()
        .zip(&bytes)
        .map(|(tensor, bytes)| {
            Ok((tensor.name.as_str(), TensorView::new(Dtype::F32, tensor.shape.clone(), bytes)?))
        })
        .collect();
    let views = views.map_err(|error: safetensors::SafeTensorError| error.to_string())?;
    // PyTorch's own loader asks for this entry.
    let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
    serialize(views, Some(metadata)).map_err(|error| error.to_string())
}

/// The tensors in the file's order of names.
pub(super) fn from_bytes(content: &[u8]) -> Result<Vec<Tensor>, String> {
    let file = SafeTensors::deserialize(content).map_err(|error| error.to_string())?;
    let mut tensors = Vec::new();
    for (name, view) in file.tensors() {
        if view.dtype() != Dtype::F32 {
            return Err(format!("`{name}` holds {:?}, wanted F32", view.dtype()));
        }
        let number = |bytes: &[u8]| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        let values = view.data().chunks_exact(4).map(number).collect();
        tensors.push(Tensor { name, shape: view.shape().to_vec(), values });
    }
    tensors.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(tensors)
}

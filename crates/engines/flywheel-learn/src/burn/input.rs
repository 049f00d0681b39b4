//! A batch as Burn tensors: bytes become floats here, and images turn from pixels to channels.

use burn::tensor::{Device, Int, Tensor, TensorData};
use flywheel_spec::table::ImageShape;

use super::forward::tensor;
use crate::engine::Batch;
use crate::examples::Inputs;

/// What the first layer reads.
pub(super) enum Input {
    /// `rows × channels × height × width`.
    Images(Tensor<4>),
    /// Rows of a table.
    Rows {
        /// `rows × numbers`; absent where all columns are embedded.
        numbers: Option<Tensor<2>>,
        /// For each embedded column, the category of each row.
        categories: Vec<Tensor<1, Int>>,
    },
}

impl Input {
    /// The chosen rows `from..to` of a batch.
    pub fn read(batch: &Batch<'_>, from: usize, to: usize, device: &Device) -> Self {
        let chosen = &batch.chosen[from..to];
        match &batch.examples.inputs {
            Inputs::Images { shape, pixels, positions, scale, shift } => {
                let bytes = shape.bytes();
                let mut values = Vec::with_capacity(chosen.len() * bytes);
                for (row, &example) in chosen.iter().enumerate() {
                    let image = match batch.augmented {
                        Some(augmented) => &augmented[(from + row) * bytes..][..bytes],
                        None => &pixels[positions[example as usize] as usize * bytes..][..bytes],
                    };
                    push_by_channel(image, *shape, *scale, *shift, &mut values);
                }
                Self::Images(tensor(
                    values,
                    [chosen.len(), shape.channels, shape.height, shape.width],
                    device,
                ))
            }
            Inputs::Rows { width, numbers, embedded, categories } => {
                let values = || {
                    let rows = chosen.iter().flat_map(|&row| &numbers[row as usize * width..][..*width]);
                    tensor(rows.copied().collect(), [chosen.len(), *width], device)
                };
                let column = |column: usize| {
                    let rows =
                        chosen.iter().map(|&row| i64::from(categories[row as usize * embedded + column]));
                    Tensor::from_data(TensorData::new(rows.collect::<Vec<i64>>(), [chosen.len()]), device)
                };
                Self::Rows {
                    numbers: (*width > 0).then(values),
                    categories: (0..*embedded).map(column).collect(),
                }
            }
            Inputs::Sparse(rows) => {
                let mut values = vec![0.0; chosen.len() * rows.width];
                for (to, &row) in values.chunks_exact_mut(rows.width.max(1)).zip(chosen) {
                    rows.write(row as usize, to);
                }
                let column = |column: usize| {
                    let column = chosen
                        .iter()
                        .map(|&row| i64::from(rows.categories[row as usize * rows.embedded + column]));
                    Tensor::from_data(TensorData::new(column.collect::<Vec<i64>>(), [chosen.len()]), device)
                };
                Self::Rows {
                    numbers: (rows.width > 0).then(|| tensor(values, [chosen.len(), rows.width], device)),
                    categories: (0..rows.embedded).map(column).collect(),
                }
            }
        }
    }
}

/// Appends one image, its channels one after the other.
fn push_by_channel(image: &[u8], shape: ImageShape, scale: f32, shift: f32, values: &mut Vec<f32>) {
    if shape.channels == 1 {
        values.extend(image.iter().map(|&pixel| f32::from(pixel) * scale + shift));
        return;
    }
    for channel in 0..shape.channels {
        let plane = image[channel..].iter().step_by(shape.channels);
        values.extend(plane.map(|&pixel| f32::from(pixel) * scale + shift));
    }
}

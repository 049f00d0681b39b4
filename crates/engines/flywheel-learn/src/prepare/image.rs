//! Images: every pixel the same scale and shift, which the first layer applies, so that pixels stay bytes until there.

use flywheel_spec::recipe::PixelScale;
use flywheel_spec::table::ImageShape;
use flywheel_spec::{Phrase, phrase};
use flywheel_tables::frame::Images;
use serde::{Deserialize, Serialize};

use crate::figure;

/// How pixels become inputs: `pixel · scale + shift`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageCode {
    /// The shape that all share.
    pub shape: ImageShape,
    /// Multiplies a pixel, 0 to 255.
    pub scale: f32,
    /// Added after.
    pub shift: f32,
}

impl ImageCode {
    /// Fits on the training rows.
    pub(super) fn fit(images: &Images, train: &[usize], rule: PixelScale) -> (Self, Vec<Phrase>) {
        let (scale, shift, step) = match rule {
            PixelScale::None => (1.0, 0.0, phrase!("prepare.step_as_is")),
            PixelScale::MinMax => (1.0 / 255.0, 0.0, phrase!("prepare.step_pixels_min_max")),
            PixelScale::Standard => {
                let (mean, deviation) = moments(images, train);
                let step = phrase!(
                    "prepare.step_standard",
                    centre = figure::plain(mean),
                    scale = figure::plain(deviation)
                );
                (1.0 / deviation, -mean / deviation, step)
            }
        };
        (Self { shape: images.shape, scale: scale as f32, shift: shift as f32 }, vec![step])
    }
}

/// Mean and deviation over all pixels, exact: sums of bytes fit 64 bits for any table that fits memory.
fn moments(images: &Images, rows: &[usize]) -> (f64, f64) {
    let (mut sum, mut squares, mut count) = (0_u64, 0_u64, 0_u64);
    for &row in rows {
        let image = images.image(row);
        count += image.len() as u64;
        for &pixel in image {
            sum += u64::from(pixel);
            squares += u64::from(pixel) * u64::from(pixel);
        }
    }
    let count = count.max(1) as f64;
    let mean = sum as f64 / count;
    let deviation = (squares as f64 / count - mean * mean).max(0.0).sqrt();
    (mean, if deviation > 0.0 { deviation } else { 1.0 })
}

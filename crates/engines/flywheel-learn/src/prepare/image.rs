//! Images: every pixel the same scale and shift, which the first layer applies, so that pixels stay bytes until there.

use flywheel_spec::recipe::PixelScale;
use flywheel_spec::table::ImageShape;
use flywheel_spec::{Phrase, phrase};
use flywheel_tables::frame::Images;
use image::imageops::FilterType;
use image::{DynamicImage, GenericImageView as _, GrayImage, RgbImage};
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

    /// The rule that it was fitted by.
    pub(super) fn rule(&self) -> PixelScale {
        let min_max = (1.0_f64 / 255.0) as f32;
        match (self.scale, self.shift) {
            (1.0, 0.0) => PixelScale::None,
            (scale, 0.0) if scale == min_max => PixelScale::MinMax,
            _ => PixelScale::Standard,
        }
    }

    /// True for a shape that can be brought to this one: any size, grey or in colour.
    pub(crate) fn reads(&self, found: ImageShape) -> bool {
        let is_known = |shape: ImageShape| matches!(shape.channels, 1 | 3);
        found == self.shape || (is_known(found) && is_known(self.shape))
    }

    /// Images of a shape that it reads, brought to its own.
    pub(crate) fn fitted(&self, images: &Images) -> Images {
        if images.shape == self.shape {
            return images.clone();
        }
        let (width, height) = (images.shape.width as u32, images.shape.height as u32);
        let picture = |row: usize| {
            let pixels = images.image(row).to_vec();
            match images.shape.channels {
                1 => GrayImage::from_raw(width, height, pixels).map(DynamicImage::ImageLuma8),
                _ => RgbImage::from_raw(width, height, pixels).map(DynamicImage::ImageRgb8),
            }
        };
        let pictures = (0..images.len()).filter_map(picture);
        let pixels: Vec<u8> = pictures.flat_map(|picture| fitted(picture, self.shape)).collect();
        Images { shape: self.shape, pixels: pixels.into() }
    }
}

/// A picture's pixels in the shape: scaled as an import scales where the size is another, grey or in colour as the
/// shape is.
pub(crate) fn fitted(picture: DynamicImage, shape: ImageShape) -> Vec<u8> {
    let size = (shape.width as u32, shape.height as u32);
    let picture = match picture.dimensions() == size {
        true => picture,
        false => picture.resize_exact(size.0, size.1, FilterType::Triangle),
    };
    if shape.channels == 1 { picture.into_luma8().into_raw() } else { picture.into_rgb8().into_raw() }
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

//! Random changes to training images, drawn anew each epoch for each example: shift, rotation, size, elastic deformation.
//!
//! Where a pixel of the changed image comes from is one map: the elastic displacement of its place, then the affine map backwards.
//! Pixels between pixels are interpolated (bilinear); beyond the border the edge pixel goes on.
//! What is drawn depends on the seed, the epoch and the example alone, so it's the same on any number of threads.

mod affine;
mod ahead;
mod bilinear;
mod elastic;

use flywheel_spec::recipe::AugmentSpec;
use flywheel_spec::table::ImageShape;

pub use ahead::{Ahead, Epoch};

use crate::draw;

/// Words that the affine draws take of an example's stream; the elastic ones follow.
const AFFINE_WORDS: u64 = 8;

/// Changes images of one shape.
#[derive(Debug, Clone)]
pub struct Augmenter {
    spec: AugmentSpec,
    shape: ImageShape,
    seed: u64,
    elastic: Option<elastic::Field>,
}

/// Memory that one thread reuses from image to image.
#[derive(Debug, Clone, Default)]
pub struct Workspace {
    /// Displacement of each pixel along the rows and along the columns.
    displacement: [Vec<f32>; 2],
    elastic: elastic::Workspace,
}

impl Augmenter {
    /// For images of this shape.
    pub fn new(spec: AugmentSpec, shape: ImageShape, seed: u64) -> Self {
        let elastic =
            (spec.elastic > 0.0).then(|| elastic::Field::new(shape, spec.elastic as f32, spec.elastic_sigma));
        Self { spec, shape, seed, elastic }
    }

    /// The shape of the images.
    pub fn shape(&self) -> ImageShape {
        self.shape
    }

    /// Writes the image of training example `example` as epoch `epoch` (from 0) sees it.
    pub fn change(
        &self,
        epoch: usize,
        example: u32,
        image: &[u8],
        changed: &mut [u8],
        workspace: &mut Workspace,
    ) {
        let stream = draw::augmentation(self.seed, epoch, example);
        let map = affine::Map::draw(&self.spec, self.shape, stream.clone());
        let displacement = self.elastic.as_ref().map(|field| {
            field.draw(stream.at(AFFINE_WORDS), &mut workspace.displacement, &mut workspace.elastic);
            [&workspace.displacement[0][..], &workspace.displacement[1][..]]
        });
        let mut place = 0;
        for row in 0..self.shape.height {
            for column in 0..self.shape.width {
                let (mut x, mut y) = (column as f32, row as f32);
                if let Some([along_columns, along_rows]) = displacement {
                    x += along_columns[place];
                    y += along_rows[place];
                }
                let [x, y] = map.source(x, y);
                let pixel = &mut changed[place * self.shape.channels..][..self.shape.channels];
                bilinear::sample(image, self.shape, x, y, pixel);
                place += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: ImageShape = ImageShape { height: 28, width: 28, channels: 1 };

    fn still() -> AugmentSpec {
        AugmentSpec::default()
    }

    fn bar() -> Vec<u8> {
        let mut image = vec![0; SHAPE.bytes()];
        for row in 8..20 {
            for column in 12..16 {
                image[row * 28 + column] = 200;
            }
        }
        image
    }

    fn changed(spec: AugmentSpec, epoch: usize, example: u32) -> Vec<u8> {
        let mut changed = vec![0; SHAPE.bytes()];
        Augmenter::new(spec, SHAPE, 5).change(
            epoch,
            example,
            &bar(),
            &mut changed,
            &mut Workspace::default(),
        );
        changed
    }

    fn centre(image: &[u8]) -> [f64; 2] {
        let mass: f64 = image.iter().map(|&pixel| f64::from(pixel)).sum();
        let along = |axis: &dyn Fn(usize) -> usize| {
            image.iter().enumerate().map(|(place, &pixel)| axis(place) as f64 * f64::from(pixel)).sum::<f64>()
                / mass
        };
        [along(&|place| place % 28), along(&|place| place / 28)]
    }

    #[test]
    fn no_change_is_no_change() {
        assert_eq!(changed(still(), 3, 7), bar());
    }

    #[test]
    fn each_change_moves_the_image_within_its_bounds() {
        let specs = [
            AugmentSpec { shift: 2.0, ..still() },
            AugmentSpec { rotate: 20.0, ..still() },
            AugmentSpec { scale: 0.2, ..still() },
            AugmentSpec { elastic: 30.0, ..still() },
        ];
        for spec in specs {
            let mut largest = 0.0_f64;
            for example in 0..50 {
                let image = changed(spec, 0, example);
                assert_ne!(image, bar(), "{spec:?}");
                let mass: f64 = image.iter().map(|&pixel| f64::from(pixel)).sum();
                let share = mass / bar().iter().map(|&pixel| f64::from(pixel)).sum::<f64>();
                assert!((0.5..1.8).contains(&share), "{spec:?}: {share} of the ink is left");
                let ([x, y], [x0, y0]) = (centre(&image), centre(&bar()));
                largest = largest.max((x - x0).abs()).max((y - y0).abs());
            }
            let bound = if spec.shift > 0.0 { 2.0 } else { 3.0 };
            assert!(largest <= bound + 0.05, "{spec:?}: the centre moved {largest} pixels");
            assert!(spec.shift == 0.0 || largest > 1.0, "{spec:?}: the centre moved only {largest} pixels");
        }
    }

    #[test]
    fn a_whole_shift_is_exact_and_the_edge_goes_on() {
        let image: Vec<u8> = (0..SHAPE.bytes()).map(|place| (place % 251) as u8).collect();
        let mut moved = vec![0; SHAPE.bytes()];
        for row in 0..28 {
            for column in 0..28 {
                bilinear::sample(
                    &image,
                    SHAPE,
                    column as f32 - 2.0,
                    row as f32 + 1.0,
                    &mut moved[row * 28 + column..][..1],
                );
            }
        }
        for row in 0..28_usize {
            for column in 0..28_usize {
                let expected = image[(row + 1).min(27) * 28 + column.saturating_sub(2)];
                assert_eq!(moved[row * 28 + column], expected, "row {row}, column {column}");
            }
        }
    }

    #[test]
    fn epochs_and_examples_differ_and_the_same_is_the_same() {
        let spec = AugmentSpec { shift: 2.0, rotate: 10.0, scale: 0.1, elastic: 30.0, ..still() };
        assert_eq!(changed(spec, 1, 9), changed(spec, 1, 9));
        assert_ne!(changed(spec, 1, 9), changed(spec, 2, 9));
        assert_ne!(changed(spec, 1, 9), changed(spec, 1, 10));
    }

    #[test]
    fn colours_stay_beside_each_other() {
        let shape = ImageShape { height: 9, width: 11, channels: 3 };
        let image: Vec<u8> = (0..99).flat_map(|place| [place as u8, 100, 255 - place as u8]).collect();
        let mut changed = vec![0; image.len()];
        let spec = AugmentSpec { shift: 2.0, rotate: 30.0, scale: 0.2, elastic: 20.0, ..still() };
        Augmenter::new(spec, shape, 1).change(0, 0, &image, &mut changed, &mut Workspace::default());
        for pixel in changed.chunks_exact(3) {
            assert_eq!(pixel[1], 100);
            assert!((i32::from(pixel[0]) + i32::from(pixel[2]) - 255).abs() <= 1, "{pixel:?}");
        }
    }
}

//! The affine part of a change: rotation and size about the image's centre, then a shift; read backwards.

use flywheel_spec::recipe::AugmentSpec;
use flywheel_spec::table::ImageShape;
use flywheel_stats::chance::Chance;

/// Where a place of the changed image lies in the original: `matrix · (place - shift - centre) + centre`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Map {
    matrix: [f32; 4],
    centre: [f32; 2],
    shift: [f32; 2],
}

impl Map {
    /// Draws shift along columns and rows, angle and size, in this order, each two words whether it is asked for or not.
    pub(super) fn draw(spec: &AugmentSpec, shape: ImageShape, mut chance: Chance) -> Self {
        let mut within = |bound: f64| chance.between(-bound, bound);
        let shift = [within(spec.shift) as f32, within(spec.shift) as f32];
        let angle = within(spec.rotate).to_radians();
        let shrink = 1.0 / (1.0 + within(spec.scale));
        let (sine, cosine) = (shrink * angle.sin(), shrink * angle.cos());
        Self {
            matrix: [cosine, sine, -sine, cosine].map(|entry| entry as f32),
            centre: [(shape.width - 1) as f32 / 2.0, (shape.height - 1) as f32 / 2.0],
            shift,
        }
    }

    /// The place in the original: column, row.
    #[inline]
    pub(super) fn source(&self, x: f32, y: f32) -> [f32; 2] {
        let [x, y] = [x - self.shift[0] - self.centre[0], y - self.shift[1] - self.centre[1]];
        let [a, b, c, d] = self.matrix;
        [a * x + b * y + self.centre[0], c * x + d * y + self.centre[1]]
    }
}

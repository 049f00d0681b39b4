//! Elastic deformation: each pixel drawn aside by a smooth random field (Simard, Steinkraus and Platt 2003).
//!
//! Each field is uniform noise in ±1, smoothed by a Gaussian of deviation σ whose weights sum to 1, times α.

use flywheel_spec::table::ImageShape;
use flywheel_stats::chance::Chance;

/// How random fields are made.
#[derive(Debug, Clone)]
pub(super) struct Field {
    shape: ImageShape,
    strength: f32,
    /// The Gaussian's weights, from the middle outwards and back: `2 radius + 1`, cut at three deviations.
    weights: Vec<f32>,
}

/// Memory that is reused from field to field.
#[derive(Debug, Clone, Default)]
pub(super) struct Workspace {
    words: Vec<u32>,
    /// Noise with a border of zeros on every side.
    padded: Vec<f32>,
    /// Smoothed along the columns, with the border left and right.
    half: Vec<f32>,
}

impl Field {
    pub(super) fn new(shape: ImageShape, strength: f32, deviation: f64) -> Self {
        let radius = (3.0 * deviation).ceil() as i64;
        let bell = |offset: i64| (-0.5 * (offset as f64 / deviation).powi(2)).exp();
        let sum: f64 = (-radius..=radius).map(bell).sum();
        Self {
            shape,
            strength,
            weights: (-radius..=radius).map(|offset| (bell(offset) / sum) as f32).collect(),
        }
    }

    /// Writes the displacement of each pixel along the columns and along the rows; noise takes half a word of the stream each.
    pub(super) fn draw(
        &self,
        mut chance: Chance,
        displacement: &mut [Vec<f32>; 2],
        workspace: &mut Workspace,
    ) {
        let pixels = self.shape.height * self.shape.width;
        for field in displacement {
            field.resize(pixels, 0.0);
            workspace.words.resize(pixels.div_ceil(2), 0);
            chance.fill_u32(&mut workspace.words);
            self.smooth(field, workspace);
        }
    }

    fn smooth(&self, field: &mut [f32], workspace: &mut Workspace) {
        let (height, width, radius) = (self.shape.height, self.shape.width, self.weights.len() / 2);
        let line = width + 2 * radius;
        let Workspace { words, padded, half } = workspace;
        padded.clear();
        padded.resize((height + 2 * radius) * line, 0.0);
        half.resize(height * line, 0.0);
        for row in 0..height {
            let noise = &mut padded[(row + radius) * line + radius..][..width];
            for (column, value) in noise.iter_mut().enumerate() {
                let place = row * width + column;
                let draw = words[place / 2] >> (16 * (place % 2)) & 0xffff;
                *value = draw as f32 * (2.0 / 65_535.0) - 1.0;
            }
        }
        for row in 0..height {
            let sums = &mut half[row * line..][..line];
            sums.fill(0.0);
            for (offset, weight) in self.weights.iter().enumerate() {
                let source = &padded[(row + offset) * line..][..line];
                for (sum, value) in sums.iter_mut().zip(source) {
                    *sum += weight * value;
                }
            }
        }
        for row in 0..height {
            let sums = &mut field[row * width..][..width];
            sums.fill(0.0);
            for (offset, weight) in self.weights.iter().enumerate() {
                let weight = weight * self.strength;
                let source = &half[row * line + offset..][..width];
                for (sum, value) in sums.iter_mut().zip(source) {
                    *sum += weight * value;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_is_smooth_and_has_the_strength_of_its_formula() {
        let shape = ImageShape { height: 64, width: 64, channels: 1 };
        let field = Field::new(shape, 30.0, 4.0);
        let mut squares = 0.0;
        let mut steps = 0.0_f64;
        let mut count = 0.0;
        for seed in 0..20 {
            let mut displacement = [Vec::new(), Vec::new()];
            field.draw(Chance::new(seed), &mut displacement, &mut Workspace::default());
            for values in &displacement {
                for row in 16..48 {
                    for column in 16..48 {
                        let value = f64::from(values[row * 64 + column]);
                        squares += value * value;
                        steps += (f64::from(values[row * 64 + column + 1]) - value).powi(2);
                        count += 1.0;
                    }
                }
            }
        }
        // Noise of variance 1/3 under a Gaussian in two axes keeps 1/(4πσ²) of it; a step of one pixel 1/(2σ²) of that.
        let variance = 900.0 / 3.0 / (4.0 * std::f64::consts::PI * 16.0);
        assert!(
            (squares / count / variance - 1.0).abs() < 0.15,
            "variance {}, wanted {variance}",
            squares / count
        );
        assert!(steps / squares < 0.05, "steps of {} of the field", steps / squares);
    }
}

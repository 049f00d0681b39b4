//! The hand: what a person's way of writing does to every digit alike, from the slant to the pressure.

use super::pen::Point;
use super::whim::Whim;

/// One writer at one moment.
pub struct Hand {
    /// How far a point lands from its aim, in digit heights.
    pub wobble: f32,
    /// How round the curves are, from 0.5 (angular) to 0.8 (circles).
    pub roundness: f32,
    /// The linear part: slant, rotation and aspect together.
    linear: [[f32; 2]; 2],
    /// How much lower the middle of the digit lies than it should, as an exponent of the height.
    sink: f32,
    /// How much wider the lower half is than the upper.
    spread: f32,
    /// Slow waves that bend the paper: direction, phase and push of each.
    waves: [Wave; 3],
    /// Half the width of the line, in digit heights.
    pub half_width: f32,
    /// How much the width swells and thins along a stroke, as a share, and how fast and from where.
    swell: [f32; 3],
}

struct Wave {
    frequency: Point,
    phase: f32,
    push: Point,
}

impl Hand {
    /// Somebody drawn by chance.
    pub fn new(whim: &mut Whim) -> Self {
        let wobble = whim.about(0.018, 0.008).max(0.0);
        let roundness = whim.between(0.5, 0.75);
        let slant = whim.about(0.2, 0.3);
        let turn = whim.about(0.0, 0.15);
        let aspect = whim.about(0.05, 0.28).exp();
        let sink = whim.about(0.0, 0.21).exp();
        let spread = whim.about(0.0, 0.34);
        let half_width = (0.07 * whim.about(0.0, 0.38).exp()).min(0.12);
        let waves = std::array::from_fn(|_| Wave {
            frequency: [whim.about(0.0, 5.0), whim.about(0.0, 5.0)],
            phase: whim.about(0.0, 3.0),
            push: [whim.about(0.0, 0.04), whim.about(0.0, 0.04)],
        });
        let swell = [whim.about(0.0, 0.12), whim.about(5.0, 2.0), whim.about(0.0, 3.0)];
        let (sin, cos) = turn.sin_cos();
        // First the aspect, then the slant, then the turn.
        let linear = [[cos * aspect, -cos * slant - sin], [sin * aspect, -sin * slant + cos]];
        Self { wobble, roundness, linear, sink, spread, waves, half_width, swell }
    }

    /// Where a point of the ideal digit comes to lie.
    pub fn place(&self, [x, y]: Point) -> Point {
        let y = y.max(0.0).powf(self.sink) - 0.5;
        let x = (x - 0.3) * (1.0 + self.spread * y);
        let mut placed = self.linear.map(|row| row[0] * x + row[1] * y);
        for wave in &self.waves {
            let height = (wave.frequency[0] * x + wave.frequency[1] * y + wave.phase).sin();
            placed[0] += wave.push[0] * height;
            placed[1] += wave.push[1] * height;
        }
        placed
    }

    /// Half the width of the line at this place, in digit heights.
    pub fn half_width_at(&self, [x, y]: Point) -> f32 {
        let [amount, speed, phase] = self.swell;
        self.half_width * (1.0 + amount * (speed * (x + y) + phase).sin())
    }
}

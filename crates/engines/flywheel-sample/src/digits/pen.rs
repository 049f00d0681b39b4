//! The pen: draws smooth strokes through a few points that a hand aims at and narrowly misses.

use super::whim::Whim;

/// A place on the paper: x to the right, y down; a digit is about one high and two thirds wide.
pub type Point = [f32; 2];

/// How many pieces the curve between two neighbouring points is drawn in.
const PIECES: usize = 6;

/// A pen over a sheet of paper.
pub struct Pen {
    whim: Whim,
    /// How far from its aim each point lands (standard deviation, in digit heights).
    wobble: f32,
    /// How round its curves are, from 0.5 (angular) to 0.8 (circles).
    roundness: f32,
    /// What was drawn: one polyline from each setting down of the pen to its lifting.
    pub strokes: Vec<Vec<Point>>,
}

impl Pen {
    /// A pen that misses its aim by `wobble` digit heights and draws curves this round.
    pub fn new(whim: Whim, wobble: f32, roundness: f32) -> Self {
        Self { whim, wobble, roundness, strokes: Vec::with_capacity(3) }
    }

    /// Sets the pen down on the first point, draws a smooth curve through the others and lifts it.
    pub fn draw(&mut self, points: &[Point]) {
        let aimed: Vec<Point> = points.iter().map(|&point| self.aim(point)).collect();
        let mut stroke = Vec::with_capacity(points.len() * PIECES * 2);
        stroke.push(aimed[0]);
        smooth(&aimed, self.roundness, &mut stroke);
        self.strokes.push(stroke);
    }

    /// Sets the pen down again where it was lifted and goes on from there: a corner, then a smooth curve.
    pub fn turn(&mut self, points: &[Point]) {
        let corner = *self.strokes.last().and_then(|stroke| stroke.last()).expect("a turn follows a drawing");
        let aimed: Vec<Point> =
            std::iter::once(corner).chain(points.iter().map(|&point| self.aim(point))).collect();
        let stroke = self.strokes.last_mut().expect("a turn follows a drawing");
        smooth(&aimed, self.roundness, stroke);
    }

    fn aim(&mut self, [x, y]: Point) -> Point {
        [self.whim.about(x, self.wobble), self.whim.about(y, self.wobble)]
    }
}

/// Points on an ellipse from one angle to another, in degrees clockwise from the right, about every 45 degrees.
pub fn arc(centre: Point, radii: Point, from: f32, to: f32) -> Vec<Point> {
    let steps = ((to - from).abs() / 45.0).round().max(1.0) as usize;
    (0..=steps)
        .map(|step| {
            let angle = (from + (to - from) * step as f32 / steps as f32).to_radians();
            [centre[0] + radii[0] * angle.cos(), centre[1] + radii[1] * angle.sin()]
        })
        .collect()
}

/// Appends the curve through the points, without the first one: a cardinal spline, whose ends go straight towards
/// their neighbours. At `roundness` 0.5 it is Catmull and Rom's (1974); four points of a circle want 0.8.
fn smooth(points: &[Point], roundness: f32, stroke: &mut Vec<Point>) {
    let last = points.len() - 1;
    for i in 0..last {
        let [here, next] = [points[i], points[i + 1]];
        let before = points[i.saturating_sub(1)];
        let after = points[(i + 2).min(last)];
        for piece in 1..=PIECES {
            let t = piece as f32 / PIECES as f32;
            stroke.push([0, 1].map(|axis| {
                let leave = roundness * (next[axis] - before[axis]);
                let arrive = roundness * (after[axis] - here[axis]);
                hermite(here[axis], leave, next[axis], arrive, t)
            }));
        }
    }
}

/// The cubic from `here` to `next` with these slopes at its ends.
fn hermite(here: f32, leave: f32, next: f32, arrive: f32, t: f32) -> f32 {
    let rise = next - here;
    here + t * (leave + t * (3.0 * rise - 2.0 * leave - arrive + t * (leave + arrive - 2.0 * rise)))
}

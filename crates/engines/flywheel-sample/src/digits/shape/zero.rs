//! Zero: a round or narrow ring, closed, crossed at the top or left a little open, seldom with a slash.

use crate::digits::pen::{Pen, Point};
use crate::digits::whim::Whim;

/// Draws a zero.
pub fn draw(pen: &mut Pen, whim: &mut Whim) {
    // Zeros are often written smaller than the other digits, so that their line is thicker in proportion.
    let half_height = whim.between(0.3, 0.5);
    let half_width = half_height * whim.about(0.76, 0.2).max(0.3);
    let squareness = whim.about(0.0, 0.015);
    let start = whim.about(-80.0, 35.0);
    let sweep = match whim.between(0.0, 1.0) {
        // Open, closed, or run on past the start.
        way if way < 0.12 => whim.between(305.0, 350.0),
        way if way < 0.7 => whim.about(370.0, 10.0),
        _ => whim.between(375.0, 460.0),
    };
    let drift = whim.about(0.06, 0.1);
    let direction = if whim.habit(0.9) { -1.0 } else { 1.0 };
    let steps = (sweep / 45.0).round();
    let ring: Vec<Point> = (0..=steps as usize)
        .map(|step| {
            let along = step as f32 / steps;
            let angle = (start + direction * sweep * along).to_radians();
            let radius = 1.0 - drift * along * along + squareness * (4.0 * angle).cos();
            [0.3 + half_width * radius * angle.cos(), 0.5 + half_height * radius * angle.sin()]
        })
        .collect();
    let end = ring[ring.len() - 1];
    pen.draw(&ring);
    if whim.habit(0.12) {
        // The end runs on into the ring.
        let reach = whim.between(0.1, 0.7);
        pen.turn(&[[end[0] + (0.3 - end[0]) * reach, end[1] + (0.5 - end[1]) * reach]]);
    }
    if whim.habit(0.008) {
        pen.draw(&[[0.3 + half_width, 0.5 - half_height], [0.3 - half_width, 0.5 + half_height]]);
    }
}

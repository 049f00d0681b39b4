//! Four: open above, with an angle or a bowl on the left, or closed to a triangle.

use crate::digits::pen::Pen;
use crate::digits::whim::Whim;

/// Draws a four.
pub fn draw(pen: &mut Pen, whim: &mut Whim) {
    let bar = whim.about(0.55, 0.09);
    let stem = whim.about(0.46, 0.08);
    let foot = stem + whim.about(-0.02, 0.04);
    let past = stem + whim.between(0.0, 0.34);
    let tilt = whim.about(-0.02, 0.05);
    match whim.between(0.0, 1.0) {
        way if way < 0.5 => {
            // An angle, then the stem beside or through its right end.
            let arm = [whim.about(0.08, 0.06), whim.about(0.04, 0.07)];
            pen.draw(&[arm, [whim.about(0.03, 0.03), bar * 0.6], [0.0, bar]]);
            pen.turn(&[[stem * 0.5, bar + whim.about(0.0, 0.02)], [past, bar + tilt]]);
            let head = whim.about(0.05, 0.1);
            pen.draw(&[[stem + whim.about(0.0, 0.02), head], [stem, 0.5], [foot, 1.0]]);
        }
        way if way < 0.9 => {
            // A bowl like a u, then the stem.
            let arm = [whim.about(0.06, 0.05), whim.about(0.04, 0.06)];
            let depth = bar - 0.03;
            pen.draw(&[
                arm,
                [whim.about(0.01, 0.03), depth * 0.65],
                [0.12, depth],
                [stem * 0.7, depth - 0.05],
                [stem, depth - whim.between(0.1, 0.25)],
            ]);
            let head = whim.about(0.02, 0.05);
            pen.draw(&[[stem + whim.about(0.0, 0.02), head], [stem, 0.5], [foot, 1.0]]);
        }
        _ => {
            // Closed: down the slope, along the bar, and the stem from the tip.
            let tip = [stem + whim.about(0.0, 0.02), 0.0];
            pen.draw(&[tip, [stem * 0.45, bar * 0.5], [-0.05, bar]]);
            pen.turn(&[[stem * 0.5, bar], [past, bar + tilt]]);
            pen.draw(&[[tip[0], tip[1] + whim.about(0.02, 0.03)], [stem, 0.5], [foot, 1.0]]);
        }
    }
}

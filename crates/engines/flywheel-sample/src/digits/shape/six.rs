//! Six: a stem, curved or straight, that runs into a loop, which closes, crosses or stays a little open.

use crate::digits::pen::Pen;
use crate::digits::whim::Whim;

/// Draws a six.
pub fn draw(pen: &mut Pen, whim: &mut Whim) {
    let left = whim.about(0.02, 0.03);
    let right = whim.about(0.6, 0.14).max(0.28);
    let loop_top = whim.about(0.54, 0.08);
    let middle = (left + right) / 2.0;
    let start = [left + whim.about(0.3, 0.14), whim.about(0.02, 0.03)];
    let curve = whim.about(0.06, 0.05);
    let shoulder = [left + (start[0] - left) * 0.42 - curve * 0.5, whim.about(0.28, 0.04)];
    let close = match whim.between(0.0, 1.0) {
        way if way < 0.55 => [left + 0.04, loop_top + whim.between(0.06, 0.26)],
        way if way < 0.75 => [left - 0.06, loop_top + whim.between(0.05, 0.2)],
        _ => [left + whim.between(0.1, 0.2), loop_top + whim.between(0.0, 0.12)],
    };
    pen.draw(&[
        start,
        shoulder,
        [left, whim.about(0.6, 0.05)],
        [left + (right - left) * 0.14, whim.about(0.89, 0.03)],
        [middle, whim.about(1.0, 0.01)],
        [right, whim.about(0.78, 0.05)],
        [middle + (right - left) * whim.about(0.12, 0.07), loop_top],
        close,
    ]);
}

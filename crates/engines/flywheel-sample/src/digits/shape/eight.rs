//! Eight: one running stroke that crosses itself at the waist, or two rings one on the other.

use crate::digits::pen::Pen;
use crate::digits::whim::Whim;

/// Draws an eight.
pub fn draw(pen: &mut Pen, whim: &mut Whim) {
    let waist = whim.about(0.47, 0.08);
    let upper = whim.about(0.25, 0.08).max(0.08);
    let lower = whim.about(0.24, 0.08).max(0.04);
    let middle = 0.27;
    let upper_middle = middle + whim.about(0.04, 0.05);
    let side = if whim.habit(0.88) { 1.0 } else { -1.0 };
    let low = (1.0 + waist) / 2.0 + 0.02;
    if whim.habit(0.2) {
        let apart = whim.about(0.0, 0.02);
        let tail = whim.about(0.02, 0.04);
        pen.draw(&[
            [upper_middle, 0.0],
            [upper_middle - upper, waist * 0.5],
            [upper_middle, waist - apart],
            [upper_middle + upper, waist * 0.5],
            [upper_middle + tail, 0.0],
        ]);
        pen.draw(&[
            [middle, waist + apart],
            [middle - lower, low],
            [middle, 1.0],
            [middle + lower, low],
            [middle + tail, waist + apart],
        ]);
        return;
    }
    // The pen starts at the upper right, and comes back there: closed, crossed or left open.
    let start = [upper_middle + upper * whim.between(0.2, 1.5), whim.about(0.1, 0.05)];
    let end = match whim.between(0.0, 1.0) {
        way if way < 0.45 => [start[0] - whim.between(0.0, 0.1), start[1] - whim.between(-0.02, 0.06)],
        way if way < 0.65 => [start[0] + whim.between(0.0, 0.08), start[1] + whim.between(0.0, 0.12)],
        // The last stroke runs on past the start, up to the right.
        _ => [start[0] + whim.between(0.0, 0.2), start[1] - whim.between(0.0, 0.16)],
    };
    let rise = [upper_middle + upper * whim.between(0.5, 1.0), waist * whim.about(0.55, 0.07)];
    let cross = whim.about(0.0, 0.03);
    let way = [
        start,
        [upper_middle, 0.0],
        [upper_middle - upper, waist * whim.about(0.48, 0.06)],
        [middle - cross, waist - whim.about(0.0, 0.02)],
        [middle + lower, low],
        [middle - 0.02, 1.0],
        [middle - lower, low],
        [middle + cross, waist + whim.about(0.03, 0.03)],
        rise,
        end,
    ];
    // A few people run it the other way round, from the upper left.
    pen.draw(&way.map(|[x, y]| [middle + side * (x - middle), y]));
}

//! Three: two bowls that meet in a point, a small loop or a soft bend; the upper one sometimes with a flat top.

use crate::digits::pen::Pen;
use crate::digits::whim::Whim;

/// Draws a three.
pub fn draw(pen: &mut Pen, whim: &mut Whim) {
    let waist = whim.about(0.46, 0.06);
    let pinch = whim.about(0.2, 0.09);
    let upper = whim.about(0.52, 0.09);
    let lower = whim.about(0.57, 0.1);
    let end = [whim.about(-0.05, 0.09), whim.between(0.66, 1.02)];
    let bottom = [whim.about(0.26, 0.06), whim.about(0.99, 0.02)];
    let lower_right = [lower, whim.about(0.73, 0.03)];
    if whim.habit(0.1) {
        pen.draw(&[[0.04, 0.02], [0.25, 0.0], [upper, 0.02]]);
        pen.turn(&[[pinch + 0.08, waist - 0.08]]);
        pen.turn(&[[lower - 0.1, waist + 0.06], lower_right, bottom, end]);
        return;
    }
    let start = [whim.about(0.0, 0.07), whim.between(0.0, 0.3)];
    let top = [whim.about(0.27, 0.03), 0.0];
    let upper_right = [upper, whim.about(0.2, 0.03)];
    let into = [whim.about(0.38, 0.03), waist - 0.06];
    match whim.between(0.0, 1.0) {
        way if way < 0.5 => {
            pen.draw(&[start, top, upper_right, into, [pinch, waist]]);
            pen.turn(&[[0.4, waist + 0.07], lower_right, bottom, end]);
        }
        way if way < 0.72 => {
            let size = whim.between(0.02, 0.06);
            pen.draw(&[
                start,
                top,
                upper_right,
                into,
                [pinch, waist + size],
                [pinch - size, waist],
                [pinch + 0.02, waist - size],
                [0.4, waist + 0.06],
                lower_right,
                bottom,
                end,
            ]);
        }
        _ => pen.draw(&[
            start,
            top,
            upper_right,
            into,
            [pinch + 0.06, waist],
            [0.4, waist + 0.07],
            lower_right,
            bottom,
            end,
        ]),
    }
}

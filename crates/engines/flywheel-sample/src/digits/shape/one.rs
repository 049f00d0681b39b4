//! One: a bare stroke mostly, upright or bowed; some people give it a flag, a few a flag and a base.

use crate::digits::pen::Pen;
use crate::digits::whim::Whim;

/// Draws a one.
pub fn draw(pen: &mut Pen, whim: &mut Whim) {
    // Ones are often written smaller than the other digits, so that their line is thicker in proportion.
    let height = whim.between(0.55, 1.0);
    let bow = whim.about(0.0, 0.025);
    let lean = whim.about(0.0, 0.07);
    let (head, middle, foot) = ([lean, 0.0], [bow, height * 0.5], [-lean, height]);
    if !whim.habit(0.16) {
        pen.draw(&[head, middle, foot]);
        return;
    }
    let reach = whim.between(0.06, 0.4) * height;
    let drop = whim.between(0.06, 0.4) * height;
    pen.draw(&[[lean - reach, drop], [lean - reach * 0.4, drop * 0.55], head]);
    pen.turn(&[middle, foot]);
    if whim.habit(0.4) {
        let half = whim.between(0.12, 0.42) * height;
        pen.draw(&[[foot[0] - half, height], [foot[0] + half, height]]);
    }
}

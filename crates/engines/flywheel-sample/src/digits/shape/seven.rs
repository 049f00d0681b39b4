//! Seven: a bar and a leg, the leg straight or bowed, some with a serif, some crossed.

use crate::digits::pen::Pen;
use crate::digits::whim::Whim;

/// Draws a seven.
pub fn draw(pen: &mut Pen, whim: &mut Whim) {
    let width = whim.about(0.6, 0.14);
    let left = [0.0, whim.about(0.09, 0.06)];
    let corner = [width, whim.about(0.03, 0.03)];
    // The leg leans to the left, or stands upright under its corner.
    let foot = [if whim.habit(0.25) { width * whim.about(0.85, 0.12) } else { whim.about(0.2, 0.14) }, 1.0];
    let bow = whim.about(0.02, 0.08);
    let knee = [(corner[0] + foot[0]) / 2.0 - bow, whim.about(0.5, 0.04)];
    let sag = whim.about(0.0, 0.04);
    let bar = [width * whim.about(0.5, 0.05), (left[1] + corner[1]) / 2.0 + sag];
    if whim.habit(0.28) {
        let drop = whim.between(0.06, 0.36);
        pen.draw(&[[left[0] + whim.about(-0.02, 0.03), left[1] + drop], left]);
        pen.turn(&[bar, corner]);
    } else {
        pen.draw(&[left, bar, corner]);
    }
    if whim.habit(0.6) {
        pen.turn(&[knee, foot]);
    } else {
        pen.turn(&[[corner[0] + 0.01, whim.between(0.1, 0.22)], knee, foot]);
    }
    if whim.habit(0.25) {
        let height = whim.about(0.48, 0.06);
        let reach = whim.between(0.1, 0.36);
        let tilt = whim.about(0.0, 0.04);
        let centre = knee[0] + whim.about(0.0, 0.05);
        pen.draw(&[[centre - reach, height + tilt], [centre + reach, height - tilt]]);
    }
}

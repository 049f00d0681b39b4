//! Two: a hook, a slope and a base, joined by a corner, a loop or a soft bend.

use crate::digits::pen::{Pen, arc};
use crate::digits::whim::Whim;

/// Draws a two.
pub fn draw(pen: &mut Pen, whim: &mut Whim) {
    let width = whim.about(0.68, 0.12);
    let head = width * whim.about(0.8, 0.1);
    let height = whim.about(0.25, 0.04);
    let base = whim.about(0.95, 0.05);
    let rise = whim.about(0.0, 0.06);
    let left = whim.about(-0.02, 0.07);
    let end = [width + whim.about(0.05, 0.08), base + rise];
    let from = whim.about(195.0, 25.0);
    let to = whim.about(385.0, 12.0);
    let belly = head * whim.about(0.86, 0.08);
    let mut head = arc([head * 0.52, height], [head * 0.48, height], from, to);
    match whim.between(0.0, 1.0) {
        way if way < 0.6 => {
            // The slope swings into a loop that hangs lower than the tail which leaves it.
            let size = whim.between(0.4, 2.0);
            let tail = whim.between(0.68, 1.0);
            head.extend([
                [belly, 0.5],
                [left + 0.4 + whim.about(0.0, 0.05), 0.76],
                [left + 0.2, 0.98],
                [left + 0.1 - 0.13 * size, 0.94 - 0.06 * size],
                [left + 0.1, 0.96 - 0.18 * size],
                [left + 0.24 + 0.12 * size, 0.96 - 0.12 * size],
                [end[0], tail],
            ]);
            pen.draw(&head);
        }
        way if way < 0.7 => {
            head.extend([[left + 0.05, base - 0.04], [left + 0.25, base], end]);
            pen.draw(&head);
        }
        _ => {
            head.push([left, base]);
            pen.draw(&head);
            let wave = whim.about(0.0, 0.03);
            pen.turn(&[[width * 0.35, base - wave], [width * 0.7, base + wave + rise * 0.6], end]);
        }
    }
}

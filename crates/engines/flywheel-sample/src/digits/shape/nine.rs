//! Nine: a loop and a tail, the tail straight, bowed or hooked.

use crate::digits::pen::{Pen, Point};
use crate::digits::whim::Whim;

/// Draws a nine.
pub fn draw(pen: &mut Pen, whim: &mut Whim) {
    let right = whim.about(0.52, 0.12);
    let loop_bottom = whim.about(0.49, 0.1);
    let left = whim.about(0.02, 0.03);
    let middle = (left + right) / 2.0;
    let start = [right - whim.between(-0.04, 0.2), whim.about(0.09, 0.07)];
    let meet = [right + whim.about(0.0, 0.03), whim.about(0.13, 0.09)];
    let mut line: Vec<Point> = vec![
        start,
        [middle + whim.about(0.03, 0.04), whim.about(0.0, 0.02)],
        [left, loop_bottom * whim.about(0.6, 0.08)],
        [middle - whim.about(0.04, 0.04), loop_bottom],
        [right * whim.about(0.9, 0.04), loop_bottom * whim.about(0.66, 0.08)],
    ];
    let foot = right - whim.about(0.05, 0.13);
    let tail: Vec<Point> = match whim.between(0.0, 1.0) {
        way if way < 0.6 => vec![[(right + foot) / 2.0 + whim.about(0.0, 0.025), 0.55], [foot, 1.0]],
        way if way < 0.82 => vec![[right, 0.5], [foot, 0.82], [foot - whim.between(0.04, 0.18), 1.0]],
        _ => vec![
            [right + 0.01, 0.55],
            [right - 0.04, 0.85],
            [right - whim.about(0.22, 0.05), 1.0],
            [whim.about(0.04, 0.07), whim.about(0.92, 0.05)],
        ],
    };
    line.push(meet);
    if whim.habit(0.6) {
        pen.draw(&line);
        pen.turn(&tail);
    } else {
        line.extend(tail);
        pen.draw(&line);
    }
}

//! Five: a neck, a bowl and a bar, the bar drawn last, drawn first, or hardly there.

use crate::digits::pen::{Pen, Point};
use crate::digits::whim::Whim;

/// Draws a five.
pub fn draw(pen: &mut Pen, whim: &mut Whim) {
    let neck = [whim.about(0.16, 0.05), whim.about(0.05, 0.03)];
    let joint = [whim.about(0.08, 0.05), whim.about(0.44, 0.07)];
    let reach = whim.between(0.15, 0.7);
    let bar_end = [neck[0] + reach, neck[1] - reach * whim.about(0.08, 0.12)];
    let bar_middle = [neck[0] + reach * 0.5, (neck[1] + bar_end[1]) / 2.0 + whim.about(0.0, 0.02)];
    let bowl = bowl(whim);
    let sharp = whim.habit(0.55);
    if whim.habit(0.45) {
        pen.draw(&[bar_end, bar_middle, neck]);
        if sharp {
            pen.turn(&[joint]);
            pen.turn(&bowl);
        } else {
            let soft: Vec<Point> = std::iter::once(joint).chain(bowl).collect();
            pen.turn(&soft);
        }
    } else if whim.habit(0.15) {
        // Like an S: no corner anywhere.
        let soft: Vec<Point> = [bar_end, bar_middle, neck, joint].into_iter().chain(bowl).collect();
        pen.draw(&soft);
    } else {
        if sharp {
            pen.draw(&[neck, joint]);
            pen.turn(&bowl);
        } else {
            let soft: Vec<Point> = [neck, joint].into_iter().chain(bowl).collect();
            pen.draw(&soft);
        }
        let gap = whim.between(-0.06, 0.1);
        let drop = whim.about(0.0, 0.03);
        pen.draw(&[[neck[0] + gap, neck[1] + drop], bar_middle, [bar_end[0] + gap, bar_end[1]]]);
    }
}

fn bowl(whim: &mut Whim) -> Vec<Point> {
    let width = whim.about(0.54, 0.12);
    let mut bowl = vec![
        [width * 0.55, whim.about(0.4, 0.05)],
        [width, whim.about(0.64, 0.05)],
        [width * 0.6, whim.about(0.93, 0.04)],
        [whim.about(0.1, 0.06), whim.about(1.0, 0.03)],
    ];
    if whim.habit(0.7) {
        bowl.push([whim.about(-0.08, 0.07), whim.about(0.87, 0.09)]);
    }
    bowl
}

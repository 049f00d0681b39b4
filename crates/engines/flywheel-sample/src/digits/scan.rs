//! The scan: strokes of ink become 28 × 28 grey pixels, sized and centred as MNIST's are.

use flywheel_stats::chance::Chance;

use super::pen::Point;

/// Pixels along each side of an image.
pub const SIDE: usize = 28;
/// Pixels of one image.
pub const PIXELS: usize = SIDE * SIDE;
/// The side of the box that the ink fills before it is centred.
const BOX: f32 = 20.0;

/// A point of a line with half the line's width there.
#[derive(Clone, Copy)]
pub struct Ink {
    /// Where it lies.
    pub place: Point,
    /// Half the width of the line.
    pub half_width: f32,
}

/// Scans strokes into an image, 0 for paper and 255 for ink, row by row.
///
/// As in LeCun, Cortes and Burges' description of MNIST: the ink is scaled to fit a box of 20 × 20 pixels, keeping its
/// aspect, and put into the image so that its centre of mass lies in the middle.
pub fn scan(strokes: &[Vec<Ink>], chance: &mut Chance) -> [u8; PIXELS] {
    let softness = 0.75 + 0.5 * chance.f32();
    let grain = 0.15 * chance.f32();
    let strokes = fitted(strokes, softness);
    let mut sheet = [0.0_f32; PIXELS];
    for stroke in &strokes {
        for pair in stroke.windows(2) {
            press(&mut sheet, pair[0], pair[1], softness);
        }
    }
    for cover in sheet.iter_mut().filter(|cover| **cover > 0.0) {
        *cover = (*cover * (1.0 + grain * (chance.f32() - 0.5) * 4.0)).clamp(0.0, 1.0);
    }
    centred(&sheet)
}

/// The strokes in pixels: the longer side of their bounding box fills the box in the middle of the image.
fn fitted(strokes: &[Vec<Ink>], softness: f32) -> Vec<Vec<Ink>> {
    let mut low = [f32::MAX; 2];
    let mut high = [f32::MIN; 2];
    for ink in strokes.iter().flatten() {
        for axis in 0..2 {
            low[axis] = low[axis].min(ink.place[axis] - ink.half_width);
            high[axis] = high[axis].max(ink.place[axis] + ink.half_width);
        }
    }
    let extent = [high[0] - low[0], high[1] - low[1]];
    // Half of a soft edge lies outside the line.
    let scale = (BOX - softness) / extent[0].max(extent[1]);
    let shift = [0, 1].map(|axis| (SIDE as f32 - extent[axis] * scale) / 2.0 - low[axis] * scale);
    let fit = |ink: &Ink| Ink {
        place: [ink.place[0] * scale + shift[0], ink.place[1] * scale + shift[1]],
        half_width: ink.half_width * scale,
    };
    strokes.iter().map(|stroke| stroke.iter().map(fit).collect()).collect()
}

/// Presses the line between two points onto the sheet: each pixel keeps the darkest cover it ever got.
fn press(sheet: &mut [f32; PIXELS], from: Ink, to: Ink, softness: f32) {
    let reach = from.half_width.max(to.half_width) + softness;
    let span = |axis: usize| {
        let low = from.place[axis].min(to.place[axis]) - reach;
        let high = from.place[axis].max(to.place[axis]) + reach;
        (low.max(0.0) as usize)..((high.max(0.0) as usize + 1).min(SIDE))
    };
    let along = [to.place[0] - from.place[0], to.place[1] - from.place[1]];
    let square = (along[0] * along[0] + along[1] * along[1]).max(1e-9);
    for row in span(1) {
        for column in span(0) {
            let offset = [column as f32 + 0.5 - from.place[0], row as f32 + 0.5 - from.place[1]];
            let t = ((offset[0] * along[0] + offset[1] * along[1]) / square).clamp(0.0, 1.0);
            let gap = [offset[0] - t * along[0], offset[1] - t * along[1]];
            let distance = (gap[0] * gap[0] + gap[1] * gap[1]).sqrt();
            let half_width = from.half_width + t * (to.half_width - from.half_width);
            let cover = ((half_width - distance) / softness + 0.5).clamp(0.0, 1.0);
            let pixel = &mut sheet[row * SIDE + column];
            *pixel = pixel.max(cover);
        }
    }
}

/// The image moved by whole pixels so that its centre of mass comes to the middle.
fn centred(sheet: &[f32; PIXELS]) -> [u8; PIXELS] {
    let mut mass = 0.0;
    let mut moment = [0.0, 0.0];
    for (i, &cover) in sheet.iter().enumerate() {
        mass += cover;
        moment[0] += cover * (i % SIDE) as f32;
        moment[1] += cover * (i / SIDE) as f32;
    }
    let middle = (SIDE / 2) as f32;
    let shift = moment.map(|moment| (middle - moment / mass.max(1e-6)).round() as isize);
    let mut image = [0; PIXELS];
    for row in 0..SIDE {
        for column in 0..SIDE {
            let source = [column as isize - shift[0], row as isize - shift[1]];
            if source.iter().all(|&at| (0..SIDE as isize).contains(&at)) {
                let cover = sheet[source[1] as usize * SIDE + source[0] as usize];
                image[row * SIDE + column] = (cover * 255.0).round() as u8;
            }
        }
    }
    image
}

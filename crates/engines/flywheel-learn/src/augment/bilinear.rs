//! Pixels between pixels: the weighted mean of the four around a place.

use flywheel_spec::table::ImageShape;

/// Writes every channel at column `x` and row `y`; beyond the border the edge pixel goes on.
#[inline]
pub(super) fn sample(image: &[u8], shape: ImageShape, x: f32, y: f32, pixel: &mut [u8]) {
    let (left, right, along) = neighbours(x, shape.width);
    let (top, bottom, down) = neighbours(y, shape.height);
    let at = |row: usize, column: usize, channel: usize| {
        f32::from(image[(row * shape.width + column) * shape.channels + channel])
    };
    for (channel, value) in pixel.iter_mut().enumerate() {
        let above = at(top, left, channel) + along * (at(top, right, channel) - at(top, left, channel));
        let below =
            at(bottom, left, channel) + along * (at(bottom, right, channel) - at(bottom, left, channel));
        *value = (above + down * (below - above) + 0.5) as u8;
    }
}

/// The pixels on both sides of a place, and how far it is from the first towards the second.
#[inline]
fn neighbours(place: f32, size: usize) -> (usize, usize, f32) {
    let place = place.clamp(0.0, (size - 1) as f32);
    let first = place as usize;
    (first, (first + 1).min(size - 1), place - first as f32)
}

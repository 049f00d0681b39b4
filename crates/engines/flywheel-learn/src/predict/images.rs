//! Images as they come over HTTP become bytes of the shape that the model reads.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flywheel_spec::predict::ImageInput;
use flywheel_spec::table::ImageShape;
use flywheel_spec::{Problem, Problems, phrase};
use image::GenericImageView as _;

use crate::prepare::shape_words;

/// All images one after the other; every image that can't be read is a problem.
pub(super) fn pixels(images: &[ImageInput], shape: ImageShape) -> Result<Vec<u8>, Problems> {
    let mut problems = Problems::default();
    let mut all = Vec::with_capacity(images.len() * shape.bytes());
    for (index, image) in images.iter().enumerate() {
        let read = match (&image.png, &image.pixels) {
            (Some(file), None) => decode(file, shape),
            (None, Some(values)) => raw(values, shape),
            _ => Err(Problem::error(phrase!("models.image_empty"))),
        };
        match read {
            Ok(pixels) => all.extend(pixels),
            Err(problem) => problems.push(problem.at_row(index as u64 + 1)),
        }
    }
    problems.settle(all).map(|(all, _)| all)
}

fn raw(values: &[f64], shape: ImageShape) -> Result<Vec<u8>, Problem> {
    if values.len() != shape.bytes() {
        return Err(Problem::error(phrase!(
            "models.image_length",
            found = values.len(),
            wanted = shape.bytes(),
            shape = shape_words(shape)
        ))
        .advise(phrase!("models.reads_images_advice", shape = shape_words(shape))));
    }
    match values.iter().position(|value| !(0.0..=255.0).contains(value)) {
        Some(position) => {
            Err(Problem::error(phrase!("models.image_value", found = values[position], position = position)))
        }
        None => Ok(values.iter().map(|value| value.round() as u8).collect()),
    }
}

fn decode(file: &str, shape: ImageShape) -> Result<Vec<u8>, Problem> {
    // A browser's canvas gives `data:image/png;base64,…`.
    let file = file.split_once("base64,").map_or(file, |(_, content)| content);
    let content = STANDARD
        .decode(file.trim())
        .map_err(|error| Problem::error(phrase!("models.image_base64", reason = error)))?;
    let mut reader = image::ImageReader::new(std::io::Cursor::new(&content))
        .with_guessed_format()
        .map_err(|error| Problem::error(phrase!("models.image_decode", reason = error)))?;
    // A small file may claim to be a huge image: nothing much larger than what is wanted is unpacked.
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(64 << 20);
    reader.limits(limits);
    let picture =
        reader.decode().map_err(|error| Problem::error(phrase!("models.image_decode", reason = error)))?;
    let (width, height) = picture.dimensions();
    let found = ImageShape { height: height as usize, width: width as usize, channels: shape.channels };
    if found != shape {
        return Err(Problem::error(phrase!(
            "prepare.image_shape",
            found = shape_words(found),
            wanted = shape_words(shape)
        ))
        .advise(phrase!("prepare.image_shape_advice", wanted = shape_words(shape))));
    }
    Ok(if shape.channels == 1 { picture.into_luma8().into_raw() } else { picture.into_rgb8().into_raw() })
}

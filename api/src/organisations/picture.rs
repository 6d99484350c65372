//! Pictures that people send: what the bytes are decides, not what they claim to be; bounds hold before anything is decoded, and
//! what is kept was drawn anew, so that nothing but the picture is in it.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use werkstadt_persistence::logos::Logo;

use crate::etag::ETag;
use crate::problem::{Breach, Code, Place, Problem};

/// Pixels along the longer side of the large and of the small picture.
pub const LARGE: u32 = 512;
/// See [`LARGE`].
pub const SMALL: u32 = 128;

/// Pixels along a side at most.
const SIDE: u32 = 5000;
/// Pixels in all at most; decoded, that takes 64 MB.
const AREA: u64 = 16_000_000;
/// Bytes that decoding may take.
const MEMORY: u64 = 128 << 20;

/// The kinds that are taken.
const ACCEPTED: [&str; 4] = ["image/png", "image/jpeg", "image/webp", "image/gif"];

/// Reads a picture and makes the two that are kept.
///
/// # Errors
/// [`Code::UnsupportedMediaType`] for bytes that are no picture of an accepted kind, [`Code::Invalid`] for one that is too large
/// or broken.
pub fn logo(bytes: &[u8]) -> Result<Logo, Problem> {
    let format = sniff(bytes)?;
    let picture = decode(bytes, format)?;
    let large = written(&picture, LARGE)?;
    Ok(Logo {
        digest: ETag::of(&large).as_str().trim_matches('"').to_owned(),
        small: written(&picture, SMALL)?,
        large,
    })
}

/// What the bytes are.
fn sniff(bytes: &[u8]) -> Result<ImageFormat, Problem> {
    let found = image::guess_format(bytes).ok();
    let taken = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Gif];
    if let Some(format) = found.filter(|format| taken.contains(format)) {
        return Ok(format);
    }
    let name = match found {
        Some(format) => Some(format.to_mime_type()),
        None => is_svg(bytes).then_some("image/svg+xml"),
    };
    let problem = Problem::new(Code::UnsupportedMediaType).with_fact("accepted", ACCEPTED.to_vec());
    let form = match name {
        Some("image/svg+xml") => "PNG, JPEG, WebP, GIF, not SVG",
        _ => "PNG, JPEG, WebP, GIF",
    };
    let problem = problem.with_breaches(vec![(Place::Body(String::new()), Breach::Form(form.to_owned()))]);
    Err(match name {
        Some(name) => problem.with_fact("found", name),
        None => problem,
    })
}

/// True for text that draws: an `svg` element near the beginning.
fn is_svg(bytes: &[u8]) -> bool {
    let head = bytes.get(..4096).unwrap_or(bytes);
    let text = String::from_utf8_lossy(head).to_lowercase();
    text.trim_start_matches('\u{feff}').trim_start().starts_with('<') && text.contains("<svg")
}

fn decode(bytes: &[u8], format: ImageFormat) -> Result<DynamicImage, Problem> {
    let reader = || ImageReader::with_format(Cursor::new(bytes), format);
    let (width, height) = reader().into_dimensions().map_err(unreadable)?;
    if width > SIDE || height > SIDE || u64::from(width) * u64::from(height) > AREA {
        let most = format!("{SIDE} pixels along a side and {AREA} in all");
        let problem = refused(Breach::TooLarge(most));
        return Err(problem.with_fact("width", width).with_fact("height", height));
    }
    let mut reader = reader();
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE);
    limits.max_image_height = Some(SIDE);
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(unreadable)?;
    // Cameras turn pictures by a note that does not survive here.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    picture.apply_orientation(orientation);
    Ok(DynamicImage::ImageRgba8(picture.into_rgba8()))
}

/// A PNG of the picture, made smaller where its longer side is too long; never larger.
fn written(picture: &DynamicImage, side: u32) -> Result<Vec<u8>, Problem> {
    let mut bytes = Cursor::new(Vec::new());
    if picture.width() > side || picture.height() > side {
        let smaller = picture.thumbnail(side, side);
        smaller.write_to(&mut bytes, ImageFormat::Png)
    } else {
        picture.write_to(&mut bytes, ImageFormat::Png)
    }
    .map_err(Problem::internal)?;
    Ok(bytes.into_inner())
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` gives")]
fn unreadable(error: image::ImageError) -> Problem {
    refused(Breach::Unreadable(error.to_string()))
}

fn refused(breach: Breach) -> Problem {
    Problem::new(Code::Invalid).with_breaches(vec![(Place::Body(String::new()), breach)])
}

#[cfg(test)]
mod tests {
    use image::{ImageBuffer, Rgba};

    use super::*;

    fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let pixels = ImageBuffer::from_fn(width, height, |x, y| Rgba([x as u8, y as u8, 7, 255]));
        let picture = match format {
            ImageFormat::Jpeg => DynamicImage::ImageRgb8(DynamicImage::ImageRgba8(pixels).into_rgb8()),
            _ => DynamicImage::ImageRgba8(pixels),
        };
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).expect("a picture");
        bytes.into_inner()
    }

    fn size(png: &[u8]) -> (u32, u32) {
        let reader = ImageReader::with_format(Cursor::new(png), ImageFormat::Png);
        reader.into_dimensions().expect("a PNG")
    }

    #[test]
    fn every_accepted_kind_becomes_two_sizes_of_png() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Gif] {
            let made = logo(&picture(1000, 500, format)).expect("a logo");
            assert_eq!(
                (size(&made.large), size(&made.small)),
                ((512, 256), (128, 64)),
                "{format:?}"
            );
        }
        let small = logo(&picture(20, 10, ImageFormat::Png)).expect("a logo");
        assert_eq!((size(&small.large), size(&small.small)), ((20, 10), (20, 10)));
    }

    #[test]
    fn what_is_no_picture_or_too_much_of_one_is_refused() {
        let code = |bytes: &[u8]| logo(bytes).map(|_| ()).map_err(|problem| problem.code());
        for other in [
            "",
            "hello",
            "<svg xmlns='http://www.w3.org/2000/svg'/>",
            "BM123456",
            "GIF8",
        ] {
            assert_eq!(code(other.as_bytes()), Err(Code::UnsupportedMediaType), "{other}");
        }
        let whole = picture(50, 50, ImageFormat::Png);
        assert_eq!(code(&whole[..whole.len() / 2]), Err(Code::Invalid));
        // A head that promises 60,000 × 60,000 pixels.
        let mut bomb = whole.clone();
        bomb[16..24].copy_from_slice(&[0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60]);
        assert_eq!(code(&bomb), Err(Code::Invalid));
        assert_eq!(code(&picture(5000, 3300, ImageFormat::Gif)), Err(Code::Invalid));
    }
}

//! Renders the contact sheet as a JPEG.

use ab_glyph::{Font, FontRef, Glyph, PxScale, ScaleFont, point};
use epaint_default_fonts::UBUNTU_LIGHT;
use image::imageops::{FilterType, replace};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

use super::{SheetGroup, SheetPhoto, percent};

/// Photos per row.
const COLUMNS: u32 = 6;
/// Width and height of a photo, in pixels.
const CELL: (u32, u32) = (200, 150);
/// Space between photos, and around the sheet, in pixels.
const GAP: u32 = 16;
const MARGIN: u32 = 32;
/// Height of a caption, in pixels.
const CAPTION: u32 = 26;
/// Heights of the title and of a heading, with padding, in pixels.
const TITLE: u32 = 56;
const HEADING: u32 = 52;
/// Font sizes of title, headings and captions, in pixels.
const TEXT: [f32; 3] = [30.0, 22.0, 15.0];
/// Largest image side that JPEG encoders support, in pixels.
const MAX_SIDE: u32 = 65_500;
/// JPEG quality, 1 to 100.
const QUALITY: u8 = 88;

const GROUND: Rgb<u8> = Rgb([255, 255, 255]);
const EMPTY: Rgb<u8> = Rgb([232, 234, 238]);
const INK: Rgb<u8> = Rgb([26, 28, 32]);
const FAINT: Rgb<u8> = Rgb([91, 97, 107]);

/// Why a contact sheet cannot be rendered.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// It would exceed the largest height of a JPEG.
    #[error(
        "{photos} photos are too many for one picture: choose fewer, or write a page by giving a name that ends in .html"
    )]
    TooMany {
        /// The number of photos.
        photos: usize,
    },
    /// It cannot be encoded.
    #[error("the contact sheet cannot be encoded: {0}")]
    Encode(#[from] image::ImageError),
}

/// Renders the sheet as a JPEG. The Ubuntu font covers Latin, Greek and Cyrillic letters.
///
/// # Errors
/// Returns an error if the photos exceed the largest height of a JPEG, or encoding fails.
pub fn jpeg(title: &str, groups: &[SheetGroup]) -> Result<Vec<u8>, SheetError> {
    let groups: Vec<&SheetGroup> = groups.iter().filter(|g| !g.photos.is_empty()).collect();
    let rows = |group: &&SheetGroup| group.photos.len().div_ceil(COLUMNS as usize) as u64;
    let row = u64::from(CELL.1 + CAPTION + GAP);
    let rows: u64 = groups.iter().map(rows).sum();
    let height =
        u64::from(2 * MARGIN + TITLE) + groups.len() as u64 * u64::from(HEADING) + rows * row;
    let photos = groups.iter().map(|group| group.photos.len()).sum();
    let too_many = SheetError::TooMany { photos };
    let height = u32::try_from(height).ok().filter(|h| *h <= MAX_SIDE);
    let height = height.ok_or(too_many)?;
    let width = 2 * MARGIN + COLUMNS * CELL.0 + (COLUMNS - 1) * GAP;
    let mut sheet = Sheet {
        image: RgbImage::from_pixel(width, height, GROUND),
        font: FontRef::try_from_slice(UBUNTU_LIGHT).ok(),
    };
    sheet.write(title, TEXT[0], INK, [MARGIN, MARGIN], width - 2 * MARGIN);
    let mut top = MARGIN + TITLE;
    for group in groups {
        let heading = format!("{}  ({})", group.label, group.photos.len());
        sheet.write(
            &heading,
            TEXT[1],
            INK,
            [MARGIN, top + 12],
            width - 2 * MARGIN,
        );
        top += HEADING;
        for row in group.photos.chunks(COLUMNS as usize) {
            for (photo, column) in row.iter().zip(0..) {
                sheet.place(photo, MARGIN + column * (CELL.0 + GAP), top);
            }
            top += CELL.1 + CAPTION + GAP;
        }
    }
    let mut bytes = std::io::Cursor::new(Vec::new());
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, QUALITY);
    sheet.image.write_with_encoder(encoder)?;
    Ok(bytes.into_inner())
}

struct Sheet {
    image: RgbImage,
    font: Option<FontRef<'static>>,
}

impl Sheet {
    /// Draws a photo that fills its cell, with its caption.
    fn place(&mut self, photo: &SheetPhoto, left: u32, top: u32) {
        let (width, height) = CELL;
        let thumbnail = photo.thumbnail.as_deref();
        let thumbnail =
            thumbnail.and_then(|t| image::load_from_memory_with_format(t, ImageFormat::Jpeg).ok());
        let cell = thumbnail.map_or_else(
            || RgbImage::from_pixel(width, height, EMPTY),
            |picture: DynamicImage| {
                picture
                    .resize_to_fill(width, height, FilterType::CatmullRom)
                    .to_rgb8()
            },
        );
        replace(&mut self.image, &cell, left.into(), top.into());
        let fit = percent(photo.matched);
        let below = top + height + 6;
        let taken = self.width(&fit, TEXT[2]) as u32;
        let available = width.saturating_sub(taken + 10);
        self.write(&photo.name, TEXT[2], INK, [left, below], available);
        self.write(
            &fit,
            TEXT[2],
            FAINT,
            [left + width.saturating_sub(taken), below],
            width,
        );
    }

    fn width(&self, text: &str, size: f32) -> f32 {
        let Some(font) = &self.font else { return 0.0 };
        let font = font.as_scaled(PxScale::from(size));
        text.chars().map(|c| font.h_advance(font.glyph_id(c))).sum()
    }

    /// Draws text with its upper left corner at the given position; text that is too wide is cut and ends in "…".
    fn write(
        &mut self,
        text: &str,
        size: f32,
        ink: Rgb<u8>,
        [left, top]: [u32; 2],
        available: u32,
    ) {
        let mut text = text.to_owned();
        while self.width(&text, size) > available as f32 && text.chars().count() > 1 {
            text.pop();
            text = text.trim_end_matches('…').to_owned();
            text.pop();
            text.push('…');
        }
        let Some(font) = &self.font else { return };
        let scaled = font.as_scaled(PxScale::from(size));
        let baseline = top as f32 + scaled.ascent();
        let mut x = left as f32;
        for c in text.chars() {
            let glyph: Glyph = scaled
                .glyph_id(c)
                .with_scale_and_position(size, point(x, baseline));
            x += scaled.h_advance(glyph.id);
            let Some(outline) = font.outline_glyph(glyph) else {
                continue;
            };
            let corner = outline.px_bounds().min;
            outline.draw(|dx, dy, cover| {
                // Negative coordinates saturate to 0, which is in the margin, out of reach of any letter.
                let (x, y) = (corner.x + dx as f32, corner.y + dy as f32);
                if let Some(pixel) = self.image.get_pixel_mut_checked(x as u32, y as u32) {
                    for (value, ink) in pixel.0.iter_mut().zip(ink.0) {
                        let mixed = f32::from(*value) * (1.0 - cover) + f32::from(ink) * cover;
                        *value = mixed.clamp(0.0, 255.0) as u8;
                    }
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn photo(thumbnail: Option<Vec<u8>>) -> SheetPhoto {
        SheetPhoto {
            name: "a name that is much too long for the line below a small picture.jpg".into(),
            matched: 0.9,
            thumbnail,
        }
    }

    #[test]
    fn a_sheet_shows_each_photo_and_its_words() {
        let mut red = std::io::Cursor::new(Vec::new());
        RgbImage::from_pixel(320, 200, Rgb([250, 10, 10]))
            .write_to(&mut red, ImageFormat::Jpeg)
            .expect("encoded");
        let groups = [SheetGroup {
            label: "größe".into(),
            photos: vec![
                photo(Some(red.into_inner())),
                photo(Some(vec![1, 2])),
                photo(None),
            ],
        }];
        let sheet = jpeg("Mine", &groups).expect("a sheet");
        let sheet = image::load_from_memory(&sheet)
            .expect("a picture")
            .to_rgb8();
        let top = MARGIN + TITLE + HEADING;
        let middle = |column: u32| {
            let x = MARGIN + column * (CELL.0 + GAP) + CELL.0 / 2;
            sheet.get_pixel(x, top + CELL.1 / 2).0
        };
        let [r, g, b] = middle(0);
        assert!(r > 230 && g < 40 && b < 40, "{r} {g} {b}");
        let near = |(a, b): (u8, u8)| a.abs_diff(b) < 4;
        let empty = middle(1).into_iter().zip(EMPTY.0).all(near);
        assert!(empty, "a broken thumbnail leaves its place");
        let dark = |from: u32, to: u32| {
            let rows = from..to;
            rows.flat_map(|y| (0..sheet.width()).map(move |x| (x, y)))
                .filter(|(x, y)| sheet.get_pixel(*x, *y).0.iter().all(|v| *v < 90))
                .count()
        };
        assert!(dark(MARGIN, MARGIN + 40) > 50, "a title");
        assert!(dark(top - HEADING + 10, top) > 50, "a heading");
        assert!(
            dark(top + CELL.1 + 4, top + CELL.1 + CAPTION) > 100,
            "captions"
        );
    }

    #[test]
    fn too_many_photos_are_refused_in_words() {
        let groups = [SheetGroup {
            label: "all".into(),
            photos: vec![photo(None); 2500],
        }];
        let error = jpeg("Mine", &groups).expect_err("too high");
        assert!(error.to_string().contains("2500 photos"), "{error}");
    }
}

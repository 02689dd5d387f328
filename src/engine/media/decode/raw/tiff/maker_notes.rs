//! Previews that are referenced only from maker notes.

use super::super::Preview;
use super::{StructureField, TiffStructure};

/// Dispatches by maker: offset of the maker note, base of its offsets, and fields of the preview.
pub fn preview<'a>(
    tiff: &TiffStructure<'a>,
    bytes: &'a [u8],
    note: &StructureField,
) -> Option<Preview<'a>> {
    let content = bytes.get(note.at..note.at.checked_add(note.length)?)?;
    if content.starts_with(b"Nikon\0\x02") {
        return nikon(bytes, note.at + 10);
    }
    let order = |at: usize| match content.get(at..at + 2) {
        Some(b"II") => Some(true),
        Some(b"MM") => Some(false),
        _ => None,
    };
    let here = |little: bool| TiffStructure::inside(bytes, note.at, little);
    if content.starts_with(b"OLYMPUS\0") {
        olympus(&here(order(8)?), bytes, 12)
    } else if content.starts_with(b"OM SYSTEM\0\0\0") {
        olympus(&here(order(12)?), bytes, 16)
    } else if content.starts_with(b"OLYMP\0") {
        olympus(tiff, bytes, u32::try_from(note.at + 8).ok()?)
    } else if content.starts_with(b"PENTAX \0") {
        pentax(&here(order(8)?), bytes, 10)
    } else if content.starts_with(b"AOC\0") {
        let little = order(4).unwrap_or(tiff.is_little());
        let file = TiffStructure::inside(bytes, 0, little);
        pentax(&file, bytes, u32::try_from(note.at + 6).ok()?)
    } else {
        None
    }
}

/// A TIFF structure of its own, whose field 17 points to the IFD of the preview.
fn nikon(bytes: &[u8], at: usize) -> Option<Preview<'_>> {
    let note = TiffStructure::with_header(bytes, at)?;
    let directories = note.directories();
    let of_preview = note.number(directories.first()?, 0x0011)?;
    note.jpeg_of(&note.directory(of_preview)?)
}

/// The camera settings IFD has offset and length of the preview.
fn olympus<'a>(note: &TiffStructure<'_>, bytes: &'a [u8], directory: u32) -> Option<Preview<'a>> {
    let directory = note.directory(directory)?;
    let settings = note.directory(note.number(&directory, 0x2020)?)?;
    at(
        note,
        bytes,
        note.number(&settings, 0x0101)?,
        note.number(&settings, 0x0102)?,
    )
}

fn pentax<'a>(note: &TiffStructure<'_>, bytes: &'a [u8], directory: u32) -> Option<Preview<'a>> {
    let directory = note.directory(directory)?;
    at(
        note,
        bytes,
        note.number(&directory, 0x0004)?,
        note.number(&directory, 0x0003)?,
    )
}

fn at<'a>(
    note: &TiffStructure<'_>,
    bytes: &'a [u8],
    offset: u32,
    length: u32,
) -> Option<Preview<'a>> {
    Preview::at(bytes, note.place(offset)?, usize::try_from(length).ok()?)
}

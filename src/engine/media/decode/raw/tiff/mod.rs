//! TIFF-based RAW files: DNG, CR2, NEF, NRW, ARW, SR2, PEF, SRW, IIQ, 3FR and others, and ORF and RW2, which have their
//! own magic numbers. The number of IFDs is bounded; fields outside the file are ignored.

mod maker_notes;

use std::collections::HashSet;

use super::Preview;
use super::exif_builder::ExifBuilder;

/// Maximum number of IFDs followed.
const MAX_DIRECTORIES: usize = 64;
/// Maximum number of fields per IFD.
const MAX_FIELDS: usize = 1024;
/// Maximum number of values per field.
const MAX_NUMBERS: usize = 4096;

const SUBFILE_TYPE: u16 = 0x00fe;
const WIDTH: u16 = 0x0100;
const HEIGHT: u16 = 0x0101;
const COMPRESSION: u16 = 0x0103;
const PHOTOMETRIC: u16 = 0x0106;
const STRIP_OFFSETS: u16 = 0x0111;
const STRIP_LENGTHS: u16 = 0x0117;
const SUB_DIRECTORIES: u16 = 0x014a;
const JPEG_OFFSET: u16 = 0x0201;
const JPEG_LENGTH: u16 = 0x0202;
const EXIF: u16 = 0x8769;
const MAKER_NOTE: u16 = 0x927c;
const EXIF_WIDTH: u16 = 0xa002;
const EXIF_HEIGHT: u16 = 0xa003;
const DNG_VERSION: u16 = 0xc612;
/// Panasonic's JPEG, stored as a field value.
const PANASONIC_JPEG: u16 = 0x002e;
/// Photometric interpretations of sensor data: colour filter array and linear RAW.
const SENSOR: [u32; 2] = [32_803, 34_892];
/// Compressions of sensor data by Nikon, Sony, Pentax, Samsung, Epson and Kodak.
const SENSOR_COMPRESSIONS: [u32; 7] = [34_713, 32_767, 65_535, 32_770, 32_769, 65_000, 262];

/// A TIFF structure whose offsets are relative to `base`.
#[derive(Clone, Copy)]
pub struct TiffStructure<'a> {
    bytes: &'a [u8],
    base: usize,
    little: bool,
    /// Offset of the first IFD, relative to `base`.
    first: u32,
    /// Whether the magic number is specific to a camera maker.
    of_maker: bool,
}

/// A field whose value lies within the file.
#[derive(Clone, Copy, Debug)]
pub struct StructureField {
    pub tag: u16,
    kind: u16,
    pub count: u32,
    /// Offset of the value in the file.
    pub at: usize,
    pub length: usize,
}

/// The fields of an IFD.
pub struct StructureFields {
    fields: Vec<StructureField>,
    next: u32,
}

impl StructureFields {
    pub fn field(&self, tag: u16) -> Option<&StructureField> {
        self.fields.iter().find(|field| field.tag == tag)
    }
}

impl<'a> TiffStructure<'a> {
    /// The structure at the start of a file.
    pub fn open(bytes: &'a [u8]) -> Option<Self> {
        let (little, of_maker) = match bytes.first_chunk()? {
            b"II*\0" => (true, bytes.get(8..10) == Some(b"CR") || is_phase_one(bytes)),
            b"MM\0*" => (false, is_phase_one(bytes)),
            b"IIU\0" | b"IIRO" | b"IIRS" => (true, true),
            b"MMOR" | b"MMRS" => (false, true),
            _ => return None,
        };
        let mut tiff = Self::inside(bytes, 0, little);
        tiff.first = tiff.number_at(4, 4)?;
        tiff.of_maker = of_maker;
        Some(tiff)
    }

    /// A structure inside a file, without a TIFF header.
    pub fn inside(bytes: &'a [u8], base: usize, little: bool) -> Self {
        Self {
            bytes,
            base,
            little,
            first: 0,
            of_maker: false,
        }
    }

    /// A structure inside a file, with a TIFF header.
    pub fn with_header(bytes: &'a [u8], base: usize) -> Option<Self> {
        let little = match bytes.get(base..)?.first_chunk()? {
            b"II*\0" => true,
            b"MM\0*" => false,
            _ => return None,
        };
        let mut tiff = Self::inside(bytes, base, little);
        tiff.first = tiff.number_at(base + 4, 4)?;
        Some(tiff)
    }

    /// Converts an offset to a position in the file.
    pub fn place(&self, offset: u32) -> Option<usize> {
        self.base.checked_add(usize::try_from(offset).ok()?)
    }

    fn number_at(&self, at: usize, width: usize) -> Option<u32> {
        let bytes = self.bytes.get(at..at.checked_add(width)?)?;
        let sum = |sum: u32, byte: &u8| sum << 8 | u32::from(*byte);
        Some(match self.little {
            true => bytes.iter().rev().fold(0, sum),
            false => bytes.iter().fold(0, sum),
        })
    }

    /// Reads the IFD at this offset.
    pub fn directory(&self, offset: u32) -> Option<StructureFields> {
        let at = self.place(offset)?;
        let count = self.number_at(at, 2)? as usize;
        let field = |index: usize| self.field_at(at + 2 + 12 * index);
        let fields = (0..count.min(MAX_FIELDS)).filter_map(field).collect();
        Some(StructureFields {
            fields,
            next: self.number_at(at + 2 + 12 * count, 4).unwrap_or_default(),
        })
    }

    fn field_at(&self, at: usize) -> Option<StructureField> {
        let kind = u16::try_from(self.number_at(at + 2, 2)?).ok()?;
        let width = match kind {
            1 | 2 | 6 | 7 => 1,
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 => 8,
            _ => return None,
        };
        let count = self.number_at(at + 4, 4)?;
        let length = (count as usize).checked_mul(width)?;
        let place = match length <= 4 {
            true => at + 8,
            false => self.place(self.number_at(at + 8, 4)?)?,
        };
        let is_inside = place.checked_add(length)? <= self.bytes.len();
        is_inside.then_some(StructureField {
            tag: u16::try_from(self.number_at(at, 2)?).ok()?,
            kind,
            count,
            at: place,
            length,
        })
    }

    /// The integer values of a field.
    pub fn numbers(&self, field: &StructureField) -> Vec<u32> {
        let width = match field.kind {
            1 | 7 => 1,
            3 => 2,
            4 | 13 => 4,
            _ => return Vec::new(),
        };
        let count = (field.count as usize).min(MAX_NUMBERS);
        let number = |index: usize| self.number_at(field.at + width * index, width);
        (0..count).map_while(number).collect()
    }

    /// The first integer value of the field with this tag.
    pub fn number(&self, directory: &StructureFields, tag: u16) -> Option<u32> {
        let numbers = self.numbers(directory.field(tag)?);
        numbers.first().copied()
    }

    /// The first IFD.
    pub fn main(&self) -> Option<StructureFields> {
        self.directory(self.first)
    }

    /// The Exif IFD.
    fn exif_directory(&self, main: &StructureFields) -> Option<StructureFields> {
        self.directory(self.number(main, EXIF)?)
    }

    /// All picture IFDs: the main chain and their SubIFDs.
    pub fn directories(&self) -> Vec<StructureFields> {
        let mut queue = vec![self.first];
        let mut seen = HashSet::new();
        let mut found = Vec::new();
        while let Some(offset) = queue.pop() {
            if offset == 0 || found.len() >= MAX_DIRECTORIES || !seen.insert(offset) {
                continue;
            }
            let Some(directory) = self.directory(offset) else {
                continue;
            };
            queue.push(directory.next);
            if let Some(field) = directory.field(SUB_DIRECTORIES) {
                queue.extend(self.numbers(field).into_iter().take(MAX_DIRECTORIES));
            }
            found.push(directory);
        }
        found
    }

    /// Whether this is a camera RAW file rather than an ordinary TIFF picture.
    pub fn is_raw(&self) -> bool {
        let holds_sensor_data = |directory: &StructureFields| {
            let has = |tag: u16, values: &[u32]| {
                let value = self.number(directory, tag);
                value.is_some_and(|value| values.contains(&value))
            };
            has(PHOTOMETRIC, &SENSOR)
                || has(COMPRESSION, &SENSOR_COMPRESSIONS)
                || directory.field(DNG_VERSION).is_some()
        };
        self.of_maker || self.directories().iter().any(holds_sensor_data)
    }

    /// Whether the first picture is uncompressed grey or RGB.
    pub fn begins_with_plain_picture(&self) -> bool {
        let Some(main) = self.main() else {
            return false;
        };
        let number = |tag: u16| self.number(&main, tag);
        !self.bytes.starts_with(b"IIU\0")
            && number(COMPRESSION).unwrap_or(1) == 1
            && matches!(number(PHOTOMETRIC), Some(1 | 2))
    }

    /// The JPEGs that IFDs reference.
    pub fn previews(&self) -> Vec<Preview<'a>> {
        let mut found = Vec::new();
        for directory in self.directories() {
            found.extend(self.jpeg_of(&directory));
            found.extend(self.strips_of(&directory));
            let panasonic = directory.field(PANASONIC_JPEG);
            found.extend(panasonic.and_then(|f| Preview::at(self.bytes, f.at, f.length)));
        }
        let exif = self.main().and_then(|main| self.exif_directory(&main));
        let note = exif.as_ref().and_then(|exif| exif.field(MAKER_NOTE));
        found.extend(note.and_then(|note| maker_notes::preview(self, self.bytes, note)));
        found
    }

    /// A JPEG referenced by offset and length.
    pub fn jpeg_of(&self, directory: &StructureFields) -> Option<Preview<'a>> {
        let offset = self.number(directory, JPEG_OFFSET)?;
        let length = self.number(directory, JPEG_LENGTH)?;
        Preview::at(
            self.bytes,
            self.place(offset)?,
            usize::try_from(length).ok()?,
        )
    }

    /// A JPEG stored as the image data of an IFD: one strip, or several contiguous ones.
    fn strips_of(&self, directory: &StructureFields) -> Option<Preview<'a>> {
        // Old-style (6) and new-style (7) JPEG. Canon uses old-style data with the new-style code.
        if !matches!(self.number(directory, COMPRESSION), Some(6 | 7)) {
            return None;
        }
        let offsets = self.numbers(directory.field(STRIP_OFFSETS)?);
        let lengths = self.numbers(directory.field(STRIP_LENGTHS)?);
        let start = *offsets.first()?;
        let mut end = start;
        for (offset, length) in offsets.iter().zip(&lengths) {
            if *offset != end {
                return None;
            }
            end = end.checked_add(*length)?;
        }
        Preview::at(
            self.bytes,
            self.place(start)?,
            usize::try_from(end - start).ok()?,
        )
    }

    /// Sizes stated in the file: of the picture, then of the largest IFD.
    pub fn sizes(&self) -> Vec<(u32, u32)> {
        let size = |directory: &StructureFields, tags: (u16, u16)| {
            Some((
                self.number(directory, tags.0)?,
                self.number(directory, tags.1)?,
            ))
        };
        let exif = self.main().and_then(|main| self.exif_directory(&main));
        let named = exif.and_then(|exif| size(&exif, (EXIF_WIDTH, EXIF_HEIGHT)));
        let directories = self.directories();
        let mut parts: Vec<(u32, u32)> = (directories.iter())
            .filter(|directory| self.number(directory, SUBFILE_TYPE).unwrap_or_default() == 0)
            .filter_map(|directory| size(directory, (WIDTH, HEIGHT)))
            .collect();
        parts.sort_by_key(|(width, height)| u64::from(*width) * u64::from(*height));
        named.into_iter().chain(parts.into_iter().rev()).collect()
    }

    /// Adds the fields of this structure to `builder`.
    pub fn add_to(&self, builder: &mut ExifBuilder) {
        let Some(main) = self.main() else { return };
        let exif = self.exif_directory(&main);
        for field in main
            .fields
            .iter()
            .chain(exif.iter().flat_map(|exif| &exif.fields))
        {
            if let Some(value) = self.bytes.get(field.at..field.at + field.length) {
                builder.add(field.tag, field.kind, field.count, value);
            }
        }
    }

    /// The camera's metadata as a small TIFF structure.
    pub fn exif(&self) -> Vec<u8> {
        let mut builder = ExifBuilder::new(self.little);
        self.add_to(&mut builder);
        builder.build()
    }

    /// Whether the structure is little-endian.
    pub fn is_little(&self) -> bool {
        self.little
    }
}

/// Phase One puts its own signature directly after the header.
fn is_phase_one(bytes: &[u8]) -> bool {
    matches!(bytes.get(8..12), Some(b"IIII" | b"MMMM"))
}

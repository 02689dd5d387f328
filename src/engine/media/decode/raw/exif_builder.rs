//! Builds a small TIFF structure from the metadata in other containers, so that one EXIF reader serves all.

/// Tags of the first IFD: make, model, orientation, modification date, artist.
const MAIN: &[u16] = &[0x010f, 0x0110, ORIENTATION, 0x0132, 0x013b];
/// Tags of the Exif IFD: exposure time, aperture, sensitivity, dates with time zones and subseconds, flash, focal
/// length, lens.
const EXIF: &[u16] = &[
    0x829a, 0x829d, 0x8827, DATE_TAKEN, 0x9004, 0x9010, 0x9011, 0x9012, 0x9209, 0x920a, 0x9290,
    0x9291, 0x9292, 0xa434,
];
const ORIENTATION: u16 = 0x0112;
const DATE_TAKEN: u16 = 0x9003;
const EXIF_POINTER: u16 = 0x8769;
/// Maximum length of a value in bytes.
const MAX_BYTES: usize = 4096;

/// A field: tag, type, count and value, in the builder's byte order.
struct ExifField {
    tag: u16,
    kind: u16,
    count: u32,
    value: Vec<u8>,
}

/// Collects fields for a TIFF structure.
pub struct ExifBuilder {
    little: bool,
    main: Vec<ExifField>,
    exif: Vec<ExifField>,
}

impl ExifBuilder {
    /// A builder for values in this byte order.
    pub fn new(little: bool) -> Self {
        Self {
            little,
            main: Vec::new(),
            exif: Vec::new(),
        }
    }

    /// Adds a field if its tag is wanted and not present yet.
    pub fn add(&mut self, tag: u16, kind: u16, count: u32, value: &[u8]) {
        let fields = match tag {
            tag if MAIN.contains(&tag) => &mut self.main,
            tag if EXIF.contains(&tag) => &mut self.exif,
            _ => return,
        };
        if value.len() <= MAX_BYTES && !fields.iter().any(|field| field.tag == tag) {
            fields.push(ExifField {
                tag,
                kind,
                count,
                value: value.to_vec(),
            });
        }
    }

    /// Adds the camera model.
    pub fn model(&mut self, name: &str) {
        self.text(0x0110, name);
    }

    /// Adds the capture date, in the form `2024:05:01 10:00:00`.
    pub fn taken(&mut self, date: &str) {
        self.text(DATE_TAKEN, date);
    }

    /// Adds the EXIF orientation.
    pub fn orientation(&mut self, value: u16) {
        let value = self.short(value);
        self.add(ORIENTATION, 3, 1, &value);
    }

    fn text(&mut self, tag: u16, text: &str) {
        let value = [text.as_bytes(), &[0]].concat();
        let count = u32::try_from(value.len()).unwrap_or_default();
        self.add(tag, 2, count, &value);
    }

    fn short(&self, value: u16) -> [u8; 2] {
        match self.little {
            true => value.to_le_bytes(),
            false => value.to_be_bytes(),
        }
    }

    fn long(&self, value: usize) -> [u8; 4] {
        let value = u32::try_from(value).unwrap_or_default();
        match self.little {
            true => value.to_le_bytes(),
            false => value.to_be_bytes(),
        }
    }

    /// Builds the structure: the first IFD, the Exif IFD and their values.
    pub fn build(mut self) -> Vec<u8> {
        let directory = |fields: usize| 2 + 12 * fields + 4;
        let exif_at = 8 + directory(self.main.len() + 1);
        let pointer = self.long(exif_at);
        self.main.push(ExifField {
            tag: EXIF_POINTER,
            kind: 4,
            count: 1,
            value: pointer.to_vec(),
        });
        let mut bytes = match self.little {
            true => b"II*\0\x08\0\0\0".to_vec(),
            false => b"MM\0*\0\0\0\x08".to_vec(),
        };
        let mut values = Vec::new();
        let values_at = exif_at + directory(self.exif.len());
        for fields in [&mut self.main, &mut self.exif] {
            fields.sort_by_key(|field| field.tag);
        }
        for fields in [&self.main, &self.exif] {
            bytes.extend(self.short(u16::try_from(fields.len()).unwrap_or_default()));
            for field in fields {
                bytes.extend(self.short(field.tag));
                bytes.extend(self.short(field.kind));
                bytes.extend(self.long(field.count as usize));
                if field.value.len() <= 4 {
                    bytes.extend(&field.value);
                    bytes.resize(bytes.len() + 4 - field.value.len(), 0);
                } else {
                    bytes.extend(self.long(values_at + values.len()));
                    values.extend(&field.value);
                    values.resize(values.len().next_multiple_of(2), 0);
                }
            }
            bytes.extend([0; 4]);
        }
        bytes.extend(values);
        bytes
    }
}

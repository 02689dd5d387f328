//! The header of a baseline JPEG file (ITU-T T.81, annex B): sizes, components and tables.

use super::bits::Huffman;

/// Why this decoder leaves a file to others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotHere;

/// What the header says.
pub struct Header {
    /// Width of the full picture.
    pub width: u32,
    /// Height of the full picture.
    pub height: u32,
    /// Components in coding order; the first is luma.
    pub components: Vec<Component>,
    /// Quantisation tables in coding order of coefficients.
    pub quantisation: [Option<[u16; 64]>; 4],
    /// Tables of DC codes.
    pub dc: [Option<Huffman>; 4],
    /// Tables of AC codes.
    pub ac: [Option<Huffman>; 4],
    /// MCUs between restart markers; 0 for none.
    pub restart_interval: usize,
    /// Where the coded data begins.
    pub data: usize,
}

/// A component of the frame.
#[derive(Clone, Copy)]
pub struct Component {
    /// Its number in the file.
    pub id: u8,
    /// Blocks across an MCU.
    pub horizontal: usize,
    /// Blocks down an MCU.
    pub vertical: usize,
    /// Index of its quantisation table.
    pub quantisation: usize,
    /// Index of its table of DC codes.
    pub dc: usize,
    /// Index of its table of AC codes.
    pub ac: usize,
}

/// Reads the header of a file that this decoder takes.
pub fn read_header(bytes: &[u8]) -> Result<Header, NotHere> {
    let mut header = Header {
        width: 0,
        height: 0,
        components: Vec::new(),
        quantisation: [None; 4],
        dc: [const { None }; 4],
        ac: [const { None }; 4],
        restart_interval: 0,
        data: 0,
    };
    let mut at = 2;
    loop {
        let (marker, segment) = next_segment(bytes, &mut at)?;
        match marker {
            // Baseline and extended sequential frames with Huffman codes (B.2.2).
            0xc0 | 0xc1 if header.components.is_empty() => header.read_frame(segment)?,
            0xc4 => header.read_huffman(segment)?,
            0xdb => header.read_quantisation(segment)?,
            0xdd => header.restart_interval = usize::from(word(segment, 0)?),
            0xda => {
                header.read_scan(segment)?;
                header.data = at;
                return Ok(header);
            }
            // Adobe's mark with transform 0: the components are not luma and chroma.
            0xee if segment.starts_with(b"Adobe") && segment.get(11) == Some(&0) => {
                return Err(NotHere);
            }
            0xe0..=0xef | 0xfe => {}
            _ => return Err(NotHere),
        }
    }
}

/// The next marker with its parameters; `at` moves behind them.
fn next_segment<'a>(bytes: &'a [u8], at: &mut usize) -> Result<(u8, &'a [u8]), NotHere> {
    while bytes.get(*at) == Some(&0xff) && bytes.get(*at + 1) == Some(&0xff) {
        *at += 1;
    }
    let marker = match bytes.get(*at..*at + 2) {
        Some([0xff, marker]) => *marker,
        _ => return Err(NotHere),
    };
    let length = usize::from(word(bytes, *at + 2)?);
    let start = *at + 4;
    let end = *at + 2 + length;
    let segment = bytes.get(start..end).ok_or(NotHere)?;
    *at = end;
    Ok((marker, segment))
}

fn word(bytes: &[u8], at: usize) -> Result<u16, NotHere> {
    match bytes.get(at..at + 2) {
        Some([high, low]) => Ok(u16::from_be_bytes([*high, *low])),
        _ => Err(NotHere),
    }
}

impl Header {
    fn read_frame(&mut self, segment: &[u8]) -> Result<(), NotHere> {
        let count = usize::from(*segment.get(5).ok_or(NotHere)?);
        if segment[0] != 8 || !matches!(count, 1 | 3) || segment.len() != 6 + 3 * count {
            return Err(NotHere);
        }
        self.height = word(segment, 1)?.into();
        self.width = word(segment, 3)?.into();
        for part in segment[6..].chunks_exact(3) {
            let component = Component {
                id: part[0],
                horizontal: usize::from(part[1] >> 4),
                vertical: usize::from(part[1] & 15),
                quantisation: usize::from(part[2]),
                dc: 0,
                ac: 0,
            };
            self.components.push(component);
        }
        // A single component is coded without interleaving, whatever its factors say (A.2.2).
        if let [only] = &mut self.components[..] {
            (only.horizontal, only.vertical) = (1, 1);
        }
        let usual = |c: &Component| {
            matches!((c.horizontal, c.vertical), (1 | 2, 1 | 2)) && c.quantisation < 4
        };
        let luma_first = self.components.iter().all(|c| {
            c.horizontal <= self.components[0].horizontal
                && c.vertical <= self.components[0].vertical
        });
        let rgb = self.components.iter().map(|c| c.id).eq(*b"RGB");
        let fine = self.components.iter().all(usual) && luma_first && !rgb;
        if fine && self.width > 0 && self.height > 0 {
            Ok(())
        } else {
            Err(NotHere)
        }
    }

    fn read_quantisation(&mut self, mut segment: &[u8]) -> Result<(), NotHere> {
        while let [kind, rest @ ..] = segment {
            let (wide, slot) = (kind >> 4, usize::from(kind & 15));
            let length = if wide == 0 { 64 } else { 128 };
            let values = rest.get(..length).ok_or(NotHere)?;
            let mut table = [0; 64];
            for (i, value) in table.iter_mut().enumerate() {
                *value = if wide == 0 {
                    values[i].into()
                } else {
                    word(values, 2 * i)?
                };
            }
            *self.quantisation.get_mut(slot).ok_or(NotHere)? = Some(table);
            segment = &rest[length..];
        }
        Ok(())
    }

    fn read_huffman(&mut self, mut segment: &[u8]) -> Result<(), NotHere> {
        while let [kind, rest @ ..] = segment {
            let counts = rest.first_chunk::<16>().ok_or(NotHere)?;
            let total: usize = counts.iter().map(|n| usize::from(*n)).sum();
            let values = rest.get(16..16 + total).ok_or(NotHere)?;
            let table = Huffman::new(counts, values).ok_or(NotHere)?;
            let tables = if kind >> 4 == 0 {
                &mut self.dc
            } else {
                &mut self.ac
            };
            *tables.get_mut(usize::from(kind & 15)).ok_or(NotHere)? = Some(table);
            segment = &rest[16 + total..];
        }
        Ok(())
    }

    /// All components in one scan, in the frame's order, over the full spectrum (B.2.3).
    fn read_scan(&mut self, segment: &[u8]) -> Result<(), NotHere> {
        let count = self.components.len();
        if count == 0 || segment.len() != 4 + 2 * count || usize::from(segment[0]) != count {
            return Err(NotHere);
        }
        for (component, part) in self.components.iter_mut().zip(segment[1..].chunks_exact(2)) {
            (component.dc, component.ac) = (usize::from(part[1] >> 4), usize::from(part[1] & 15));
            if component.id != part[0] {
                return Err(NotHere);
            }
        }
        Ok(())
    }
}

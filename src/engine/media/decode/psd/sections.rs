//! The sections of a Photoshop file (Adobe Photoshop File Formats Specification): header, palette, image resources,
//! layers and merged picture.

/// Resource with the names of the alpha channels, as Pascal strings.
const NAMES: u16 = 1006;
/// Maximum side that Photoshop supports.
const MAX_SIDE: u32 = 300_000;
/// Maximum number of image resources examined.
const MAX_RESOURCES: usize = 4096;

/// Colour mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Bitmap,
    Grey,
    Indexed,
    Rgb,
    Cmyk,
    Lab,
}

impl Mode {
    /// Number of colour channels.
    pub fn colours(self) -> usize {
        match self {
            Self::Bitmap | Self::Grey | Self::Indexed => 1,
            Self::Rgb | Self::Lab => 3,
            Self::Cmyk => 4,
        }
    }
}

/// The sections of a file.
pub struct Sections<'a> {
    pub is_large: bool,
    pub channels: usize,
    pub width: u32,
    pub height: u32,
    pub depth: usize,
    pub mode: Option<Mode>,
    pub palette: &'a [u8],
    resources: Vec<(u16, &'a [u8])>,
    /// The layer count; negative if the first channel after the colours is the merged transparency.
    layers: Option<i16>,
    pub compression: u16,
    /// The merged picture, after its compression field.
    pub picture: &'a [u8],
}

/// Reads big-endian numbers and sections sequentially.
struct SectionReader<'a>(&'a [u8]);

impl<'a> SectionReader<'a> {
    fn bytes(&mut self, length: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes)
    }

    fn number(&mut self, width: usize) -> Option<usize> {
        let bytes = self.bytes(width)?;
        let number = bytes
            .iter()
            .fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte));
        usize::try_from(number).ok()
    }

    fn section(&mut self, width: usize) -> Option<&'a [u8]> {
        let length = self.number(width)?;
        self.bytes(length)
    }
}

impl<'a> Sections<'a> {
    /// Reads all sections; lengths are clamped to the end of the file.
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut reader = SectionReader(bytes.strip_prefix(b"8BPS")?);
        let is_large = reader.number(2)? == 2;
        reader.bytes(6)?;
        let channels = reader.number(2)?;
        let mut side = || u32::try_from(reader.number(4)?).ok();
        let (height, width) = (side()?, side()?);
        let depth = reader.number(2)?;
        let mode = match reader.number(2)? {
            0 => Some(Mode::Bitmap),
            // Duotone may be read as grey if its inks are not supported.
            1 | 8 => Some(Mode::Grey),
            2 => Some(Mode::Indexed),
            3 => Some(Mode::Rgb),
            4 => Some(Mode::Cmyk),
            9 => Some(Mode::Lab),
            _ => None,
        };
        let palette = reader.section(4)?;
        let resources = resources(reader.section(4)?);
        let layers = layers(reader.section(if is_large { 8 } else { 4 })?, is_large);
        let compression = reader.number(2)? as u16;
        let sides = 1..=MAX_SIDE;
        let fits = sides.contains(&width)
            && sides.contains(&height)
            && (1..=56).contains(&channels)
            && matches!(depth, 1 | 8 | 16 | 32);
        fits.then_some(Self {
            is_large,
            channels,
            width,
            height,
            depth,
            mode,
            palette,
            resources,
            layers,
            compression,
            picture: reader.0,
        })
    }

    /// The data of a resource.
    pub fn resource(&self, wanted: u16) -> Option<&'a [u8]> {
        let found = self.resources.iter().find(|(id, _)| *id == wanted);
        found.map(|(_, content)| *content)
    }

    /// Whether the first channel after the colours is transparency, rather than a saved selection.
    pub fn has_alpha(&self) -> bool {
        let colours = self.mode.map_or(usize::MAX, Mode::colours);
        if self.channels <= colours {
            return false;
        }
        match self.layers {
            Some(count) => count < 0,
            None => {
                let name = self.resource(NAMES).and_then(|names| {
                    let (length, names) = names.split_first()?;
                    names.get(..usize::from(*length))
                });
                name.is_none_or(|name| name == b"Transparency")
            }
        }
    }
}

fn resources(section: &[u8]) -> Vec<(u16, &[u8])> {
    let mut reader = SectionReader(section);
    let mut next = || {
        reader.bytes(4)?;
        let id = reader.number(2)? as u16;
        let name = reader.number(1)?;
        // A name with its length byte is padded to an even length, and so is the data.
        reader.bytes(name | 1)?;
        let length = reader.number(4)?;
        let content = reader.bytes(length)?;
        let _ = reader.bytes(length & 1);
        Some((id, content))
    };
    std::iter::from_fn(&mut next).take(MAX_RESOURCES).collect()
}

/// The layer count, if there are layers.
fn layers(section: &[u8], is_large: bool) -> Option<i16> {
    let mut reader = SectionReader(section);
    let mut list = SectionReader(reader.section(if is_large { 8 } else { 4 })?);
    let count = list.number(2)? as u16;
    (count != 0).then_some(count as i16)
}

//! The first sample of a track: the first frame of an image sequence, or the full-size JPEG of CR3.

use super::{ByteSpan, Fields, boxes, child};

/// Maximum number of tracks examined.
const MAX_TRACKS: usize = 8;

/// A track of pictures.
pub struct PictureTrack {
    /// Width and height in its sample description.
    pub size: (u32, u32),
    /// Location of its first sample.
    pub sample: ByteSpan,
}

impl PictureTrack {
    /// The first track with this handler type whose first sample lies within the file.
    pub fn first(bytes: &[u8], handler: &[u8; 4]) -> Option<Self> {
        let movie = child(bytes, (0, bytes.len()), b"moov")?;
        let tracks = boxes(bytes, movie).filter(|(kind, _)| kind == b"trak");
        let mut tracks = tracks.take(MAX_TRACKS).filter(|(_, track)| {
            let found = child(bytes, *track, b"mdia").and_then(|span| child(bytes, span, b"hdlr"));
            found.and_then(|(start, _)| bytes.get(start + 8..start + 12)) == Some(handler)
        });
        tracks.find_map(|(_, track)| {
            // Entry count and header of the first sample entry precede these fields (ISO/IEC 14496-12, 12.1.3).
            let (start, _) = child(bytes, table(bytes, track)?, b"stsd")?;
            let mut fields = Fields(bytes.get(start + 8 + 8 + 24..)?);
            let size = (fields.number(2)? as u32, fields.number(2)? as u32);
            let sample = first_sample(bytes, track)?;
            let fits = size.0 > 0 && size.1 > 0 && sample.1 <= bytes.len();
            fits.then_some(Self { size, sample })
        })
    }
}

/// The sample table box `stbl` of a track.
fn table(bytes: &[u8], track: ByteSpan) -> Option<ByteSpan> {
    let mut path = [b"mdia", b"minf", b"stbl"].into_iter();
    path.try_fold(track, |span, kind| child(bytes, span, kind))
}

/// Location of the first sample of a track; it may extend past the end of the file.
pub fn first_sample(bytes: &[u8], track: ByteSpan) -> Option<ByteSpan> {
    let number = |at: usize, width| {
        let number = Fields(bytes.get(at..)?).number(width)?;
        usize::try_from(number).ok()
    };
    let table = table(bytes, track)?;
    let sizes = child(bytes, table, b"stsz")?.0;
    let size = match number(sizes + 4, 4)? {
        0 => number(sizes + 12, 4)?,
        size => size,
    };
    let start = match child(bytes, table, b"co64") {
        Some((start, _)) => number(start + 8, 8)?,
        None => number(child(bytes, table, b"stco")?.0 + 8, 4)?,
    };
    Some((start, start.checked_add(size)?))
}

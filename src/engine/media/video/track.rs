//! The video track to show: its codec and orientation.

use super::boxes::{Fields, boxes, child, inside};
use crate::engine::media::decode::{Cicp, Orientation};

/// Codec of a track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VideoCodec {
    /// H.264, with its configuration record.
    H264(Vec<u8>),
    /// HEVC, with its configuration record.
    Hevc(Vec<u8>),
    /// AV1, with its configuration record.
    Av1(Vec<u8>),
    /// Another codec, by its sample entry type.
    Other([u8; 4]),
}

/// A video track.
pub struct VideoTrack<'a> {
    /// Track ID, used by fragments.
    pub id: u32,
    pub codec: VideoCodec,
    /// Rotation and mirroring that make frames upright.
    pub orientation: Orientation,
    /// Coded frame size.
    pub coded: (u32, u32),
    /// Pixel aspect ratio, width by height.
    pub pixel_aspect: f64,
    /// Colour description in the container.
    pub colour: Option<Cicp>,
    /// Time units per second.
    pub timescale: u32,
    /// Duration in these units; 0 if it is unknown.
    pub duration: u64,
    /// Media time at which presentation starts, from the edit list.
    pub start: Option<i64>,
    /// Payload of the sample table box.
    pub samples: &'a [u8],
}

/// The track to show: the first with a supported codec, or else the first video track.
pub fn shown(moov: &[u8]) -> Option<VideoTrack<'_>> {
    let tracks = boxes(moov).filter(|(kind, _)| kind == b"trak");
    let mut first = None;
    for track in tracks.filter_map(|(_, content)| track(content)) {
        match track.codec {
            VideoCodec::Other(_) => first = first.or(Some(track)),
            _ => return Some(track),
        }
    }
    first
}

fn track(trak: &[u8]) -> Option<VideoTrack<'_>> {
    let mdia = child(trak, b"mdia")?;
    let mut handler = Fields(child(mdia, b"hdlr")?);
    handler.skip(8)?;
    if &handler.array()? != b"vide" {
        return None;
    }
    let header = TrackHeader::read(child(trak, b"tkhd")?)?;
    let mut times = Fields(child(mdia, b"mdhd")?);
    let (version, _) = times.version_and_flags()?;
    times.skip(if version == 1 { 16 } else { 8 })?;
    let timescale = times.u32()?.max(1);
    let duration = times.duration(version)?;
    let samples = inside(mdia, &[b"minf", b"stbl"])?;
    let entry = SampleDescription::read(child(samples, b"stsd")?)?;
    let coded = match entry.size {
        (0, _) | (_, 0) => header.size,
        size => size,
    };
    let by_header = ratio(header.size) / ratio(coded);
    let pixel_aspect = entry.pixel_aspect.unwrap_or(by_header);
    Some(VideoTrack {
        id: header.id,
        codec: entry.codec,
        orientation: header.orientation,
        coded,
        // Implausible values are ignored.
        pixel_aspect: if (0.2..=5.0).contains(&pixel_aspect) {
            pixel_aspect
        } else {
            1.0
        },
        colour: entry.colour,
        timescale,
        duration,
        start: start(trak),
        samples,
    })
}

fn ratio((width, height): (u32, u32)) -> f64 {
    f64::from(width) / f64::from(height)
}

/// Media time at which presentation starts: that of the first non-empty entry of the edit list.
fn start(trak: &[u8]) -> Option<i64> {
    let mut fields = Fields(inside(trak, &[b"edts", b"elst"])?);
    let (version, _) = fields.version_and_flags()?;
    for _ in 0..fields.u32()?.min(16) {
        fields.sized(version)?;
        let start = match version {
            1 => fields.u64()?.cast_signed(),
            _ => fields.i32()?.into(),
        };
        fields.skip(4)?;
        if start >= 0 {
            return Some(start);
        }
    }
    None
}

/// Contents of a track header.
struct TrackHeader {
    id: u32,
    orientation: Orientation,
    /// Presentation size before rotation.
    size: (u32, u32),
}

impl TrackHeader {
    fn read(tkhd: &[u8]) -> Option<Self> {
        let mut fields = Fields(tkhd);
        let (version, _) = fields.version_and_flags()?;
        fields.skip(if version == 1 { 16 } else { 8 })?;
        let id = fields.u32()?;
        fields.skip(4)?;
        fields.sized(version)?;
        fields.skip(16)?;
        let mut matrix = [0; 9];
        for value in &mut matrix {
            *value = fields.i32()?;
        }
        let size = (fields.u32()? >> 16, fields.u32()? >> 16);
        Some(Self {
            id,
            orientation: orientation(&matrix),
            size,
        })
    }
}

/// The EXIF orientation of a transformation matrix, if it rotates by right angles or mirrors.
fn orientation(matrix: &[i32; 9]) -> Orientation {
    let sign = |at: usize| matrix[at].signum();
    let value = match [sign(0), sign(1), sign(3), sign(4)] {
        [-1, 0, 0, 1] => 2,
        [-1, 0, 0, -1] => 3,
        [1, 0, 0, -1] => 4,
        [0, 1, 1, 0] => 5,
        [0, 1, -1, 0] => 6,
        [0, -1, -1, 0] => 7,
        [0, -1, 1, 0] => 8,
        _ => 1,
    };
    Orientation::from_exif(value)
}

/// Contents of a sample description.
struct SampleDescription {
    codec: VideoCodec,
    size: (u32, u32),
    pixel_aspect: Option<f64>,
    colour: Option<Cicp>,
}

impl SampleDescription {
    fn read(stsd: &[u8]) -> Option<Self> {
        let (kind, content) = boxes(stsd.get(8..)?).next()?;
        let mut fields = Fields(content);
        fields.skip(24)?;
        let size = (fields.u16()?.into(), fields.u16()?.into());
        fields.skip(50)?;
        let more = fields.rest();
        // An ICC profile may come before the code points, in a box of the same type.
        let mut colours = boxes(more).filter(|(kind, _)| kind == b"colr");
        let config = |kind: &[u8; 4]| child(more, kind).map(<[u8]>::to_vec);
        let codec = match &kind {
            b"avc1" | b"avc3" => config(b"avcC").map(VideoCodec::H264),
            b"hvc1" | b"hev1" | b"dvh1" | b"dvhe" => config(b"hvcC").map(VideoCodec::Hevc),
            b"av01" => config(b"av1C").map(VideoCodec::Av1),
            _ => None,
        };
        Some(Self {
            codec: codec.unwrap_or(VideoCodec::Other(kind)),
            size,
            pixel_aspect: child(more, b"pasp").and_then(pixel_aspect),
            colour: colours.find_map(|(_, colr)| Cicp::of_box(colr)),
        })
    }
}

fn pixel_aspect(pasp: &[u8]) -> Option<f64> {
    let mut fields = Fields(pasp);
    let (wide, high) = (fields.u32()?, fields.u32()?);
    (wide > 0 && high > 0).then(|| f64::from(wide) / f64::from(high))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let size = (content.len() as u32 + 8).to_be_bytes();
        [&size[..], kind, content].concat()
    }

    /// A movie with one track, whose media header has 64-bit fields, and with these boxes in its sample entry.
    fn movie(duration: u64, more: &[u8]) -> Vec<u8> {
        let hdlr = boxed(b"hdlr", b"\0\0\0\0\0\0\0\0vide");
        let mut mdhd = vec![1, 0, 0, 0];
        mdhd.extend([0; 16]);
        mdhd.extend(10_000_000_u32.to_be_bytes());
        mdhd.extend(duration.to_be_bytes());
        let mdhd = boxed(b"mdhd", &mdhd);
        // A sample entry of 16 x 16 pixels.
        let mut entry = vec![0; 78];
        entry[24..28].copy_from_slice(&[0, 16, 0, 16]);
        entry.extend(more);
        let entry = boxed(b"avc1", &entry);
        let stsd = boxed(b"stsd", &[vec![0; 8], entry].concat());
        let minf = boxed(b"minf", &boxed(b"stbl", &stsd));
        let tkhd = boxed(b"tkhd", &[0; 84]);
        let mdia = boxed(b"mdia", &[hdlr, mdhd, minf].concat());
        boxed(b"trak", &[tkhd, mdia].concat())
    }

    #[test]
    fn long_durations_in_small_units_are_kept() {
        let duration = |duration| shown(&movie(duration, &[])).map(|track| track.duration);
        assert_eq!(duration(6_000_000_000), Some(6_000_000_000));
        assert_eq!(duration(u64::MAX), Some(0));
    }

    #[test]
    fn colours_are_found_beside_a_profile() {
        let profile = boxed(b"colr", b"prof\0\0\0\0");
        let code_points = boxed(b"colr", b"nclx\0\x09\0\x10\0\x09\x80");
        let colour = |more: &[u8]| shown(&movie(1, more)).and_then(|track| track.colour);
        let want = Some(Cicp {
            primaries: 9,
            transfer: 16,
            matrix: 9,
            full_range: true,
        });
        for more in [
            [&profile[..], &code_points].concat(),
            [&code_points[..], &profile].concat(),
            code_points,
        ] {
            assert_eq!(colour(&more), want);
        }
        assert_eq!(colour(&profile), None);
        // A reserved matrix does not invalidate the primaries.
        let reserved = boxed(b"colr", b"nclx\0\x09\0\x10\0\x03\x80");
        assert_eq!(colour(&reserved).map(|colour| colour.primaries), Some(9));
    }

    #[test]
    fn matrices_turn_as_orientations_do() {
        let one = 1 << 16;
        let of = |a: i32, b: i32, c: i32, d: i32| {
            orientation(&[a * one, b * one, 0, c * one, d * one, 0, 0, 0, 1 << 30])
        };
        let want = [
            ((1, 0, 0, 1), 1),
            ((-1, 0, 0, 1), 2),
            ((-1, 0, 0, -1), 3),
            ((1, 0, 0, -1), 4),
            ((0, 1, 1, 0), 5),
            ((0, 1, -1, 0), 6),
            ((0, -1, -1, 0), 7),
            ((0, -1, 1, 0), 8),
            ((1, 1, 1, 1), 1),
        ];
        for ((a, b, c, d), exif) in want {
            assert_eq!(of(a, b, c, d), Orientation::from_exif(exif), "{exif}");
        }
    }
}

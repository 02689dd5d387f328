//! Metadata of a video: duration, date, position and device.

use super::boxes::{Fields, boxes, child, inside};
use super::fragments;
use crate::engine::media::dates;
use crate::engine::media::photo::Taken;

/// Seconds from the QuickTime epoch (1904) to the Unix epoch (1970).
const FROM_1904_TO_1970: u64 = 2_082_844_800;
/// Maximum duration, 30 days. Longer ones come from damaged files and count as unknown.
pub const MAX_DURATION_MS: u64 = 30 * 24 * 60 * 60 * 1000;

/// The recording date: Apple's metadata has local time; the movie header has a UTC timestamp.
pub fn taken(moov: &[u8]) -> Option<Taken> {
    let written =
        value(moov, "com.apple.quicktime.creationdate").or_else(|| user_data(moov, b"\xa9day"));
    let written = written.and_then(|text| dates::parse(&text));
    written.or_else(|| {
        let mut fields = Fields(child(moov, b"mvhd")?);
        let (version, _) = fields.version_and_flags()?;
        let seconds = fields.sized(version)?;
        // Some programs use the Unix epoch. 0 means unknown.
        let seconds = seconds.checked_sub(FROM_1904_TO_1970).unwrap_or(seconds);
        (seconds > 0).then_some(())?;
        dates::from_unix_seconds(i64::try_from(seconds).ok()?)
    })
}

/// The duration that the movie declares for itself or its fragments, in milliseconds; `None` if it is unknown.
pub fn duration_ms(moov: &[u8]) -> Option<u64> {
    let mut fields = Fields(child(moov, b"mvhd")?);
    let (version, _) = fields.version_and_flags()?;
    fields.skip(if version == 1 { 16 } else { 8 })?;
    let timescale = u64::from(fields.u32()?);
    let duration = fields.duration(version)?;
    (timescale > 0).then_some(())?;
    let durations = [Some(duration), fragments::declared_duration(moov)];
    let known = |duration| known_milliseconds(duration, timescale);
    durations.into_iter().flatten().filter_map(known).max()
}

/// Converts a duration to milliseconds; `None` if it is 0, which means unknown, or beyond [`MAX_DURATION_MS`].
pub fn known_milliseconds(duration: u64, timescale: u64) -> Option<u64> {
    let ms = milliseconds(duration, timescale);
    (duration > 0 && ms <= MAX_DURATION_MS).then_some(ms)
}

/// Converts a time to milliseconds; `timescale` is in units per second.
pub fn milliseconds(time: u64, timescale: u64) -> u64 {
    let wide = u128::from(time) * 1000 / u128::from(timescale.max(1));
    u64::try_from(wide)
        .unwrap_or(u64::MAX)
        .min(u64::from(u32::MAX))
}

/// Recording details for display, besides the date: name and value.
pub fn camera(moov: &[u8]) -> Vec<(&'static str, String)> {
    let make = || value(moov, "com.apple.quicktime.make").or_else(|| user_data(moov, b"\xa9mak"));
    let model = value(moov, "com.apple.quicktime.model").or_else(|| user_data(moov, b"\xa9mod"));
    let place =
        value(moov, "com.apple.quicktime.location.ISO6709").or_else(|| user_data(moov, b"\xa9xyz"));
    let place = place.and_then(|text| location(&text));
    let camera = model
        .map(|model| ("Camera", model))
        .or_else(|| Some(("Camera", make()?)));
    let place = place.map(|(north, east)| ("Place", format!("{north:.5}, {east:.5}")));
    camera.into_iter().chain(place).collect()
}

/// Latitude and longitude in degrees, in ISO 6709 notation: `+48.1374+011.5755+519/`.
fn location(text: &str) -> Option<(f64, f64)> {
    let signs = text.match_indices(['+', '-', '/']).map(|(at, _)| at);
    let mut ends = signs.chain([text.len()]).skip(1);
    let (first, second) = (ends.next()?, ends.next()?);
    let north: f64 = text.get(..first)?.parse().ok()?;
    let east: f64 = text.get(first..second)?.parse().ok()?;
    ((-90.0..=90.0).contains(&north) && (-180.0..=180.0).contains(&east)).then_some((north, east))
}

/// A metadata value by key. `meta` has key names in `keys`, and values by key index in `ilst`. Apple writes it into
/// `moov`, ffmpeg into `udta`.
fn value(moov: &[u8], name: &str) -> Option<String> {
    let metas = [child(moov, b"meta"), inside(moov, &[b"udta", b"meta"])];
    let has_keys = |meta: &&[u8]| child(meta, b"keys").is_some();
    // In QuickTime, `meta` has no version field before its children; in ISO files it has.
    let forms = metas
        .into_iter()
        .flatten()
        .flat_map(|meta| [meta, meta.get(4..).unwrap_or_default()]);
    forms.filter(has_keys).find_map(|meta| value_in(meta, name))
}

fn value_in(meta: &[u8], name: &str) -> Option<String> {
    let keys = child(meta, b"keys")?.get(8..)?;
    let number = boxes(keys).position(|(_, key)| key == name.as_bytes())? + 1;
    let number = u32::try_from(number).ok()?.to_be_bytes();
    // Type and language precede the text.
    text(inside(meta, &[b"ilst", &number, b"data"])?.get(8..)?)
}

/// A text in `udta`, after its length and language.
fn user_data(moov: &[u8], kind: &[u8; 4]) -> Option<String> {
    let mut fields = Fields(inside(moov, &[b"udta", kind])?);
    let length = fields.u16()?;
    fields.skip(2)?;
    text(fields.take(length.into())?)
}

fn text(bytes: &[u8]) -> Option<String> {
    let bytes = bytes.split(|byte| *byte == 0).next()?;
    let text = std::str::from_utf8(bytes).ok()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_as_they_are_written() {
        assert_eq!(
            location("+48.1374+011.5755+519.000/"),
            Some((48.1374, 11.5755))
        );
        assert_eq!(location("-33.8600+151.2100/"), Some((-33.86, 151.21)));
        assert_eq!(location("+40.7-074.0"), Some((40.7, -74.0)));
        for wrong in ["", "+", "north", "+95.0+10.0/", "+4é.0+1"] {
            assert_eq!(location(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_header_of_a_movie_has_a_moment() {
        let movie = |seconds: u32| {
            let mut mvhd = vec![0, 0, 0, 108];
            mvhd.extend(b"mvhd\0\0\0\0");
            mvhd.extend(seconds.to_be_bytes());
            mvhd.extend([0; 4]);
            mvhd.extend(600u32.to_be_bytes());
            mvhd.extend(1500u32.to_be_bytes());
            mvhd.extend([0; 80]);
            mvhd
        };
        let from = |seconds| taken(&movie(seconds)).map(|taken| taken.to_string());
        let at = 1_714_557_600u32;
        let day = Some("2024-05-01T10:00:00".to_owned());
        assert_eq!(from(at + FROM_1904_TO_1970 as u32), day);
        assert_eq!(from(at), day);
        assert_eq!(from(0), None);
        assert_eq!(duration_ms(&movie(0)), Some(2500));
    }

    #[test]
    fn long_durations_in_small_units_are_kept() {
        let movie = |duration: u64| {
            let mut mvhd = vec![0, 0, 0, 120];
            mvhd.extend(b"mvhd\x01\0\0\0");
            mvhd.extend([0; 16]);
            mvhd.extend(10_000_000u32.to_be_bytes());
            mvhd.extend(duration.to_be_bytes());
            mvhd.extend([0; 80]);
            mvhd
        };
        assert_eq!(duration_ms(&movie(6_000_000_000)), Some(600_000));
        let month = MAX_DURATION_MS * 10_000;
        assert_eq!(duration_ms(&movie(month)), Some(MAX_DURATION_MS));
        for corrupt in [month + 10_000, u64::MAX >> 1, u64::MAX - 1, u64::MAX] {
            assert_eq!(duration_ms(&movie(corrupt)), None, "{corrupt}");
        }
        assert_eq!(duration_ms(&movie(0)), None);
        let mut fragmented = movie(0);
        fragmented.extend(b"\0\0\0\x18mvex\0\0\0\x10mehd\0\0\0\0");
        fragmented.extend(20_000_000u32.to_be_bytes());
        assert_eq!(duration_ms(&fragmented), Some(2000));
    }
}

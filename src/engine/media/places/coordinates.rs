//! Geographic coordinates in the notations of cameras and XMP.

use std::fmt;

/// Latitude and longitude (WGS 84) in millionths of a degree, about a tenth of a metre.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Coordinates {
    latitude: i32,
    longitude: i32,
}

impl Coordinates {
    /// Converts degrees, north and east positive; `None` if out of range. Also `None` for 0, 0, which devices write
    /// without a position fix.
    #[must_use]
    pub fn new(latitude: f64, longitude: f64) -> Option<Self> {
        let is_valid = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
        let millionths = |degrees: f64| (degrees * 1e6).round() as i32;
        let there = Self {
            latitude: millionths(latitude),
            longitude: millionths(longitude),
        };
        (is_valid && (there.latitude, there.longitude) != (0, 0)).then_some(there)
    }

    /// Converts degrees, minutes and seconds, each with a hemisphere (N, S, E or W), as in EXIF.
    #[must_use]
    pub fn from_parts(latitude: ([f64; 3], u8), longitude: ([f64; 3], u8)) -> Option<Self> {
        let degrees = |([degrees, minutes, seconds], hemisphere): ([f64; 3], u8),
                       signs: [u8; 2]| {
            let sum = degrees + minutes / 60.0 + seconds / 3600.0;
            match hemisphere.to_ascii_uppercase() {
                letter if letter == signs[0] => Some(sum),
                letter if letter == signs[1] => Some(-sum),
                _ => None,
            }
        };
        Self::new(degrees(latitude, *b"NS")?, degrees(longitude, *b"EW")?)
    }

    /// Parses XMP coordinates: `48,8.2247N` or `48,8,13.5N`, and signed degrees, which some programs write. `None` for
    /// more than 60 minutes, as from degrees with a decimal comma.
    #[must_use]
    pub fn from_xmp(latitude: &str, longitude: &str) -> Option<Self> {
        let degrees = |text: &str, signs: [char; 2]| -> Option<f64> {
            let text = text.trim();
            let letter = text.chars().next_back()?.to_ascii_uppercase();
            let (text, sign) = match letter {
                letter if letter == signs[0] => (text.get(..text.len() - 1)?, 1.0),
                letter if letter == signs[1] => (text.get(..text.len() - 1)?, -1.0),
                _ => (text, 1.0),
            };
            let text = text.trim_start();
            // The sign applies to the minutes too.
            let (text, sign) = match text.strip_prefix('-') {
                Some(magnitude) if sign > 0.0 => (magnitude, -1.0),
                Some(magnitude) => (magnitude, sign),
                None => (text, sign),
            };
            let mut sum = 0.0;
            for (at, part) in text.split(',').enumerate() {
                let part: f64 = part.trim().parse().ok()?;
                let (unit, end) = *[(1.0, 180.0), (60.0, 60.0), (3600.0, 60.0)].get(at)?;
                if !(0.0..=end).contains(&part) {
                    return None;
                }
                sum += part / unit;
            }
            Some(sum * sign)
        };
        Self::new(
            degrees(latitude, ['N', 'S'])?,
            degrees(longitude, ['E', 'W'])?,
        )
    }

    /// Latitude in degrees, north positive.
    #[must_use]
    pub fn latitude(self) -> f64 {
        f64::from(self.latitude) / 1e6
    }

    /// Longitude in degrees, east positive.
    #[must_use]
    pub fn longitude(self) -> f64 {
        f64::from(self.longitude) / 1e6
    }

    /// The URL of a map with a marker at this position. No request is made until the user opens it.
    #[must_use]
    pub fn map_address(self) -> String {
        let (latitude, longitude) = (self.latitude(), self.longitude());
        format!(
            "https://www.openstreetmap.org/?mlat={latitude:.5}&mlon={longitude:.5}#map=15/{latitude:.5}/{longitude:.5}"
        )
    }
}

impl fmt::Display for Coordinates {
    /// Formats as "48.13714° N, 11.57540° E".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (latitude, longitude) = (self.latitude(), self.longitude());
        let north = if latitude < 0.0 { 'S' } else { 'N' };
        let east = if longitude < 0.0 { 'W' } else { 'E' };
        let (latitude, longitude) = (latitude.abs(), longitude.abs());
        write!(f, "{latitude:.5}° {north}, {longitude:.5}° {east}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_parts_become_degrees() {
        let munich = Coordinates::new(48.137_5, 11.575).expect("coordinates");
        for (latitude, longitude) in [
            ("48,8.25N", "11,34.5E"),
            ("48,8,15N", "11,34,30E"),
            (" 48.1375N", "11.575e"),
            ("48.1375", "11.575"),
        ] {
            assert_eq!(Coordinates::from_xmp(latitude, longitude), Some(munich));
        }
        let parts = ([48.0, 8.0, 15.0], b'N');
        let east = Coordinates::from_parts(parts, ([11.0, 34.5, 0.0], b'E'));
        assert_eq!(east, Some(munich));
        assert_eq!(munich.to_string(), "48.13750° N, 11.57500° E");
        let rio = Coordinates::from_xmp("22,54.408S", "43,10.374W").expect("coordinates");
        assert_eq!(rio.to_string(), "22.90680° S, 43.17290° W");
        for (latitude, longitude) in [
            ("-22.9068", "-43.1729"),
            ("-22,54.408", "-43,10.374"),
            ("-22,54.408S", "-43,10.374W"),
        ] {
            assert_eq!(Coordinates::from_xmp(latitude, longitude), Some(rio));
        }
        assert_eq!(
            rio.map_address(),
            "https://www.openstreetmap.org/?mlat=-22.90680&mlon=-43.17290#map=15/-22.90680/-43.17290"
        );
    }

    #[test]
    fn what_is_nowhere_is_no_place() {
        for (latitude, longitude) in [
            (0.0, 0.0),
            (90.1, 0.0),
            (10.0, 180.5),
            (f64::NAN, 1.0),
            (1.0, f64::INFINITY),
        ] {
            assert_eq!(Coordinates::new(latitude, longitude), None);
        }
        for (latitude, longitude) in [
            ("", ""),
            ("N", "E"),
            ("48,8.25E", "11,34.5N"),
            ("1,2,3,4N", "1E"),
            ("48,1375N", "11,575E"),
            ("48,-8.25N", "11,34.5E"),
            ("--1", "1"),
            ("nan", "inf"),
            ("1e400", "1"),
            ("é", "é"),
        ] {
            assert_eq!(Coordinates::from_xmp(latitude, longitude), None);
        }
        let parts = [1.0, 0.0, 0.0];
        assert_eq!(Coordinates::from_parts((parts, b'E'), (parts, b'N')), None);
        assert!(Coordinates::new(-90.0, 180.0).is_some());
    }
}

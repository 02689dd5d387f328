//! Offline reverse geocoding: from coordinates to the nearest town, its region and its country.
//!
//! The towns are from GeoNames (`assets/places`); they are unpacked when first needed.

mod coordinates;
mod query;
mod table;

use std::fmt;

pub use coordinates::Coordinates;
pub use query::{PlaceQuery, WordMatch};
use table::Table;

/// Maximum distance of a named town; beyond it only the country is given.
const TOWN_KM: f64 = 50.0;
/// Maximum distance of a town from which the country is derived; farther away are open seas and ice caps.
const COUNTRY_KM: f64 = 200.0;

/// A place on land, by its nearest town.
///
/// Places are ordered by country, region and town, each by case-folded name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Index of the town; for places without a nearby town, the first town of the country.
    town: u32,
    /// Whether the town is near enough to be named.
    is_near: bool,
}

impl Place {
    /// The place at these coordinates; `None` far from all towns.
    #[must_use]
    pub fn at(coordinates: Coordinates) -> Option<Self> {
        let table = Table::get();
        let (town, km) = table.nearest(coordinates, COUNTRY_KM)?;
        let is_near = km <= TOWN_KM;
        let first = || table.country_of(town).first;
        Some(Self {
            town: if is_near { town } else { first() },
            is_near,
        })
    }

    /// The town, if one is near enough.
    #[must_use]
    pub fn town(self) -> Option<&'static str> {
        self.is_near.then(|| Table::get().name(self.town))
    }

    /// The region (state, province, canton) of the town, if it has one.
    #[must_use]
    pub fn region(self) -> Option<&'static str> {
        let name = || &*Table::get().region_of(self.town).name;
        self.is_near.then(name).filter(|name| !name.is_empty())
    }

    /// The country.
    #[must_use]
    pub fn country(self) -> &'static str {
        &Table::get().country_of(self.town).name
    }

    /// The ISO 3166-1 alpha-2 code of the country.
    #[must_use]
    pub fn country_code(self) -> &'static str {
        &Table::get().country_of(self.town).code
    }

    /// A number with the same order as places.
    #[must_use]
    pub fn rank(self) -> u32 {
        self.town << 1 | u32::from(self.is_near)
    }

    /// The inverse of [`Self::rank`].
    #[must_use]
    pub fn of_rank(rank: u32) -> Self {
        Self {
            town: rank >> 1,
            is_near: rank & 1 == 1,
        }
    }
}

impl fmt::Display for Place {
    /// Formats as "Munich, Bavaria, Germany"; a region with the same name as its town or country is omitted.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let country = self.country();
        if let Some(town) = self.town().filter(|town| *town != country) {
            write!(f, "{town}, ")?;
        }
        let names = [self.town().unwrap_or_default(), country];
        if let Some(region) = self.region().filter(|region| !names.contains(region)) {
            write!(f, "{region}, ")?;
        }
        f.write_str(country)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(latitude: f64, longitude: f64) -> Option<Place> {
        Place::at(Coordinates::new(latitude, longitude)?)
    }

    fn name(latitude: f64, longitude: f64) -> String {
        place(latitude, longitude).map_or_else(String::new, |place| place.to_string())
    }

    #[test]
    fn known_coordinates_are_in_known_towns() {
        for (latitude, longitude, wanted) in [
            (48.137, 11.575, "Munich, Bavaria, Germany"),
            (47.3769, 8.5417, "Zürich, Zurich, Switzerland"),
            (-22.9068, -43.1729, "Rio de Janeiro, Brazil"),
            (1.29, 103.85, "Singapore"),
            (39.9042, 116.4074, "Beijing, China"),
            (-33.8688, 151.2093, "Sydney, New South Wales, Australia"),
        ] {
            assert_eq!(name(latitude, longitude), wanted);
        }
        let munich = place(48.137, 11.575).expect("a place");
        assert_eq!(
            (munich.town(), munich.region(), munich.country_code()),
            (Some("Munich"), Some("Bavaria"), "DE")
        );
        assert_eq!(Place::of_rank(munich.rank()), munich);
    }

    #[test]
    fn far_from_towns_only_the_country_is_said_and_at_sea_nothing() {
        // The edge of the Simpson Desert.
        let desert = place(-25.0, 134.5).expect("a place");
        assert_eq!((desert.town(), desert.region()), (None, None));
        assert_eq!(desert.to_string(), "Australia");
        assert_eq!(Place::of_rank(desert.rank()), desert);
        for (latitude, longitude) in [(30.0, -40.0), (-48.9, -123.4), (85.0, 10.0)] {
            assert_eq!(place(latitude, longitude), None);
        }
    }

    #[test]
    fn poles_and_the_antimeridian_are_ordinary_places() {
        for longitude in [-180.0, -179.999, -90.0, 0.0, 179.999, 180.0] {
            assert_eq!(place(90.0, longitude), None);
            assert_eq!(place(-90.0, longitude), None);
        }
        // Taveuni in Fiji lies on the antimeridian, with towns on both sides.
        let west = name(-16.8, 179.99);
        assert!(west.ends_with("Fiji"), "{west}");
        assert_eq!(name(-16.8, 180.0), name(-16.8, -180.0));
        let east = name(-16.8, -179.99);
        assert!(east.ends_with("Fiji"), "{east}");
        // Longyearbyen, where a degree of longitude is 23 km.
        assert!(name(78.2, 15.9).starts_with("Longyearbyen"));
    }

    #[test]
    fn places_sort_by_country_region_and_town() {
        let [munich, berlin, paris] = [(48.137, 11.575), (52.52, 13.405), (48.8566, 2.3522)]
            .map(|(latitude, longitude)| place(latitude, longitude).expect("a place"));
        assert!(paris < munich && munich < berlin, "France, Bavaria, Berlin");
        assert!(paris.rank() < munich.rank());
    }
}

//! The bundled table of towns, written by assets/places/build.py, and a nearest-neighbour search.

use std::io::Read;
use std::sync::LazyLock;

use flate2::read::DeflateDecoder;

use super::Coordinates;

static PACKED: &[u8] = include_bytes!("../../../../assets/places/places.bin");

/// Mean radius of the Earth.
const EARTH_KM: f64 = 6371.0;
/// Grid cells per degree.
const CELLS: f64 = 2.0;
const ROWS: i64 = 180 * CELLS as i64;
const COLUMNS: i64 = 360 * CELLS as i64;

/// A country.
#[derive(Debug)]
pub struct Country {
    /// ISO 3166-1 alpha-2 code.
    pub code: String,
    /// English name.
    pub name: String,
    /// Alternative names, folded, one per line.
    pub other_names: String,
    /// Index of its first town.
    pub first: u32,
}

/// A region of a country.
#[derive(Debug)]
pub struct Region {
    /// English name; empty if the country has no regions.
    pub name: String,
    /// Index of its first town.
    first: u32,
}

/// All towns, ordered by country, region and name, with their coordinates.
#[derive(Default)]
pub struct Table {
    countries: Vec<Country>,
    regions: Vec<Region>,
    /// Names of towns, concatenated, each with a length prefix.
    names: Vec<u8>,
    name_at: Vec<u32>,
    /// Towns with alternative names: index, and offset and length of the names.
    others: Vec<(u32, u32, u16)>,
    other_names: Vec<u8>,
    /// Position of each town on the unit sphere.
    points: Vec<[f32; 3]>,
    /// For each grid cell: the start of its towns in `in_cells`; then the end.
    cells: Vec<u32>,
    in_cells: Vec<u32>,
}

impl Table {
    /// The table, unpacked on first use.
    pub fn get() -> &'static Self {
        static TABLE: LazyLock<Table> = LazyLock::new(|| Table::unpack(PACKED).unwrap_or_default());
        &TABLE
    }

    fn unpack(packed: &[u8]) -> Option<Self> {
        let (head, deflated) = packed.strip_prefix(b"LPL1")?.split_first_chunk()?;
        let mut raw = Vec::with_capacity(u32::from_le_bytes(*head) as usize);
        DeflateDecoder::new(deflated).read_to_end(&mut raw).ok()?;
        let mut raw = TableReader(&raw);
        let [heads, names, numbers, others] = [(); 4].map(|()| raw.part());
        let mut table = Self {
            names: names?.to_vec(),
            other_names: others?.to_vec(),
            ..Self::default()
        };
        table.read_heads(TableReader(heads?))?;
        let mut names = TableReader(&table.names);
        while !names.0.is_empty() {
            let at = table.names.len() - names.0.len();
            table.name_at.push(u32::try_from(at).ok()?);
            names.short()?;
        }
        let mut others = TableReader(&table.other_names);
        while !others.0.is_empty() {
            let (town, length) = (others.u32()?, others.u16()?);
            let at = table.other_names.len() - others.0.len();
            others.take(length.into())?;
            table.others.push((town, u32::try_from(at).ok()?, length));
        }
        table.read_points(numbers?)?;
        Some(table)
    }

    fn read_heads(&mut self, mut heads: TableReader) -> Option<()> {
        let mut town = 0;
        for _ in 0..heads.u16()? {
            self.countries.push(Country {
                code: String::from_utf8(heads.take(2)?.to_vec()).ok()?,
                name: heads.short()?.into(),
                other_names: heads.short()?.into(),
                first: town,
            });
            for _ in 0..heads.u16()? {
                self.regions.push(Region {
                    name: heads.short()?.into(),
                    first: town,
                });
                town += heads.u32()?;
            }
        }
        Some(())
    }

    /// Reads coordinates in thousandths of a degree: latitudes, then longitudes, delta-coded, with the least
    /// significant bytes of all values first.
    fn read_points(&mut self, numbers: &[u8]) -> Option<()> {
        let count = self.name_at.len();
        let degrees = |numbers: &[u8]| -> Option<Vec<f64>> {
            let byte = |plane: usize, at: usize| Some(i32::from(*numbers.get(plane * count + at)?));
            let mut value = 0;
            let mut degrees = Vec::with_capacity(count);
            for at in 0..count {
                let delta = byte(0, at)? | byte(1, at)? << 8 | byte(2, at)? << 16;
                value += delta >> 1 ^ -(delta & 1);
                degrees.push(f64::from(value) / 1000.0);
            }
            Some(degrees)
        };
        let (latitudes, longitudes) = numbers.split_at_checked(3 * count)?;
        let (latitudes, longitudes) = (degrees(latitudes)?, degrees(longitudes)?);
        let places = || latitudes.iter().copied().zip(longitudes.iter().copied());
        self.points = places()
            .map(|(y, x)| point(y, x).map(|v| v as f32))
            .collect();
        let cell = |(y, x)| (row(y) * COLUMNS + column(x)) as usize;
        // Counting sort: towns per cell, start of each cell, then the towns.
        let mut next = vec![0_u32; (ROWS * COLUMNS) as usize + 1];
        places().for_each(|place| next[cell(place) + 1] += 1);
        let mut sum = 0;
        for begin in &mut next {
            sum += *begin;
            *begin = sum;
        }
        self.cells.clone_from(&next);
        self.in_cells = vec![0; count];
        for (town, place) in (0..).zip(places()) {
            let next = &mut next[cell(place)];
            self.in_cells[*next as usize] = town;
            *next += 1;
        }
        Some(())
    }

    /// The name of a town.
    pub fn name(&self, town: u32) -> &str {
        let at = self.name_at.get(town as usize);
        let bytes = at.and_then(|at| self.names.get(*at as usize..));
        bytes
            .and_then(|bytes| TableReader(bytes).short())
            .unwrap_or_default()
    }

    /// Alternative names of a large city, folded, one per line.
    pub fn other_names(&self, town: u32) -> &str {
        let found = self.others.binary_search_by_key(&town, |(town, ..)| *town);
        let bytes = found.ok().and_then(|found| {
            let (_, at, length) = self.others[found];
            let at = at as usize;
            self.other_names.get(at..at + usize::from(length))
        });
        bytes
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .unwrap_or_default()
    }

    /// The region of a town.
    pub fn region_of(&self, town: u32) -> &Region {
        let after = self.regions.partition_point(|region| region.first <= town);
        &self.regions[after.saturating_sub(1)]
    }

    /// The country of a town.
    pub fn country_of(&self, town: u32) -> &Country {
        let after = (self.countries).partition_point(|country| country.first <= town);
        &self.countries[after.saturating_sub(1)]
    }

    /// The nearest town within `within_km`, and its great-circle distance in kilometres.
    pub fn nearest(&self, at: Coordinates, within_km: f64) -> Option<(u32, f64)> {
        if self.points.is_empty() {
            return None;
        }
        let (latitude, longitude) = (at.latitude(), at.longitude());
        let mut best = NearestTown {
            from: point(latitude, longitude),
            town: None,
            chord: 2.0 * (within_km / EARTH_KM / 2.0).sin(),
        };
        let (own_row, own_column) = (row(latitude), column(longitude));
        // The own cell first: it usually has the nearest town, which limits the remaining search.
        self.search_cell(own_row, own_column, &mut best);
        for step in 0..ROWS {
            let mut is_near = false;
            for row in [own_row - step, own_row + step] {
                if (0..ROWS).contains(&row) && best.may_contain_nearer(row, latitude) {
                    is_near = true;
                    self.search_row(row, latitude, longitude, &mut best);
                }
                if step == 0 {
                    break;
                }
            }
            if !is_near && step > 0 {
                break;
            }
        }
        let km = EARTH_KM * best.angle();
        best.town.map(|town| (town, km))
    }

    /// Searches the cells of a row that may contain a nearer town.
    fn search_row(&self, row: i64, latitude: f64, longitude: f64, best: &mut NearestTown) {
        let angle = best.angle();
        let near_pole = latitude.to_radians().abs() + angle >= std::f64::consts::FRAC_PI_2;
        // The meridians tangent to a circle on the sphere.
        let reach = match near_pole {
            true => 180.0,
            false => (angle.sin() / latitude.to_radians().cos())
                .asin()
                .to_degrees(),
        };
        let cell = |degrees: f64| ((degrees + 180.0) * CELLS).floor() as i64;
        let first = cell(longitude - reach);
        let last = cell(longitude + reach).min(first + COLUMNS - 1);
        for column in first..=last {
            self.search_cell(row, column.rem_euclid(COLUMNS), best);
        }
    }

    fn search_cell(&self, row: i64, column: i64, best: &mut NearestTown) {
        let cell = (row * COLUMNS + column) as usize;
        let towns = self.cells[cell] as usize..self.cells[cell + 1] as usize;
        for town in &self.in_cells[towns] {
            best.update_nearest(*town, self.points[*town as usize]);
        }
    }
}

/// The nearest town so far.
struct NearestTown {
    from: [f64; 3],
    town: Option<u32>,
    /// Chord length through the unit sphere, which is monotonic in the great-circle distance.
    chord: f64,
}

impl NearestTown {
    fn update_nearest(&mut self, town: u32, point: [f32; 3]) {
        let square = |(a, b): (&f64, f32)| (a - f64::from(b)).powi(2);
        let sum: f64 = self.from.iter().zip(point).map(square).sum();
        if sum < self.chord * self.chord {
            (self.chord, self.town) = (sum.sqrt(), Some(town));
        }
    }

    /// Great-circle distance on the unit sphere.
    fn angle(&self) -> f64 {
        2.0 * (self.chord / 2.0).min(1.0).asin()
    }

    /// Whether a row of the grid may contain a nearer town.
    fn may_contain_nearer(&self, row: i64, latitude: f64) -> bool {
        let south = row as f64 / CELLS - 90.0;
        let gap = (south - latitude).max(latitude - (south + 1.0 / CELLS));
        gap <= self.angle().to_degrees()
    }
}

/// A point on the unit sphere.
fn point(latitude: f64, longitude: f64) -> [f64; 3] {
    let (y, x) = (latitude.to_radians(), longitude.to_radians());
    [y.cos() * x.cos(), y.cos() * x.sin(), y.sin()]
}

fn row(latitude: f64) -> i64 {
    (((latitude + 90.0) * CELLS) as i64).clamp(0, ROWS - 1)
}

fn column(longitude: f64) -> i64 {
    (((longitude + 180.0) * CELLS) as i64).rem_euclid(COLUMNS)
}

/// Reads numbers and text sequentially.
struct TableReader<'a>(&'a [u8]);

impl<'a> TableReader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes(*self.take(2)?.first_chunk()?))
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(*self.take(4)?.first_chunk()?))
    }

    /// Reads a text with a one-byte length prefix.
    fn short(&mut self) -> Option<&'a str> {
        let length = self.take(1)?[0];
        std::str::from_utf8(self.take(length.into())?).ok()
    }

    /// Reads bytes with a four-byte length prefix.
    fn part(&mut self) -> Option<&'a [u8]> {
        let length = self.u32()? as usize;
        self.take(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The haversine formula, to verify chords and cells.
    fn haversine_km(a: (f64, f64), b: (f64, f64)) -> f64 {
        let (y1, y2) = (a.0.to_radians(), b.0.to_radians());
        let (dy, dx) = (y2 - y1, (b.1 - a.1).to_radians());
        let h = (dy / 2.0).sin().powi(2) + y1.cos() * y2.cos() * (dx / 2.0).sin().powi(2);
        2.0 * EARTH_KM * h.sqrt().min(1.0).asin()
    }

    fn degrees(point: [f32; 3]) -> (f64, f64) {
        let [x, y, z] = point.map(f64::from);
        (
            z.clamp(-1.0, 1.0).asin().to_degrees(),
            y.atan2(x).to_degrees(),
        )
    }

    #[test]
    fn the_file_is_whole() {
        let table = Table::get();
        assert_eq!(table.name_at.len(), table.points.len());
        assert!(table.points.len() > 150_000);
        assert!(PACKED.len() < 2_500_000, "it is in every program");
        let last = table.countries.last().expect("countries");
        assert_eq!((&*last.code, table.countries.len()), ("ZW", 246));
        let sorted = |town: u32| table.country_of(town).first <= town;
        assert!((0..table.points.len() as u32).all(sorted));
        // Truncated or corrupted data yields `None` or fewer towns, without a panic.
        for end in [0, 4, 7, 8, 100, PACKED.len() / 2] {
            assert!(Table::unpack(&PACKED[..end]).is_none(), "{end}");
        }
    }

    #[test]
    fn the_grid_finds_what_looking_at_all_towns_finds() {
        let table = Table::get();
        let all: Vec<(f64, f64)> = table.points.iter().map(|point| degrees(*point)).collect();
        let mut number = 1_u64;
        let mut random = || {
            number = number
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (number >> 33) as f64 / (1_u64 << 31) as f64
        };
        let mut places: Vec<(f64, f64)> = (0..60)
            .map(|_| (random() * 180.0 - 90.0, random() * 360.0 - 180.0))
            .collect();
        // Near towns, around the antimeridian, and near the poles.
        places.extend((0..60).map(|_| {
            let (y, x) = all[(random() * all.len() as f64) as usize];
            (
                (y + random() - 0.5).clamp(-90.0, 90.0),
                (x + random() - 0.5).clamp(-180.0, 180.0),
            )
        }));
        places.extend((0..20).map(|at| (f64::from(at) * 9.0 - 90.0, 180.0)));
        places.extend((0..20).map(|at| (f64::from(at) * 9.0 - 90.0, -179.9)));
        places.extend((0..20).map(|at| (89.0 - f64::from(at), f64::from(at) * 17.0 - 170.0)));
        for place in places {
            let Some(at) = Coordinates::new(place.0, place.1) else {
                continue;
            };
            let nearest = all.iter().map(|town| haversine_km(place, *town));
            let nearest = nearest.fold(f64::INFINITY, f64::min);
            let found = table.nearest(at, 2000.0);
            match nearest < 1999.9 {
                true => {
                    let (_, km) = found.expect("a town");
                    assert!((km - nearest).abs() < 0.02, "{place:?}: {km}, {nearest}");
                }
                false => assert!(found.is_none_or(|(_, km)| km > 1999.0), "{place:?}"),
            }
        }
    }
}

//! The coded pictures of an AVIF image: a single one, or the tiles of a grid.

use std::collections::HashMap;
use std::sync::Arc;

use super::frame::{Coded, PlanarFrame};
use super::{DecodeError, damaged};
use crate::engine::media::iso_media::{ByteSpan, Fields, Heif};

/// Maximum number of tiles in a grid.
const MAX_TILES: usize = 1024;

/// Locations of all coded pictures, deduplicated: tiles may share data.
#[derive(Default)]
pub struct CodedData {
    places: Vec<Vec<ByteSpan>>,
    by_item: HashMap<u32, usize>,
    by_place: HashMap<Vec<ByteSpan>, usize>,
}

impl CodedData {
    /// Index of the data of an item.
    fn of(&mut self, heif: &Heif<'_>, id: u32) -> Result<usize, DecodeError> {
        if let Some(number) = self.by_item.get(&id) {
            return Ok(*number);
        }
        let spans = heif.spans(id).unwrap_or_default();
        if spans.iter().all(|(start, end)| start == end) {
            return Err(damaged("its picture data is not in the file"));
        }
        let number = self.at(spans);
        self.by_item.insert(id, number);
        Ok(number)
    }

    /// Index of the data at this location.
    pub fn at(&mut self, spans: Vec<ByteSpan>) -> usize {
        let new = self.places.len();
        let number = *self.by_place.entry(spans.clone()).or_insert(new);
        if number == new {
            self.places.push(spans);
        }
        number
    }

    /// Total size in bytes.
    pub fn bytes(&self) -> u64 {
        let spans = self.places.iter().flatten();
        spans.map(|(start, end)| (end - start) as u64).sum()
    }

    /// Copies all data, in order of index.
    pub fn copied(&self, file: &[u8]) -> Vec<Arc<[u8]>> {
        let copy = |spans: &Vec<ByteSpan>| {
            let pieces = spans.iter().map(|(start, end)| &file[*start..*end]);
            pieces.collect::<Vec<_>>().concat().into()
        };
        self.places.iter().map(copy).collect()
    }
}

/// A single coded picture or a grid of them.
pub struct CodedLayer {
    pub size: (u32, u32),
    columns: u32,
    tiles: Vec<Coded>,
}

/// Position of a tile: size of the whole picture, and top left corner of the tile.
pub struct TilePosition {
    size: (usize, usize),
    corner: (usize, usize),
}

impl TilePosition {
    /// Copies a row of a tile into the picture, clipped to its bounds.
    pub fn row(&self, target: &mut [u8], channels: usize, row: usize, values: &[u8]) {
        let (x, y) = (self.corner.0, self.corner.1 + row);
        if x >= self.size.0 || y >= self.size.1 {
            return;
        }
        let length = values.len().min((self.size.0 - x) * channels);
        let at = (y * self.size.0 + x) * channels;
        target[at..at + length].copy_from_slice(&values[..length]);
    }
}

impl CodedLayer {
    /// The layer of an item, whose coded data is added to `data`.
    pub fn of(heif: &Heif<'_>, id: u32, data: &mut CodedData) -> Result<Self, DecodeError> {
        let size = heif.size(id).filter(|size| size.0 > 0 && size.1 > 0);
        let size = size.ok_or_else(|| damaged("it does not say how large it is"))?;
        match heif.kind(id) {
            Some(b"av01") => Ok(Self {
                size,
                columns: 1,
                tiles: vec![tile(heif, id, size, data)?],
            }),
            // An identity-derived item: the same picture with other properties.
            Some(b"iden") => match heif.references(b"dimg", id) {
                [of] if heif.kind(*of) != Some(b"iden") => Self::of(heif, *of, data),
                _ => Err(damaged("the picture that it stands for is missing")),
            },
            Some(b"grid") => {
                let (columns, rows, size) =
                    grid(heif, id).ok_or_else(|| damaged("its grid is cut"))?;
                let parts = heif.references(b"dimg", id);
                if parts.len() != (columns * rows) as usize || parts.len() > MAX_TILES {
                    return Err(damaged("parts of its grid are missing"));
                }
                let tiles = parts.iter().map(|part| tile(heif, *part, size, data));
                Ok(Self {
                    size,
                    columns,
                    tiles: tiles.collect::<Result<_, _>>()?,
                })
            }
            _ => Err(DecodeError::Unsupported(
                "AVIF files with pictures that are not AV1",
            )),
        }
    }

    /// A layer of a single frame.
    pub fn of_frame(data: usize, size: (u32, u32)) -> Self {
        Self {
            size,
            columns: 1,
            tiles: vec![Coded::new(data, size, None)],
        }
    }

    /// Number of pixels of the largest coded picture.
    pub fn largest(&self) -> u64 {
        self.tiles
            .iter()
            .map(Coded::pixels)
            .max()
            .unwrap_or_default()
    }

    /// Decodes the visible tiles one by one. All tiles but those of the last column and row must have the same size.
    pub fn each(
        self,
        data: &[Arc<[u8]>],
        mut take: impl FnMut(&PlanarFrame, &TilePosition) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        let size = (self.size.0 as usize, self.size.1 as usize);
        let columns = self.columns as usize;
        let rows = self.tiles.len() / columns.max(1);
        let mut first: Option<(usize, usize)> = None;
        for (index, tile) in self.tiles.into_iter().enumerate() {
            let corner = |(width, height): (usize, usize)| {
                (index % columns * width, index / columns * height)
            };
            // Tiles that are hidden or larger than the first could multiply the time for the picture.
            let tile = match first {
                Some(cell) if corner(cell).0 >= size.0 || corner(cell).1 >= size.1 => continue,
                Some(cell) => tile.limited_to(cell),
                None => tile,
            };
            let frame = tile.decode(data[tile.data].clone())?;
            let corner = corner(*first.get_or_insert(frame.size()));
            take(&frame, &TilePosition { size, corner })?;
        }
        let Some((width, height)) = first else {
            return Err(damaged("there is no picture in it"));
        };
        // Tiles must cover the whole picture.
        match width * columns >= size.0 && height * rows >= size.1 {
            true => Ok(()),
            false => Err(damaged("its parts do not cover it")),
        }
    }
}

fn tile(
    heif: &Heif<'_>,
    id: u32,
    size: (u32, u32),
    data: &mut CodedData,
) -> Result<Coded, DecodeError> {
    let number = data.of(heif, id)?;
    let size = heif.size(id).unwrap_or(size);
    Ok(Coded::new(number, size, heif.property(id, b"a1op")))
}

/// Columns, rows and output size of a grid item.
fn grid(heif: &Heif<'_>, id: u32) -> Option<(u32, u32, (u32, u32))> {
    let data = heif.data(id)?;
    let (header, sizes) = data.split_first_chunk::<4>()?;
    let width = if header[1] & 1 == 1 { 4 } else { 2 };
    let mut fields = Fields(sizes);
    let mut side = || u32::try_from(fields.number(width)?).ok();
    let size = (side()?, side()?);
    let (rows, columns) = (u32::from(header[2]) + 1, u32::from(header[3]) + 1);
    (size.0 > 0 && size.1 > 0).then_some((columns, rows, size))
}

//! Where each cell of the grid lies; pure arithmetic, in points from the content's top left corner.
//!
//! Heights are f64: a hundred thousand photos in one column are farther down than f32 can tell points
//! apart. What is on the screen is relative to the scroll offset and fits f32.

use std::ops::Range;

use egui::{Pos2, Rect, Vec2, pos2, vec2};

use super::arrange::Group;

/// Space between two cells, and around all of them.
pub const GAP: f32 = 8.0;
/// Height of a group's header.
pub const HEADER: f32 = 36.0;

/// The cells of one group.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Block {
    first: usize,
    len: usize,
    /// Top of its header, or of its cells if it has none.
    top: f64,
    header: f32,
}

/// A grid of equal cells, with or without groups.
#[derive(Clone, Debug, PartialEq)]
pub struct GridLayout {
    columns: usize,
    cell: Vec2,
    blocks: Vec<Block>,
    height: f64,
}

impl GridLayout {
    /// Lays out `count` cells of size `cell` in a width, under headers if there are groups.
    #[must_use]
    pub fn new(width: f32, cell: Vec2, count: usize, groups: &[Group]) -> Self {
        let columns = columns(width, cell.x);
        let whole = [Group {
            len: count,
            ..Group::default()
        }];
        let (groups, header) = if groups.is_empty() {
            (&whole[..], 0.0)
        } else {
            (groups, HEADER)
        };
        let mut top = f64::from(GAP);
        let blocks = groups
            .iter()
            .map(|group| {
                let block = Block {
                    first: group.first,
                    len: group.len,
                    top,
                    header,
                };
                let rows = group.len.div_ceil(columns);
                top += f64::from(header) + rows as f64 * f64::from(cell.y + GAP);
                block
            })
            .collect();
        Self {
            columns,
            cell,
            blocks,
            height: top,
        }
    }

    /// Height of everything.
    #[must_use]
    pub fn height(&self) -> f64 {
        self.height
    }

    /// Width of a cell.
    #[must_use]
    pub fn cell_width(&self) -> f32 {
        self.cell.x
    }

    /// Cells in a row.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    fn step(&self) -> f64 {
        f64::from(self.cell.y + GAP)
    }

    fn block_of(&self, place: usize) -> Option<&Block> {
        let at = self.blocks.partition_point(|block| block.first <= place);
        self.blocks[..at].iter().rev().find(|block| block.len > 0)
    }

    /// Top of the cell at a place of the order.
    #[must_use]
    pub fn top(&self, place: usize) -> f64 {
        self.block_of(place).map_or(0.0, |block| {
            let row = (place - block.first) / self.columns;
            block.top + f64::from(block.header) + row as f64 * self.step()
        })
    }

    /// The cell at a place, seen from a scroll offset.
    #[must_use]
    pub fn cell(&self, place: usize, offset: f64) -> Rect {
        let column = self
            .block_of(place)
            .map_or(0, |block| (place - block.first) % self.columns);
        let x = GAP + column as f32 * (self.cell.x + GAP);
        Rect::from_min_size(pos2(x, (self.top(place) - offset) as f32), self.cell)
    }

    /// Headers that are seen, by group, each with its top seen from the offset.
    pub fn headers(&self, offset: f64, height: f32) -> impl Iterator<Item = (usize, f32)> {
        let bottom = offset + f64::from(height);
        self.blocks
            .iter()
            .enumerate()
            .filter(move |(_, block)| {
                block.header > 0.0
                    && block.top < bottom
                    && block.top + f64::from(block.header) > offset
            })
            .map(move |(at, block)| (at, (block.top - offset) as f32))
    }

    /// Places whose cells are seen between a top and a bottom, both counted from the content's top.
    #[must_use]
    pub fn visible(&self, top: f64, bottom: f64) -> Range<usize> {
        let mut seen: Option<Range<usize>> = None;
        let from = self
            .blocks
            .partition_point(|block| self.bottom(block) <= top);
        for block in &self.blocks[from..] {
            if block.top >= bottom {
                break;
            }
            let cells = block.top + f64::from(block.header);
            let row = |y: f64| ((y - cells) / self.step()).max(0.0);
            let first = (row(top) as usize * self.columns).min(block.len);
            let end = (row(bottom).ceil() as usize * self.columns).min(block.len);
            if first < end {
                let part = block.first + first..block.first + end;
                seen = Some(seen.map_or(part.clone(), |seen| seen.start..part.end));
            }
        }
        seen.unwrap_or(0..0)
    }

    fn bottom(&self, block: &Block) -> f64 {
        let rows = block.len.div_ceil(self.columns);
        block.top + f64::from(block.header) + rows as f64 * self.step()
    }

    /// The place whose cell is at a point, seen from an offset.
    #[must_use]
    pub fn at(&self, point: Pos2, offset: f64) -> Option<usize> {
        let y = f64::from(point.y) + offset;
        let mut places = self.visible(y, y + 0.5);
        places.find(|place| self.cell(*place, offset).contains(point))
    }

    /// Places whose cells meet a rectangle given by two corners in the content.
    #[must_use]
    pub fn within(&self, a: (f32, f64), b: (f32, f64)) -> Vec<usize> {
        let (top, bottom) = (a.1.min(b.1).max(0.0), a.1.max(b.1).max(0.0));
        let (left, right) = (a.0.min(b.0), a.0.max(b.0));
        let meets = |place: &usize| {
            let cell = self.cell(*place, top);
            let height = (bottom - top) as f32;
            cell.max.x >= left && cell.min.x <= right && cell.max.y >= 0.0 && cell.min.y <= height
        };
        self.visible(top, bottom).filter(meets).collect()
    }

    /// The place that a step of the keyboard leads to.
    #[must_use]
    pub fn step_from(&self, place: usize, step: GridMove, count: usize, page: f32) -> usize {
        let last = count.saturating_sub(1);
        let rows = ((f64::from(page) / self.step()) as usize).max(1);
        let goal = match step {
            GridMove::Left => place.saturating_sub(1),
            GridMove::Right => place + 1,
            GridMove::Up => self.vertical(place, -1),
            GridMove::Down => self.vertical(place, 1),
            GridMove::PageUp => (0..rows).fold(place, |at, _| self.vertical(at, -1)),
            GridMove::PageDown => (0..rows).fold(place, |at, _| self.vertical(at, 1)),
            GridMove::Home => 0,
            GridMove::End => last,
        };
        goal.min(last)
    }

    /// One row up or down, in the same column where there is one.
    fn vertical(&self, place: usize, by: i32) -> usize {
        let Some(block) = self.block_of(place) else {
            return place;
        };
        let (row, column) = (
            (place - block.first) / self.columns,
            (place - block.first) % self.columns,
        );
        let rows = block.len.div_ceil(self.columns);
        if by > 0 && row + 1 < rows {
            return (place + self.columns).min(block.first + block.len - 1);
        }
        if by < 0 && row > 0 {
            return place - self.columns;
        }
        // Into the next group, or stay.
        let mut next = if by > 0 {
            block.first + block.len
        } else {
            block.first
        };
        let target = if by > 0 {
            self.blocks.iter().find(|b| b.first == next && b.len > 0)
        } else {
            next = block.first;
            self.blocks
                .iter()
                .rev()
                .find(|b| b.len > 0 && b.first + b.len == next)
        };
        target.map_or(place, |target| {
            let row = if by > 0 {
                0
            } else {
                (target.len - 1) / self.columns
            };
            target.first + (row * self.columns + column).min(target.len - 1)
        })
    }
}

/// A step of the keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GridMove {
    /// To the photo before.
    Left,
    /// To the photo after.
    Right,
    /// A row up.
    Up,
    /// A row down.
    Down,
    /// As many rows up as are seen.
    PageUp,
    /// As many rows down as are seen.
    PageDown,
    /// To the first photo.
    Home,
    /// To the last photo.
    End,
}

/// Cells of a width that stand side by side.
fn columns(width: f32, cell: f32) -> usize {
    (((width - GAP) / (cell + GAP)) as usize).max(1)
}

/// Size of a cell for thumbnails of about a side: the picture, and a line of text below it. Cells are
/// widened until they fill the width.
#[must_use]
pub fn cell_size(width: f32, side: f32) -> Vec2 {
    let columns = columns(width, side) as f32;
    let wide = ((width - GAP) / columns - GAP).max(40.0);
    vec2(wide, wide * 0.8 + 22.0)
}

/// An offset that shows a cell wholly, changed as little as possible.
#[must_use]
pub fn reveal(layout: &GridLayout, place: usize, offset: f64, height: f32) -> f64 {
    let top = layout.top(place) - f64::from(GAP);
    let bottom = top + f64::from(layout.cell.y + 2.0 * GAP);
    if top < offset {
        top.max(0.0)
    } else if bottom > offset + f64::from(height) {
        bottom - f64::from(height)
    } else {
        offset
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn groups(lens: &[usize]) -> Vec<Group> {
        let mut first = 0;
        lens.iter()
            .map(|len| {
                let group = Group {
                    first,
                    len: *len,
                    ..Group::default()
                };
                first += len;
                group
            })
            .collect()
    }

    #[test]
    fn cells_fill_rows_below_their_headers() {
        let layout = GridLayout::new(320.0, vec2(100.0, 90.0), 5, &groups(&[4, 1]));
        assert_eq!(layout.columns(), 2);
        assert_eq!(layout.top(0), f64::from(GAP + HEADER));
        assert_eq!(layout.top(2) - layout.top(0), f64::from(90.0 + GAP));
        assert_eq!(
            layout.top(4) - layout.top(2),
            f64::from(90.0 + GAP + HEADER)
        );
        assert_eq!(layout.headers(0.0, 60.0).count(), 1);
        let centre = layout.cell(3, 50.0).center();
        assert_eq!(layout.at(centre, 50.0), Some(3));
        assert_eq!(layout.at(pos2(1.0, 0.0), 0.0), None);
    }

    #[test]
    fn cells_fill_the_width() {
        for width in [300.0, 541.0, 1000.0] {
            let cell = cell_size(width, 120.0);
            let layout = GridLayout::new(width, cell, 100, &[]);
            assert!(cell.x >= 120.0);
            let last = layout.cell(layout.columns() - 1, 0.0);
            assert!((last.max.x + GAP - width).abs() < 0.1, "{last} of {width}");
        }
    }

    #[test]
    fn the_millionth_photo_is_where_it_should_be() {
        let layout = GridLayout::new(150.0, vec2(120.0, 120.0), 1_000_000, &[]);
        let offset = layout.top(999_999);
        assert_eq!(layout.cell(999_999, offset).min.y, 0.0);
        assert_eq!(layout.visible(offset, offset + 50.0), 999_999..1_000_000);
    }

    #[test]
    fn the_keyboard_walks_over_group_borders() {
        // Three columns: 0 1 2 / 3 | 4 5.
        let layout = GridLayout::new(340.0, vec2(100.0, 90.0), 6, &groups(&[4, 2]));
        let step = |place, step| layout.step_from(place, step, 6, 300.0);
        assert_eq!(step(1, GridMove::Down), 3);
        assert_eq!(step(3, GridMove::Down), 4);
        assert_eq!(step(5, GridMove::Up), 3);
        assert_eq!(step(3, GridMove::Up), 0);
        assert_eq!(step(0, GridMove::Up), 0);
        assert_eq!(step(5, GridMove::Right), 5);
        assert_eq!(step(0, GridMove::End), 5);
        assert_eq!(step(0, GridMove::PageDown), 4);
    }

    proptest! {
        #[test]
        fn what_is_visible_is_what_meets_the_screen(
            lens in proptest::collection::vec(0usize..40, 0..6), width in 50f32..900.0, offset in 0f64..3000.0,
        ) {
            let groups = groups(&lens);
            let count = lens.iter().sum();
            let layout = GridLayout::new(width, vec2(100.0, 90.0), count, &groups);
            let seen = layout.visible(offset, offset + 400.0);
            for place in 0..count {
                let cell = layout.cell(place, offset);
                // A row counts with the gap below it.
                let meets = cell.max.y + GAP > 0.01 && cell.min.y < 399.99;
                prop_assert!(!meets || seen.contains(&place), "{place} of {seen:?}");
                let far = cell.max.y + GAP < -0.01 || cell.min.y > 400.01;
                prop_assert!(!far || !seen.contains(&place), "{place} of {seen:?}");
                prop_assert_eq!(layout.at(cell.center(), offset), Some(place));
            }
        }

        #[test]
        fn a_revealed_cell_is_on_the_screen(count in 1usize..500, place in 0usize..500, offset in 0f64..9000.0) {
            let layout = GridLayout::new(640.0, vec2(120.0, 110.0), count, &[]);
            let place = place.min(count - 1);
            let cell = layout.cell(place, reveal(&layout, place, offset, 400.0));
            prop_assert!(cell.min.y >= -0.5 && cell.max.y <= 400.5, "{cell}");
        }
    }
}

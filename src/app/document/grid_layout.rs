//! Layout of the grid cells. Pure arithmetic, in points from the top left corner of the content.
//!
//! Heights are `f64`: in one column of a hundred thousand photos, `f32` cannot resolve single points. Screen positions
//! are relative to the scroll offset and fit `f32`.

use std::ops::Range;

use egui::{Pos2, Rect, Vec2, pos2, vec2};

use super::arrange::{Heading, PhotoGroup};

/// Space between cells, and around the content.
pub const GAP: f32 = 8.0;
/// Height of a group heading.
pub const HEADER: f32 = 36.0;

/// The cells of one group. Groups shorter than a row share a row and then have the same top.
#[derive(Clone, Copy, Debug, PartialEq)]
struct GroupBlock {
    first: usize,
    len: usize,
    /// Index of its first column, and the width of its heading in columns.
    column: usize,
    width: usize,
    /// Top of the heading, or of the cells if there is no heading.
    top: f64,
    header: f32,
}

/// The layout of a grid of equal cells, with or without groups.
#[derive(Clone, Debug, PartialEq)]
pub struct GridLayout {
    width: f32,
    count: usize,
    columns: usize,
    cell: Vec2,
    blocks: Vec<GroupBlock>,
    height: f64,
}

impl GridLayout {
    /// Lays out `count` cells of size `cell` in the given width, with headings if there are groups.
    #[must_use]
    pub fn new(width: f32, cell: Vec2, count: usize, groups: &[PhotoGroup]) -> Self {
        let columns = columns(width, cell.x);
        let whole = [PhotoGroup {
            len: count,
            ..PhotoGroup::default()
        }];
        let (groups, header) = if groups.is_empty() {
            (&whole[..], 0.0)
        } else {
            (groups, HEADER)
        };
        let mut layout = Self {
            width,
            count,
            columns,
            cell,
            blocks: Vec::with_capacity(groups.len()),
            height: f64::from(GAP),
        };
        for group in groups {
            layout.add(group, header);
        }
        layout
    }

    /// Whether the layout has these parameters. Only the number of groups is compared, not the groups.
    #[must_use]
    pub fn is_of(&self, width: f32, cell: Vec2, count: usize, groups: &[PhotoGroup]) -> bool {
        let blocks = groups.len().max(1);
        (self.width, self.cell, self.count) == (width, cell, count) && self.blocks.len() == blocks
    }

    /// Places a group in the row of the previous one if both fit, otherwise below it.
    fn add(&mut self, group: &PhotoGroup, header: f32) {
        let columns = self.columns;
        let beside = self.blocks.last_mut().filter(|last| {
            let fits = last.column + last.len + group.len <= columns;
            fits && last.len > 0 && group.len > 0 && !stands_alone(&group.heading)
        });
        let (column, top) = match beside {
            Some(last) => {
                last.width = last.len;
                (last.column + last.len, last.top)
            }
            None => (0, self.height),
        };
        let block = GroupBlock {
            first: group.first,
            len: group.len,
            column,
            width: columns - column,
            top,
            header,
        };
        self.height = self.bottom(&block);
        self.blocks.push(block);
    }

    /// Total height of the content.
    #[must_use]
    pub fn height(&self) -> f64 {
        self.height
    }

    /// Width of a cell.
    #[must_use]
    pub fn cell_width(&self) -> f32 {
        self.cell.x
    }

    /// Number of columns.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    fn step(&self) -> f64 {
        f64::from(self.cell.y + GAP)
    }

    fn block_of(&self, place: usize) -> Option<&GroupBlock> {
        let at = self.blocks.partition_point(|block| block.first <= place);
        self.blocks[..at].iter().rev().find(|block| block.len > 0)
    }

    /// Top of the cell at an index of the display order.
    #[must_use]
    pub fn top(&self, place: usize) -> f64 {
        self.block_of(place).map_or(0.0, |block| {
            let row = (place - block.first) / self.columns;
            block.top + f64::from(block.header) + row as f64 * self.step()
        })
    }

    /// The rectangle of the cell at an index, relative to the scroll offset.
    #[must_use]
    pub fn cell(&self, place: usize, offset: f64) -> Rect {
        let column = self
            .block_of(place)
            .map_or(0, |block| self.column(block, place));
        let left = self.left(column);
        Rect::from_min_size(pos2(left, (self.top(place) - offset) as f32), self.cell)
    }

    fn column(&self, block: &GroupBlock, place: usize) -> usize {
        block.column + (place - block.first) % self.columns
    }

    fn left(&self, column: usize) -> f32 {
        GAP + column as f32 * (self.cell.x + GAP)
    }

    /// The visible headings: group index, and rectangle relative to the scroll offset.
    pub fn headers(&self, offset: f64, height: f32) -> impl Iterator<Item = (usize, Rect)> {
        let bottom = offset + f64::from(height);
        // Blocks are sorted by top.
        let end_of_header = |block: &GroupBlock| block.top + f64::from(block.header);
        let first = self
            .blocks
            .partition_point(|block| end_of_header(block) <= offset);
        self.blocks
            .iter()
            .enumerate()
            .skip(first)
            .take_while(move |(_, block)| block.top < bottom)
            .filter(|(_, block)| block.header > 0.0)
            .map(move |(at, block)| {
                let left = self.left(block.column) - GAP;
                let right = self.left(block.column + block.width) - GAP;
                let top = (block.top - offset) as f32;
                let size = vec2(right - left, block.header);
                (at, Rect::from_min_size(pos2(left, top), size))
            })
    }

    /// Indices of the cells that are visible between two content positions.
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

    fn bottom(&self, block: &GroupBlock) -> f64 {
        let rows = block.len.div_ceil(self.columns);
        block.top + f64::from(block.header) + rows as f64 * self.step()
    }

    /// Hit testing: the index of the cell at a point that is relative to the scroll offset.
    #[must_use]
    pub fn at(&self, point: Pos2, offset: f64) -> Option<usize> {
        let y = f64::from(point.y) + offset;
        let mut places = self.visible(y, y + 0.5);
        places.find(|place| self.cell(*place, offset).contains(point))
    }

    /// Indices of the cells that intersect a rectangle, given by two corners in content coordinates.
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

    /// The index that a keyboard step leads to.
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

    /// One row up or down, keeping the column if possible.
    fn vertical(&self, place: usize, by: i32) -> usize {
        let Some(block) = self.block_of(place) else {
            return place;
        };
        let (row, column) = (
            (place - block.first) / self.columns,
            self.column(block, place),
        );
        let rows = block.len.div_ceil(self.columns);
        if by > 0 && row + 1 < rows {
            return (place + self.columns).min(block.first + block.len - 1);
        }
        if by < 0 && row > 0 {
            return place - self.columns;
        }
        // Move to the group above or below, or stay.
        let filled = || self.blocks.iter().filter(|other| other.len > 0);
        let next = match by > 0 {
            true => filled().find(|other| other.top > block.top),
            false => filled().rev().find(|other| other.top < block.top),
        };
        let Some(top) = next.map(|next| next.top) else {
            return place;
        };
        let mut band = filled().filter(|other| other.top == top);
        let target = band.rfind(|other| other.column <= column);
        target.map_or(place, |target| {
            let row = match by > 0 {
                true => 0,
                false => (target.len - 1) / self.columns,
            };
            let right = column - target.column;
            target.first + (row * self.columns + right).min(target.len - 1)
        })
    }
}

/// Whether a group must begin a new row, because it is unrelated to the previous one.
fn stands_alone(heading: &Heading) -> bool {
    matches!(
        heading,
        Heading::NearMisses(_) | Heading::SomethingElse | Heading::NotRead
    )
}

/// A keyboard step in the grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GridMove {
    /// To the previous photo.
    Left,
    /// To the next photo.
    Right,
    /// Up one row.
    Up,
    /// Down one row.
    Down,
    /// Up one page.
    PageUp,
    /// Down one page.
    PageDown,
    /// To the first photo.
    Home,
    /// To the last photo.
    End,
}

/// Number of cells that fit side by side.
fn columns(width: f32, cell: f32) -> usize {
    (((width - GAP) / (cell + GAP)) as usize).max(1)
}

/// Size of a cell for thumbnails of roughly the given side: the picture, and a line of text below. Cells are widened to
/// fill the row.
#[must_use]
pub fn cell_size(width: f32, side: f32) -> Vec2 {
    let columns = columns(width, side) as f32;
    let wide = ((width - GAP) / columns - GAP).max(40.0);
    vec2(wide, wide * 0.8 + 22.0)
}

/// The scroll offset closest to the given one at which a cell is fully visible.
#[must_use]
pub fn reveal(layout: &GridLayout, place: usize, offset: f64, height: f32) -> f64 {
    let cell = layout.top(place);
    // The first row of a group is revealed with its heading, and the first of all with the margin.
    let heading = layout
        .block_of(place)
        .filter(|block| place - block.first < layout.columns);
    let top = heading.map_or(cell, |block| block.top) - f64::from(GAP);
    let bottom = cell + f64::from(layout.cell.y + GAP);
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

    fn groups(lens: &[usize]) -> Vec<PhotoGroup> {
        let mut first = 0;
        lens.iter()
            .map(|len| {
                let group = PhotoGroup {
                    heading: Heading::Named("a day".into()),
                    first,
                    len: *len,
                    ..PhotoGroup::default()
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

    #[test]
    fn the_first_photos_of_a_group_are_shown_with_their_heading() {
        let layout = GridLayout::new(340.0, vec2(100.0, 90.0), 40, &groups(&[20, 20]));
        assert_eq!(reveal(&layout, 0, 900.0, 400.0), 0.0);
        let heading = layout.headers(0.0, 5000.0).nth(1).expect("a heading").1;
        let offset = reveal(&layout, 21, 2000.0, 400.0);
        assert!(offset <= f64::from(heading.top()));
        assert!(reveal(&layout, 24, 2000.0, 400.0) > f64::from(heading.top()));
    }

    #[test]
    fn small_groups_stand_beside_each_other() {
        // Three columns: 0 | 1 2, then 3 | 4, then 5 6 7 / 8, then 9.
        let layout = GridLayout::new(340.0, vec2(100.0, 90.0), 10, &groups(&[1, 2, 1, 1, 4, 1]));
        assert_eq!(layout.columns(), 3);
        let tops: Vec<f64> = (0..10).map(|place| layout.top(place)).collect();
        assert!(tops[0] == tops[1] && tops[1] == tops[2], "{tops:?}");
        assert!(tops[3] == tops[4] && tops[3] > tops[2]);
        assert!(tops[5] > tops[4] && tops[8] > tops[7] && tops[9] > tops[8]);
        let (first, second) = (layout.cell(0, 0.0), layout.cell(1, 0.0));
        assert_eq!(second.min.x - first.max.x, GAP);
        // Each heading spans its own cells; the last of a row extends to its end.
        let headers: Vec<(usize, Rect)> = layout.headers(0.0, 2000.0).collect();
        assert_eq!(headers.len(), 6);
        assert_eq!(headers[0].1.right(), headers[1].1.left());
        assert_eq!(headers[0].1.top(), headers[1].1.top());
        assert!(headers[1].1.contains(second.center_top() - vec2(0.0, 4.0)));
        // Arrow keys keep the column.
        let step = |place, step| layout.step_from(place, step, 10, 300.0);
        assert_eq!((step(2, GridMove::Down), step(1, GridMove::Down)), (4, 4));
        assert_eq!((step(4, GridMove::Up), step(3, GridMove::Up)), (1, 0));
        assert_eq!((step(4, GridMove::Down), step(8, GridMove::Down)), (6, 9));
        assert_eq!((step(9, GridMove::Up), step(5, GridMove::Up)), (8, 3));
        assert_eq!(step(0, GridMove::Right), 1);
    }

    #[test]
    fn what_fits_nothing_begins_a_row_of_its_own() {
        let mut parts = groups(&[1, 1, 1]);
        parts[2].heading = Heading::SomethingElse;
        let layout = GridLayout::new(340.0, vec2(100.0, 90.0), 3, &parts);
        assert!(layout.top(0) == layout.top(1) && layout.top(2) > layout.top(1));
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
                // A row includes the gap below it.
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

//! The stored coefficients of a component: those that are visible at the scale.

use super::super::header::Unsupported;
use super::super::planes::{McuGrid, Plane};
use crate::engine::cancel::Cancel;

/// The coefficients of one component.
pub struct ComponentCoefficients {
    pub plane: Plane,
    /// Blocks per row, including MCU padding outside the picture.
    pub columns: usize,
    /// The lowest frequencies of each block, size x size.
    coefficients: Vec<i16>,
    /// For each coefficient in zigzag order: its index within a block's stored coefficients, or `None`.
    pub slots: [Option<u8>; 64],
    /// For each block: a bitmask of the nonzero coefficients so far, in zigzag order.
    nonzero: Vec<u64>,
    /// For each coefficient in zigzag order: the lowest bit read so far; `None` before its first scan.
    pub low: [Option<u8>; 64],
    /// Whether a scan was damaged, after which its band cannot be refined.
    pub is_damaged: bool,
}

impl ComponentCoefficients {
    pub fn new(plane: Plane, grid: McuGrid) -> Self {
        let columns = grid.columns * plane.component.horizontal;
        let blocks = columns * grid.rows * plane.component.vertical;
        let (stride, size) = (if plane.size == 8 { 8 } else { 4 }, plane.size as u8);
        let slots = (plane.place).map(|at| at.map(|at| at / stride * size + at % stride));
        Self {
            columns,
            coefficients: vec![0; blocks * plane.size * plane.size],
            slots,
            nonzero: vec![0; if plane.needed > 1 { blocks } else { 0 }],
            low: [None; 64],
            is_damaged: false,
            plane,
        }
    }

    /// Whether all visible coefficients were read to the last bit.
    pub fn is_complete(&self) -> bool {
        let shown = self
            .low
            .iter()
            .zip(&self.slots)
            .filter(|(_, slot)| slot.is_some());
        shown.into_iter().all(|(low, _)| *low == Some(0))
    }

    /// The stored coefficients of a block, and its bitmask of nonzero coefficients.
    #[inline]
    pub fn block(&mut self, at: usize) -> (&mut [i16], Option<&mut u64>) {
        let length = self.plane.size * self.plane.size;
        let block = &mut self.coefficients[at * length..][..length];
        (block, self.nonzero.get_mut(at))
    }

    /// Applies the inverse DCT to all blocks: `SIZE` samples a side from `N` coefficients.
    pub fn transform<const SIZE: usize, const N: usize>(
        &mut self,
        cancel: &Cancel,
    ) -> Result<(), Unsupported> {
        let stride = if N == 64 { 8 } else { 4 };
        // By position in the corner: the quantisation step, and the expected value of the missing low bits.
        let (mut steps, mut more) = ([0f32; N], [0f32; N]);
        for (k, at) in self.plane.place.iter().enumerate() {
            if let Some(at) = at {
                let missing = self.low[k].unwrap_or_default();
                steps[usize::from(*at)] = self.plane.quantisation[k];
                more[usize::from(*at)] = f32::from((1u16 << missing) - 1) / 2.0;
            }
        }
        let rows = self.coefficients.chunks_exact(self.columns * SIZE * SIZE);
        for (row, blocks) in rows.enumerate() {
            if cancel.is_cancelled() {
                return Err(Unsupported);
            }
            for (column, block) in blocks.chunks_exact(SIZE * SIZE).enumerate() {
                let mut corner = [0f32; N];
                for (v, u) in (0..SIZE).flat_map(|v| (0..SIZE).map(move |u| (v, u))) {
                    let (value, at) = (block[v * SIZE + u], v * stride + u);
                    let missing = f32::from(value.signum()) * more[at];
                    corner[at] = (f32::from(value) + missing) * steps[at];
                }
                self.plane.put(&corner, column, row);
            }
        }
        Ok(())
    }
}

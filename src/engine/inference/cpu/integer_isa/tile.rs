//! The integer microkernel, generic over instruction sets.

use crate::engine::inference::cpu::PANEL;

/// Bytes of one group of inputs for all columns of a panel, four bytes per column.
pub const GROUP: usize = 4 * PANEL;

/// Defines a microkernel for registers of `$bytes` bytes, `V` at a time; `registers` of them hold the wanted columns.
macro_rules! tile {
    ($name:ident, $activation:ty, $weight:ty, $features:literal, $bytes:literal, $zero:ident, $set:ident, $load:ident, $store:ident, $dot:expr, $fetch:ident) => {
        #[target_feature(enable = $features)]
        pub fn $name<const R: usize, const V: usize>(
            rows: [&[$activation]; R],
            panel: &[$weight],
            prefetched: &[$weight],
            registers: usize,
            out: &mut [[i32; PANEL]; R],
        ) {
            const LANE: usize = 4 / size_of::<$weight>();
            let groups = panel.as_chunks::<{ GROUP / size_of::<$weight>() }>().0;
            let depth = groups.len().min(rows[0].len() / LANE);
            // A loop, because a closure would not be compiled with the target features.
            let mut lines: [&[[$activation; LANE]]; R] = [&[]; R];
            for (line, row) in lines.iter_mut().zip(rows) {
                *line = &row.as_chunks::<LANE>().0[..depth];
            }
            let fetches = PrefetchPlan::new(prefetched, panel, depth);
            for first in (0..registers.min(GROUP / $bytes)).step_by(V) {
                let mut sums = [[$zero(); V]; R];
                for (k, group) in groups[..depth].iter().enumerate() {
                    if first == 0 {
                        $fetch(fetches.at(k));
                    }
                    let parts = group.as_chunks::<{ $bytes / size_of::<$weight>() }>().0;
                    // A constant count lets the compiler keep the values in registers.
                    let Some(parts) = parts[first..].first_chunk::<V>() else {
                        break;
                    };
                    let mut weights = [$zero(); V];
                    unrolled!(v < V: {
                        // SAFETY: the part that is read has exactly the size of a register.
                        weights[v] = unsafe { $load(parts[v].as_ptr().cast()) };
                    });
                    unrolled!(r < R: {
                        let a = $set(bytemuck::cast(lines[r][k]));
                        unrolled!(v < V: {
                            sums[r][v] = $dot(sums[r][v], a, weights[v]);
                        });
                    });
                }
                unrolled!(r < R: {
                    let parts = out[r].as_chunks_mut::<{ $bytes / 4 }>().0;
                    unrolled!(v < V: {
                        // SAFETY: the part that is written has exactly the size of a register.
                        unsafe { $store(parts[first + v].as_mut_ptr().cast(), sums[r][v]) };
                    });
                });
            }
        }
    };
}
pub(super) use tile;

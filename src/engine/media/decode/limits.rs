//! The limits of one decode: shared memory, and cancellation.

use std::sync::Arc;

use super::DecodeError;
use crate::engine::cancel::Cancel;
use crate::engine::media::memory_budget::{MemoryBudget, NoMemory, Reservation};

/// Bytes that a decoder may take for tables, whatever the picture's size.
const TABLES: u64 = 64 << 20;

/// The limits of one decode. A decoder reserves what the header's dimensions will cost before it allocates it.
pub struct DecodeLimits<'a> {
    budget: &'a Arc<MemoryBudget>,
    pub cancel: &'a Cancel,
    held: Option<Reservation>,
    /// Bytes of a copy of the file, which are held beside the picture's.
    copied: u64,
}

impl<'a> DecodeLimits<'a> {
    pub fn new(budget: &'a Arc<MemoryBudget>, cancel: &'a Cancel) -> Self {
        Self {
            budget,
            cancel,
            held: None,
            copied: 0,
        }
    }

    /// Waits for memory for a picture, in place of what was held for an earlier attempt.
    pub fn reserve(&mut self, width: u32, height: u32, need: u64) -> Result<(), DecodeError> {
        self.held = None;
        let need = need.saturating_add(self.copied);
        let held = self.budget.reserve(need, self.cancel);
        self.held = Some(held.map_err(|refused| match refused {
            NoMemory::Cancelled => DecodeError::Cancelled,
            NoMemory::Beyond { limit } => DecodeError::TooLarge {
                width,
                height,
                need,
                limit,
            },
        })?);
        Ok(())
    }

    /// Waits for memory for a copy of the file, which is held with whatever is reserved afterwards.
    pub fn reserve_copy(&mut self, bytes: u64) -> Result<(), DecodeError> {
        self.copied = bytes;
        self.reserve(0, 0, 0)
    }

    /// The memory that decoders share.
    pub fn budget(&self) -> &'a Arc<MemoryBudget> {
        self.budget
    }

    /// Bytes at which a decoder that counts for itself gives up. What counts is reserved by the size that the header
    /// claims.
    pub fn most_allocated(&self) -> u64 {
        let twice = self.budget.limit().saturating_mul(2);
        twice.saturating_add(TABLES)
    }

    /// What is still needed after the decode.
    pub fn keep(self, bytes: u64) -> Option<Arc<Reservation>> {
        self.held.map(|mut held| {
            held.shrink_to(bytes);
            Arc::new(held)
        })
    }
}

/// Bytes for so many pixels.
pub fn area(width: u32, height: u32, bytes_per_pixel: u64) -> u64 {
    (u64::from(width) * u64::from(height)).saturating_mul(bytes_per_pixel)
}

//! Limits of one decode: shared memory and cancellation.

use std::sync::Arc;

use super::DecodeError;
use crate::engine::cancel::Cancel;
use crate::engine::media::memory_budget::{MemoryBudget, NoMemory, Reservation};

/// Bytes that a decoder may allocate for tables, independent of the picture's size.
const TABLES: u64 = 64 << 20;

/// Limits of one decode. Decoders reserve the memory that the declared dimensions require before they allocate it.
pub struct DecodeLimits<'a> {
    budget: &'a Arc<MemoryBudget>,
    pub cancel: &'a Cancel,
    held: Option<Reservation>,
    /// Size of a copy of the file, which is reserved in addition to the picture.
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

    /// Waits until memory for a picture is available; replaces an earlier reservation.
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

    /// Waits until memory for a copy of the file is available; it stays reserved along with later reservations.
    pub fn reserve_copy(&mut self, bytes: u64) -> Result<(), DecodeError> {
        self.copied = bytes;
        self.reserve(0, 0, 0)
    }

    /// The shared memory budget.
    pub fn budget(&self) -> &'a Arc<MemoryBudget> {
        self.budget
    }

    /// Allocation limit for decoders with an internal limit. It is only a safety net: the actual reservation follows
    /// from the declared dimensions.
    pub fn most_allocated(&self) -> u64 {
        let twice = self.budget.limit().saturating_mul(2);
        twice.saturating_add(TABLES)
    }

    /// Reduces the reservation to what is needed after decoding.
    pub fn keep(self, bytes: u64) -> Option<Arc<Reservation>> {
        self.held.map(|mut held| {
            held.shrink_to(bytes);
            Arc::new(held)
        })
    }
}

/// Bytes of a picture of this size.
pub fn area(width: u32, height: u32, bytes_per_pixel: u64) -> u64 {
    (u64::from(width) * u64::from(height)).saturating_mul(bytes_per_pixel)
}

//! Which sequence parameter set a picture uses. The decoders know, but do not report its colours.

use super::bits::Bits;
use crate::engine::media::decode::Cicp;

/// The colours of the parameter sets of a stream.
#[derive(Default)]
pub struct ParameterSets {
    /// SPS IDs and colours, in order of the stream; of several with one ID, the last is valid.
    sequences: Vec<(u32, Option<Cicp>)>,
    /// PPS IDs and the IDs of their SPSs, likewise.
    pictures: Vec<(u32, u32)>,
    /// Colours of the SPS of the first slice, once it has been read.
    used: Option<Option<Cicp>>,
}

impl ParameterSets {
    pub fn add_sps(&mut self, id: u32, colour: Option<Cicp>) {
        self.sequences.push((id, colour));
    }

    /// Adds a PPS, without NAL unit header and emulation prevention bytes.
    pub fn add_pps(&mut self, pps: &[u8]) {
        let mut bits = Bits::new(pps);
        if let (Some(id), Some(sps)) = (bits.golomb(), bits.golomb()) {
            self.pictures.push((id, sps));
        }
    }

    /// Records the PPS of a slice. Parameter sets that follow the first slice do not apply to it.
    pub fn start_slice(&mut self, pps: Option<u32>) {
        if self.used.is_none() {
            self.used = Some(pps.and_then(|id| self.of_pps(id)).unwrap_or(self.first()));
        }
    }

    /// The colours of the picture.
    pub fn colour(&self) -> Option<Cicp> {
        self.used.unwrap_or(self.first())
    }

    fn of_pps(&self, id: u32) -> Option<Option<Cicp>> {
        let (_, sps) = self.pictures.iter().rfind(|(pps, _)| *pps == id)?;
        let found = self.sequences.iter().rfind(|(id, _)| id == sps)?;
        Some(found.1)
    }

    /// The colours of the first SPS, if the stream does not say which is used.
    fn first(&self) -> Option<Cicp> {
        self.sequences.first().and_then(|(_, colour)| *colour)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colour(primaries: u16) -> Option<Cicp> {
        Some(Cicp {
            primaries,
            transfer: 1,
            matrix: 1,
            full_range: false,
        })
    }

    /// SPSs 0 and 1; PPS 0 uses SPS 1, and PPS 1 uses SPS 0.
    fn sets() -> ParameterSets {
        let mut sets = ParameterSets::default();
        sets.add_sps(0, colour(1));
        sets.add_sps(1, colour(9));
        sets.add_pps(&[0b1010_0000]);
        sets.add_pps(&[0b0101_0000]);
        sets
    }

    #[test]
    fn the_pps_of_the_slice_decides() {
        for (pps, primaries) in [(Some(0), 9), (Some(1), 1), (Some(7), 1), (None, 1)] {
            let mut sets = sets();
            sets.start_slice(pps);
            assert_eq!(sets.colour(), colour(primaries), "{pps:?}");
        }
        assert_eq!(sets().colour(), colour(1));
        assert_eq!(ParameterSets::default().colour(), None);
    }

    #[test]
    fn sets_are_replaced_until_the_first_slice() {
        let mut sets = sets();
        sets.add_sps(1, colour(5));
        sets.start_slice(Some(0));
        sets.add_sps(1, colour(6));
        sets.start_slice(Some(1));
        assert_eq!(sets.colour(), colour(5));
    }
}

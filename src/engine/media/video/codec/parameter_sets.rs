//! Which sequence parameter set a picture uses. The decoders know, but do not report its colours.

use super::bits::Bits;
use crate::engine::media::decode::Cicp;

/// The colours of the parameter sets of a stream.
pub struct ParameterSets {
    /// Maximum valid IDs; sets with larger ones are ignored.
    max_sps_id: u32,
    max_pps_id: u32,
    /// SPS IDs and colours, in order of first appearance.
    sequences: Vec<(u32, Option<Cicp>)>,
    /// PPS IDs and the IDs of their SPSs.
    pictures: Vec<(u32, u32)>,
    /// Colours of the SPS of the first slice, once it has been read.
    used: Option<Option<Cicp>>,
}

impl ParameterSets {
    pub fn new(max_sps_id: u32, max_pps_id: u32) -> Self {
        Self {
            max_sps_id,
            max_pps_id,
            sequences: Vec::new(),
            pictures: Vec::new(),
            used: None,
        }
    }

    pub fn add_sps(&mut self, id: u32, colour: Option<Cicp>) {
        if id <= self.max_sps_id {
            replace(&mut self.sequences, id, colour);
        }
    }

    /// Adds a PPS, without NAL unit header and emulation prevention bytes.
    pub fn add_pps(&mut self, pps: &[u8]) {
        let mut bits = Bits::new(pps);
        if let (Some(id), Some(sps)) = (bits.golomb(), bits.golomb())
            && id <= self.max_pps_id
        {
            replace(&mut self.pictures, id, sps);
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
        let (_, sps) = self.pictures.iter().find(|(pps, _)| *pps == id)?;
        let found = self.sequences.iter().find(|(id, _)| id == sps)?;
        Some(found.1)
    }

    /// The colours of the first SPS, if the stream does not say which is used.
    fn first(&self) -> Option<Cicp> {
        self.sequences.first().and_then(|(_, colour)| *colour)
    }
}

/// Sets the value of an ID.
fn replace<T>(entries: &mut Vec<(u32, T)>, id: u32, value: T) {
    match entries.iter_mut().find(|(known, _)| *known == id) {
        Some(entry) => entry.1 = value,
        None => entries.push((id, value)),
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
        let mut sets = ParameterSets::new(31, 255);
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
        assert_eq!(ParameterSets::new(31, 255).colour(), None);
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

    #[test]
    fn sets_have_a_limited_number() {
        let mut sets = sets();
        for id in 0..1000 {
            sets.add_sps(id, colour(1));
            sets.add_sps(id, colour(2));
        }
        // PPSs with IDs 62 to 65, of SPS 0.
        for pps in [[0x07, 0xf0], [0x02, 0x04], [0x02, 0x0c], [0x02, 0x14]] {
            sets.add_pps(&pps);
            sets.add_pps(&pps);
        }
        assert_eq!((sets.sequences.len(), sets.pictures.len()), (32, 6));
        assert!(sets.sequences.iter().all(|(_, of)| *of == colour(2)));
        let mut hevc = ParameterSets::new(15, 63);
        hevc.add_pps(&[0x02, 0x04]);
        hevc.add_pps(&[0x02, 0x0c]);
        assert_eq!(hevc.pictures, [(63, 0)]);
    }
}

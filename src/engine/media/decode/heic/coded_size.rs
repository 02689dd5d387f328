//! The size of a coded picture, from its sequence parameter set (ITU-T H.265, 7.3.2.2). Unlike the size of the decoded
//! picture, it includes the parts that are cropped after decoding.

use super::iso_media::Fields;

/// NAL unit type of sequence parameter sets.
const SPS: u64 = 33;
/// Bytes of a parameter set within which its size lies.
const HEAD: usize = 256;

/// The number of pixels that are coded with this configuration record (ISO/IEC 14496-15, 8.3.3.1); `None` if it has no
/// valid parameter set.
pub fn pixels(config: &[u8]) -> Option<u64> {
    let mut fields = Fields(config);
    fields.take(22)?;
    for _ in 0..fields.number(1)? {
        let kind = fields.number(1)? & 0x3f;
        for _ in 0..fields.number(2)? {
            let length = usize::try_from(fields.number(2)?).ok()?;
            let mut unit = Fields(fields.take(length)?);
            if kind != SPS {
                continue;
            }
            // Parameter sets of other layers do not apply.
            let header = unit.number(2)?;
            if header >> 9 & 0x3f == SPS && header >> 3 & 0x3f == 0 {
                return pixels_of_set(unit.0);
            }
        }
    }
    None
}

fn pixels_of_set(payload: &[u8]) -> Option<u64> {
    let bytes = without_emulation_prevention(payload.get(..HEAD).unwrap_or(payload));
    let bits = bytes
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |at| byte >> at & 1 == 1));
    let mut bits = Bits(bits);
    // ID of the video parameter set.
    bits.skip(4)?;
    let sub_layers = bits.number(3)?;
    bits.skip(1)?;
    bits.skip_profiles(sub_layers)?;
    let _id = bits.golomb()?;
    // Chroma format; with 4:4:4 a flag for separately coded planes.
    if bits.golomb()? == 3 {
        bits.skip(1)?;
    }
    Some(bits.golomb()?.saturating_mul(bits.golomb()?))
}

/// Removes the bytes that keep a payload free of start codes (7.4.2).
fn without_emulation_prevention(payload: &[u8]) -> Vec<u8> {
    let mut zeros = 0;
    let is_kept = |byte: &u8| {
        let is_prevention = zeros >= 2 && *byte == 3;
        zeros = if *byte == 0 { zeros + 1 } else { 0 };
        !is_prevention
    };
    payload.iter().copied().filter(is_kept).collect()
}

/// Reads bits, most significant bit first.
struct Bits<I>(I);

impl<I: Iterator<Item = bool>> Bits<I> {
    fn skip(&mut self, count: u64) -> Option<()> {
        (0..count).try_for_each(|_| self.0.next().map(|_| ()))
    }

    /// Reads an integer of at most 32 bits.
    fn number(&mut self, width: u64) -> Option<u64> {
        (0..width).try_fold(0, |sum, _| Some(sum << 1 | u64::from(self.0.next()?)))
    }

    /// Reads an unsigned Exp-Golomb code (9.2).
    fn golomb(&mut self) -> Option<u64> {
        let mut width = 0;
        while !self.0.next()? {
            width += 1;
        }
        (width <= 32).then_some(())?;
        Some((1_u64 << width) - 1 + self.number(width)?)
    }

    /// Skips `profile_tier_level` (7.3.3).
    fn skip_profiles(&mut self, sub_layers: u64) -> Option<()> {
        self.skip(96)?;
        if sub_layers == 0 {
            return Some(());
        }
        // Per sub-layer, whether it has a profile and a level; room for eight of them.
        let present = self.number(2 * sub_layers)?;
        self.skip(2 * (8 - sub_layers))?;
        let (profiles, levels) = (present & 0xaaaa, present & 0x5555);
        self.skip(88 * u64::from(profiles.count_ones()) + 8 * u64::from(levels.count_ones()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An Exp-Golomb code as text.
    fn golomb(value: u64) -> String {
        let digits = format!("{:b}", value + 1);
        "0".repeat(digits.len() - 1) + &digits
    }

    /// A configuration record whose parameter set states this size; `sub_layers` have a profile and a level each.
    fn config(sub_layers: usize, chroma: u64, (width, height): (u64, u64)) -> Vec<u8> {
        let mut bits = format!("0000{sub_layers:03b}1") + &"0".repeat(96);
        if sub_layers > 0 {
            bits += &"11".repeat(sub_layers);
            bits += &"00".repeat(8 - sub_layers);
            bits += &"0".repeat(96 * sub_layers);
        }
        bits += &golomb(0);
        bits += &golomb(chroma);
        if chroma == 3 {
            bits += "0";
        }
        bits += &(golomb(width) + &golomb(height) + "1000000");
        let digits = bits.as_bytes().chunks_exact(8);
        let bytes = digits.map(|digits| {
            let value = |sum: u8, digit: &u8| sum << 1 | (digit - b'0');
            digits.iter().fold(0, value)
        });
        let mut unit = vec![0x42, 1];
        let mut zeros = 0;
        for byte in bytes {
            if zeros == 2 && byte <= 3 {
                unit.push(3);
                zeros = 0;
            }
            unit.push(byte);
            zeros = if byte == 0 { zeros + 1 } else { 0 };
        }
        let length = (unit.len() as u16).to_be_bytes();
        let other = [0x20, 0, 1, 0, 3, 0x40, 1, 0];
        [&[0; 22][..], &[2], &other, &[0x21, 0, 1], &length, &unit].concat()
    }

    #[test]
    fn the_size_includes_what_is_cropped() {
        for sub_layers in [0, 1, 6] {
            for chroma in [1, 3] {
                let config = config(sub_layers, chroma, (4096, 3008));
                assert_eq!(pixels(&config), Some(4096 * 3008), "{sub_layers} {chroma}");
            }
        }
        let huge = u64::from(u32::MAX) - 1;
        assert_eq!(pixels(&config(0, 1, (huge, 2))), Some(2 * huge));
        let whole = config(0, 1, (64, 64));
        for end in 0..whole.len() - 2 {
            assert_eq!(pixels(&whole[..end]), None, "cut at {end}");
        }
    }
}

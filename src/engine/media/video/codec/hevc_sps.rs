//! Colour description of HEVC, from the VUI of a sequence parameter set (ITU-T H.265, 7.3.2.2 and E.2.1).

use super::bits::Bits;
use crate::engine::media::decode::{Cicp, UNSPECIFIED};

/// Maximum number of short-term reference picture sets, and of pictures before or after the current one in each.
const MAX_SETS: u32 = 64;
const MAX_PICTURES: u32 = 16;
/// Maximum number of long-term reference pictures.
const MAX_LONG_TERM: u32 = 32;
/// Maximum coded difference of picture order counts.
const MAX_DISTANCE: u32 = 0x7fff;
/// `aspect_ratio_idc` before an explicit pixel aspect ratio.
const EXTENDED_SAR: u32 = 255;

/// The colours that an SPS of the base layer declares. `sps` has neither NAL unit header nor emulation prevention
/// bytes.
pub fn colour(sps: &[u8]) -> Option<Cicp> {
    let mut bits = Bits::new(sps);
    let (sub_layers, _) = read_start(&mut bits)?;
    // Chroma format; with 4:4:4 a flag for separately coded planes.
    if bits.golomb()? == 3 {
        bits.skip(1);
    }
    // Size, conformance window and bit depths.
    bits.skip_golombs(2)?;
    if bits.flag()? {
        bits.skip_golombs(4)?;
    }
    bits.skip_golombs(2)?;
    let order_count_bits = bits.at_most(12)? + 4;
    let described_layers = if bits.flag()? { sub_layers + 1 } else { 1 };
    bits.skip_golombs(3 * described_layers)?;
    // Sizes of coding and transform blocks.
    bits.skip_golombs(6)?;
    if bits.flag()? && bits.flag()? {
        skip_scaling_lists(&mut bits)?;
    }
    bits.skip(2);
    // PCM coding.
    if bits.flag()? {
        bits.skip(8);
        bits.skip_golombs(2)?;
        bits.skip(1);
    }
    skip_reference_sets(&mut bits)?;
    if bits.flag()? {
        let count = bits.at_most(MAX_LONG_TERM)?;
        bits.skip(count * (order_count_bits + 1));
    }
    bits.skip(2);
    let has_vui = bits.flag()?;
    if !has_vui {
        return None;
    }
    if bits.flag()? && bits.number(8)? == EXTENDED_SAR {
        bits.skip(32);
    }
    // Overscan.
    if bits.flag()? {
        bits.skip(1);
    }
    let has_signal_type = bits.flag()?;
    if !has_signal_type {
        return None;
    }
    bits.skip(3);
    let full_range = bits.flag()?;
    let [primaries, transfer, matrix] = match bits.flag()? {
        true => [bits.code_point()?, bits.code_point()?, bits.code_point()?],
        false => [UNSPECIFIED; 3],
    };
    Some(Cicp {
        primaries,
        transfer,
        matrix,
        full_range,
    })
}

/// The ID of an SPS.
pub fn id(sps: &[u8]) -> Option<u32> {
    read_start(&mut Bits::new(sps)).map(|(_, id)| id)
}

/// Reads the fields up to the ID. Returns the number of sub-layers, minus one, and the ID.
fn read_start(bits: &mut Bits<'_>) -> Option<(u32, u32)> {
    bits.skip(4);
    let sub_layers = bits.number(3)?;
    bits.skip(1);
    skip_profiles(bits, sub_layers)?;
    Some((sub_layers, bits.golomb()?))
}

/// Skips `profile_tier_level` (7.3.3).
fn skip_profiles(bits: &mut Bits<'_>, sub_layers: u32) -> Option<()> {
    bits.skip(96);
    if sub_layers > 0 {
        // Per sub-layer, whether it has a profile and a level; room for eight of them.
        let present = bits.number(2 * sub_layers)?;
        bits.skip(2 * (8 - sub_layers));
        let (profiles, levels) = (present & 0xaaaa, present & 0x5555);
        bits.skip(88 * profiles.count_ones() + 8 * levels.count_ones());
    }
    Some(())
}

/// Skips `scaling_list_data` (7.3.4).
fn skip_scaling_lists(bits: &mut Bits<'_>) -> Option<()> {
    // Number of lists and of their coefficients, by block size; the larger two have a DC coefficient.
    for (lists, coefficients) in [(6, 16), (6, 64), (6, 65), (2, 65)] {
        for _ in 0..lists {
            let is_coded = bits.flag()?;
            bits.skip_golombs(if is_coded { coefficients } else { 1 })?;
        }
    }
    Some(())
}

/// Skips the short-term reference picture sets (7.3.7).
fn skip_reference_sets(bits: &mut Bits<'_>) -> Option<()> {
    let mut set: Vec<i32> = Vec::new();
    for number in 0..bits.at_most(MAX_SETS)? {
        let is_predicted = number > 0 && bits.flag()?;
        set = match is_predicted {
            true => predicted_set(bits, &set)?,
            false => coded_set(bits)?,
        };
    }
    Some(())
}

/// Differences of picture order counts: first the negative ones, then the positive ones, each from near to far.
fn coded_set(bits: &mut Bits<'_>) -> Option<Vec<i32>> {
    let before = bits.at_most(MAX_PICTURES)?;
    let after = bits.at_most(MAX_PICTURES)?;
    let mut set = Vec::new();
    for (count, sign) in [(before, -1), (after, 1)] {
        let mut difference = 0_i32;
        for _ in 0..count {
            difference += sign * distance(bits)?;
            bits.skip(1);
            set.push(difference);
        }
    }
    Some(set)
}

/// A set that is predicted from the previous one. Its size, and so the length of the next set in bits, depends on the
/// differences (7.4.8).
fn predicted_set(bits: &mut Bits<'_>, previous: &[i32]) -> Option<Vec<i32>> {
    let is_negative = bits.flag()?;
    let distance = distance(bits)?;
    let shift = if is_negative { -distance } else { distance };
    let mut set = Vec::new();
    for difference in previous.iter().copied().chain([0]) {
        // `used_by_curr_pic_flag`; if it is not set, `use_delta_flag` follows.
        let is_kept = bits.flag()? || bits.flag()?;
        if is_kept && difference + shift != 0 {
            set.push(difference + shift);
        }
    }
    set.sort_by_key(|difference| (*difference > 0, difference.abs()));
    (set.len() <= 2 * MAX_PICTURES as usize).then_some(set)
}

/// Reads a difference of picture order counts, which is coded minus one.
fn distance(bits: &mut Bits<'_>) -> Option<i32> {
    let coded = bits.at_most(MAX_DISTANCE)?;
    i32::try_from(coded + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Bytes of binary digits; spaces are ignored.
    fn packed(digits: &str) -> Vec<u8> {
        let bits: Vec<u8> = digits
            .bytes()
            .filter(|digit| *digit != b' ')
            .map(|digit| digit - b'0')
            .collect();
        let byte = |bits: &[u8]| {
            let value = bits.iter().fold(0_u8, |value, bit| value << 1 | *bit);
            value << (8 - bits.len())
        };
        bits.chunks(8).map(byte).collect()
    }

    /// Digits of an Exp-Golomb code.
    fn code(value: u32) -> String {
        let value = value + 1;
        let width = 2 * value.ilog2() as usize + 1;
        format!("{value:0width$b}")
    }

    /// An SPS with every optional part.
    fn long_sps() -> Vec<u8> {
        let codes = |values: &[u32]| values.iter().map(|value| code(*value)).collect::<String>();
        // Two sub-layers, the first with a profile and a level.
        let mut digits = format!("0000 001 1 {:096} 11 {:014} {:096}", 0, 0, 0);
        // 4:4:4 with separate planes, size, conformance window, bit depths, 16 bits of picture order counts.
        digits += &(codes(&[0, 3]) + "1" + &codes(&[4095, 2159]) + "1" + &codes(&[0, 1, 2, 3]));
        digits += &(codes(&[2, 2, 12]) + "1" + &codes(&[4; 6]) + &codes(&[1; 6]));
        digits += "11";
        for (lists, coefficients) in [(6, 16), (6, 64), (6, 65), (2, 65)] {
            digits += &("1".to_owned() + &code(7).repeat(coefficients));
            digits += &("0".to_owned() + &code(1)).repeat(lists - 1);
        }
        digits += &("10 1 01110111".to_owned() + &codes(&[0, 0]) + "1");
        // Three reference picture sets: -1 and 2; then, shifted by 1, 1 and 3 without 0; then -5.
        digits += &(codes(&[3, 1, 1, 0]) + "1" + &code(1) + "1");
        digits += &("1 0".to_owned() + &code(0) + "1 01 1");
        digits += &("1 1".to_owned() + &code(4) + "00 00 1");
        // Two long-term reference pictures.
        digits += &format!("1 {} {:034} 11", code(2), 0);
        // Pixel aspect ratio, overscan, full range and code points.
        digits += &format!("1 1 11111111 {:032} 1 0 1 101 1 1", 0);
        digits += &format!("{:08b} {:08b} {:08b}", 9, 16, 9);
        packed(&digits)
    }

    #[test]
    fn colours_are_found_behind_all_optional_parts() {
        let sps = long_sps();
        let want = Cicp {
            primaries: 9,
            transfer: 16,
            matrix: 9,
            full_range: true,
        };
        assert_eq!((id(&sps), colour(&sps)), (Some(0), Some(want)));
        for length in 0..sps.len() {
            assert_eq!(colour(&sps[..length]), None, "{length}");
        }
    }

    #[test]
    fn colours_of_encoders_are_read() {
        // By libheif with x265: sRGB in full range.
        let srgb: [u8; 42] = [
            0x42, 0x01, 0x01, 0x03, 0x70, 0x00, 0x00, 0x03, 0x00, 0x90, 0x00, 0x00, 0x03, 0x00,
            0x00, 0x03, 0x00, 0x1e, 0xa0, 0x18, 0x20, 0x20, 0x59, 0x6e, 0xa4, 0x92, 0x9a, 0xe6,
            0xe0, 0x21, 0xa0, 0xc0, 0x80, 0x00, 0x00, 0x0c, 0x80, 0x00, 0x00, 0x03, 0x00, 0x84,
        ];
        let unit = rust_h265::parse_nal(&srgb).expect("an SPS");
        let want = Cicp {
            primaries: 1,
            transfer: 13,
            matrix: 6,
            full_range: true,
        };
        assert_eq!(colour(&unit.rbsp), Some(want));
    }

    #[test]
    fn flipped_bits_do_not_panic() {
        let sps = long_sps();
        for at in 0..sps.len() * 8 {
            let mut sps = sps.clone();
            sps[at / 8] ^= 0x80 >> (at % 8);
            colour(&sps);
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            colour(&bytes);
        }
    }
}

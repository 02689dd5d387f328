//! Recovers damaged scans: restart markers split the data into stripes, each of which can be decoded without those before it.

use super::bits::BitReader;

/// Stripes that a jump from one restart marker to another may leave out. Numbers repeat after eight, so a larger jump
/// is rather a marker that damage made.
const MOST_SKIPPED: usize = 4;

/// Units of a scan that were read and that were not: MCUs, or blocks of a single component.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Read without a fault.
    pub read: usize,
    /// Not there, or behind a fault.
    pub lost: usize,
}

impl Tally {
    /// Hundredths that were lost, rounded up.
    pub fn lost_percent(self) -> usize {
        (self.lost * 100).div_ceil((self.read + self.lost).max(1))
    }
}

/// Reads `total` units, `interval` between two restart markers, 0 for none. `unit` reads the one of a number and says
/// whether it could; `begin` prepares for the next stripe. After a fault reading goes on at the next stripe.
pub fn read(
    bits: &mut BitReader,
    (total, interval): (usize, usize),
    mut begin: impl FnMut(),
    mut unit: impl FnMut(&mut BitReader, usize) -> bool,
) -> Tally {
    let stripe = if interval > 0 { interval } else { total };
    let mut tally = Tally::default();
    let mut number = 0;
    loop {
        let start = number * stripe;
        let end = total.min(start + stripe);
        let whole = (start..end)
            .take_while(|at| unit(bits, *at) && !bits.overrun())
            .count();
        tally.read += whole;
        if end >= total {
            break;
        }
        // Data before the marker that nothing asked for: a fault that went unnoticed.
        if whole == end - start && !bits.is_at_restart() {
            tally.read -= whole;
        }
        match next_stripe(bits, number) {
            Some(next) if next * stripe < total => number = next,
            _ => break,
        }
        begin();
    }
    tally.lost = total - tally.read;
    tally
}

/// The number of the stripe that the next restart marker begins, by the number of the last.
fn next_stripe(bits: &mut BitReader, number: usize) -> Option<usize> {
    loop {
        let marker = usize::from(bits.next_restart()?);
        // The marker behind stripe n has the number n modulo 8.
        let skipped = (marker + 8 - number % 8) % 8;
        if skipped <= MOST_SKIPPED {
            return Some(number + 1 + skipped);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads stripes of two bytes as units, each of which must be the number of its unit.
    fn units(data: &[u8], total: usize) -> (Vec<usize>, Tally) {
        let mut bits = BitReader::new(data);
        let mut good = Vec::new();
        let tally = read(
            &mut bits,
            (total, 2),
            || {},
            |bits, at| {
                let is_good = bits.bits(8) as usize == at;
                good.extend(is_good.then_some(at));
                is_good
            },
        );
        (good, tally)
    }

    #[test]
    fn reading_goes_on_at_the_stripe_that_a_marker_names() {
        let whole = [0, 1, 0xff, 0xd0, 2, 3, 0xff, 0xd1, 4, 5, 0xff, 0xd2, 6, 7];
        let all = Tally { read: 8, lost: 0 };
        assert_eq!(units(&whole, 8), ((0..8).collect(), all));
        let broken = [0, 1, 0xff, 0xd0, 9, 3, 0xff, 0xd1, 4, 5, 0xff, 0xd2, 6, 7];
        let (good, tally) = units(&broken, 8);
        assert_eq!(good, [0, 1, 4, 5, 6, 7]);
        assert_eq!(tally.lost_percent(), 25);
        let without_a_marker = [0, 1, 0xff, 0xd0, 2, 3, 4, 5, 0xff, 0xd2, 6, 7];
        assert_eq!(units(&without_a_marker, 8).0, [0, 1, 2, 3, 6, 7]);
        let marker_of_damage = [
            0, 1, 0xff, 0xd0, 2, 9, 0xff, 0xd7, 0xff, 0xd1, 4, 5, 0xff, 0xd2, 6, 7,
        ];
        assert_eq!(units(&marker_of_damage, 8).0, [0, 1, 2, 4, 5, 6, 7]);
        let ends_early = [0, 1, 0xff, 0xd0, 2, 3, 0xff, 0xd9, 4, 5, 0xff, 0xd1, 6, 7];
        assert_eq!(units(&ends_early, 8).0, [0, 1, 2, 3]);
    }
}

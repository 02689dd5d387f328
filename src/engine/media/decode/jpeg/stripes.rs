//! Recovers damaged scans: restart markers split the data into stripes, which can be decoded independently.

use super::bits::BitReader;

/// Maximum number of stripes that a jump between restart markers may skip. Marker numbers repeat after eight, so a
/// larger jump is more likely a marker from corrupt data.
const MAX_SKIPPED: usize = 4;

/// Counts of the units of a scan: MCUs, or blocks in a non-interleaved scan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Units read successfully.
    pub read: usize,
    /// Units that are missing or follow an error.
    pub lost: usize,
}

impl Tally {
    /// Percentage of lost units, rounded up.
    pub fn lost_percent(self) -> usize {
        (self.lost * 100).div_ceil((self.read + self.lost).max(1))
    }
}

/// Reads `total` units with a restart marker after every `interval` of them (0 for none). `unit` reads one unit and
/// returns whether it succeeded; `begin` resets the state for the next stripe, at which reading resumes after errors.
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
        // Unread data before the marker indicates an undetected error in this stripe.
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

/// Index of the stripe after the next plausible restart marker; `number` is the current one.
fn next_stripe(bits: &mut BitReader, number: usize) -> Option<usize> {
    loop {
        let marker = usize::from(bits.next_restart()?);
        // The marker after stripe n has the number n modulo 8.
        let skipped = (marker + 8 - number % 8) % 8;
        if skipped <= MAX_SKIPPED {
            return Some(number + 1 + skipped);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads two-byte stripes as units; each must contain its own index.
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

//! Locates key frames and their times in the sample tables of a track (ISO/IEC 14496-12, 8.6 and 8.7).
//!
//! Tables are not expanded, so a huge declared number of samples costs nothing.

use super::boxes::{Fields, child, number, table};

/// Maximum number of key frames examined; of more, an evenly spread subset.
const MAX_KEYS: usize = 1 << 14;

/// A key frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyFrame {
    /// Presentation time, in units of the track's timescale.
    pub time: i64,
    pub place: SampleLocation,
}

/// Location of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampleLocation {
    /// The 0-based index in the sample tables.
    Numbered(u32),
    /// Offset and length in the file.
    At(u64, u64),
}

/// The key frames in the sample tables of a track, in order of index.
pub fn keys(stbl: &[u8]) -> Vec<KeyFrame> {
    let numbers = key_numbers(stbl);
    let times = times(stbl, &numbers);
    let key = |(number, time): (&u32, i64)| KeyFrame {
        time,
        place: SampleLocation::Numbered(*number),
    };
    numbers.iter().zip(times).map(key).collect()
}

/// Sum of the durations of all samples.
pub fn duration(stbl: &[u8]) -> u64 {
    let rows = child(stbl, b"stts").and_then(table::<2>);
    let durations = rows.unwrap_or_default().iter().map(|row| {
        let [count, duration] = row.map(number).map(u64::from);
        count * duration
    });
    durations.fold(0, u64::saturating_add)
}

/// Number of samples.
fn count(stbl: &[u8]) -> Option<u32> {
    let mut fields = Fields(child(stbl, b"stsz").or_else(|| child(stbl, b"stz2"))?);
    fields.skip(8)?;
    fields.u32()
}

/// The 0-based indices of the key frames, ascending.
fn key_numbers(stbl: &[u8]) -> Vec<u32> {
    let count = count(stbl).unwrap_or_default();
    let Some(noted) = child(stbl, b"stss").and_then(table::<1>) else {
        // Without `stss`, all samples are key frames.
        let step = count.div_ceil(MAX_KEYS as u32).max(1);
        return (0..count).step_by(step as usize).collect();
    };
    let step = noted.len().div_ceil(MAX_KEYS).max(1);
    let noted = noted
        .iter()
        .step_by(step)
        .map(|[from_one]| number(*from_one));
    let mut numbers: Vec<u32> = noted
        .filter_map(|from_one| from_one.checked_sub(1))
        .filter(|number| *number < count)
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// Presentation times of the samples at these ascending indices, up to the first that the tables do not cover.
fn times(stbl: &[u8], numbers: &[u32]) -> Vec<i64> {
    let rows = |kind: &[u8; 4]| child(stbl, kind).and_then(table::<2>).unwrap_or_default();
    let mut decoded = Runs::new(rows(b"stts"));
    let mut shifts = Runs::new(rows(b"ctts"));
    let time = |wanted: &u32| {
        let time = decoded.reach(*wanted)?;
        // Read as signed, as in practice, although version 0 declares it unsigned.
        let shift = shifts
            .reach(*wanted)
            .map_or(0, |_| shifts.value.cast_signed());
        i64::try_from(time).ok()?.checked_add(shift.into())
    };
    numbers.iter().map_while(time).collect()
}

/// A run-length table of sample count and value.
struct Runs<'a> {
    rows: std::slice::Iter<'a, [[u8; 4]; 2]>,
    /// Index of the first sample of the run, and of the one after its last.
    first: u64,
    end: u64,
    /// Sum of the values of all samples before the run.
    sum: u64,
    value: u32,
}

impl<'a> Runs<'a> {
    fn new(rows: &'a [[[u8; 4]; 2]]) -> Self {
        Self {
            rows: rows.iter(),
            first: 0,
            end: 0,
            sum: 0,
            value: 0,
        }
    }

    /// Advances to the run with this sample; returns the sum of the values before the sample.
    fn reach(&mut self, wanted: u32) -> Option<u64> {
        let wanted = u64::from(wanted);
        while wanted >= self.end {
            let [count, value] = self.rows.next()?.map(number);
            let run = (self.end - self.first).checked_mul(self.value.into())?;
            self.sum = self.sum.checked_add(run)?;
            self.first = self.end;
            self.end += u64::from(count);
            self.value = value;
        }
        let before = (wanted - self.first).checked_mul(self.value.into())?;
        self.sum.checked_add(before)
    }
}

/// Offset and length of the sample at this index.
pub fn place(stbl: &[u8], wanted: u32) -> Option<(u64, u64)> {
    let (chunk, first) = chunk_of(stbl, wanted)?;
    let start = match child(stbl, b"stco").and_then(table::<1>) {
        Some(offsets) => number(offsets.get(chunk)?[0]).into(),
        None => {
            let [high, low] = child(stbl, b"co64")
                .and_then(table::<2>)?
                .get(chunk)?
                .map(number);
            u64::from(high) << 32 | u64::from(low)
        }
    };
    let sizes = Sizes::read(stbl)?;
    let length = sizes.of(wanted)?;
    Some((sizes.sum(first, wanted)?.checked_add(start)?, length))
}

/// The 0-based index of the chunk of a sample, and of the chunk's first sample.
fn chunk_of(stbl: &[u8], wanted: u32) -> Option<(usize, u32)> {
    let runs = child(stbl, b"stsc").and_then(table::<3>)?;
    let wanted = u64::from(wanted);
    let mut before = 0;
    for (at, run) in runs.iter().enumerate() {
        let [first_chunk, each, _] = run.map(number).map(u64::from);
        let first_chunk = first_chunk.checked_sub(1)?;
        let next = runs.get(at + 1).map(|next| u64::from(number(next[0])));
        let chunks = match next {
            Some(next) => next.checked_sub(1)?.checked_sub(first_chunk)?,
            None => u64::from(u32::MAX),
        };
        let in_run = chunks.checked_mul(each)?;
        if wanted - before < in_run {
            let chunk = (wanted - before) / each;
            let first = before + chunk * each;
            let chunk = usize::try_from(first_chunk.checked_add(chunk)?).ok()?;
            return Some((chunk, u32::try_from(first).ok()?));
        }
        before += in_run;
    }
    None
}

/// Sample sizes.
enum Sizes<'a> {
    /// All samples have the same size; then their number.
    Same(u32, u32),
    Each(&'a [[[u8; 4]; 1]]),
    /// Sizes of this many bits (4, 8 or 16) each, and their number.
    Compact(u8, u32, &'a [u8]),
}

impl<'a> Sizes<'a> {
    fn read(stbl: &'a [u8]) -> Option<Self> {
        let Some(stsz) = child(stbl, b"stsz") else {
            return Self::read_compact(child(stbl, b"stz2")?);
        };
        let mut fields = Fields(stsz);
        fields.skip(4)?;
        match fields.u32()? {
            // From the entry count on it has the layout of other tables.
            0 => table(stsz.get(4..)?).map(Self::Each),
            same => Some(Self::Same(same, fields.u32()?)),
        }
    }

    /// Reads the compact sample size box (8.7.3.3).
    fn read_compact(stz2: &'a [u8]) -> Option<Self> {
        let mut fields = Fields(stz2);
        fields.skip(7)?;
        let (bits, count) = (fields.u8()?, fields.u32()?);
        matches!(bits, 4 | 8 | 16).then(|| Self::Compact(bits, count, fields.rest()))
    }

    fn of(&self, sample: u32) -> Option<u64> {
        match self {
            Self::Compact(_, count, _) if sample >= *count => None,
            Self::Compact(bits, _, sizes) => {
                let sample = sample as usize;
                Some(match bits {
                    4 => u64::from(sizes.get(sample / 2)? >> (4 - 4 * (sample % 2)) & 15),
                    8 => u64::from(*sizes.get(sample)?),
                    _ => {
                        let size = sizes.get(2 * sample..)?.first_chunk()?;
                        u64::from(u16::from_be_bytes(*size))
                    }
                })
            }
            Self::Same(size, count) => (sample < *count).then_some((*size).into()),
            Self::Each(sizes) => Some(number(sizes.get(sample as usize)?[0]).into()),
        }
    }

    /// Sum of the sizes of the samples from `first` to `end`, exclusive.
    fn sum(&self, first: u32, end: u32) -> Option<u64> {
        match self {
            Self::Same(size, _) => Some(u64::from(*size) * u64::from(end - first)),
            Self::Compact(..) => (first..end).map(|sample| self.of(sample)).sum(),
            Self::Each(sizes) => {
                let sizes = sizes.get(first as usize..end as usize)?;
                Some(sizes.iter().map(|[size]| u64::from(number(*size))).sum())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn a_box(kind: &[u8], numbers: &[u32]) -> Vec<u8> {
        let content: Vec<u8> = numbers.iter().flat_map(|n| n.to_be_bytes()).collect();
        let length = u32::try_from(content.len() + 8).expect("short");
        [&length.to_be_bytes(), kind, &content].concat()
    }

    #[test]
    fn samples_are_found_by_tables_of_runs() {
        let stbl = [
            // Two samples of 10 units, then three of 20; the second is presented 5 units later.
            a_box(b"stts", &[0, 2, 2, 10, 3, 20]),
            a_box(b"ctts", &[0, 3, 1, 0, 1, 5, 3, 0]),
            a_box(b"stss", &[0, 3, 1, 2, 5]),
            // One sample in the first chunk, two in all others.
            a_box(b"stsc", &[0, 2, 1, 1, 1, 2, 2, 1]),
            a_box(b"stsz", &[0, 0, 5, 11, 12, 13, 14, 15]),
            a_box(b"stco", &[0, 3, 100, 200, 300]),
        ]
        .concat();
        let times: Vec<i64> = keys(&stbl).iter().map(|key| key.time).collect();
        assert_eq!(times, [0, 15, 60]);
        assert_eq!(duration(&stbl), 80);
        let places: Vec<_> = (0..6).map(|at| place(&stbl, at)).collect();
        let want = [(100, 11), (200, 12), (212, 13), (300, 14), (314, 15)];
        assert_eq!(places[..5], want.map(Some));
        assert_eq!(places[5], None);
    }

    #[test]
    fn compact_sizes_are_read() {
        let chunks = [
            a_box(b"stsc", &[0, 1, 1, 4, 1]),
            a_box(b"stco", &[0, 1, 100]),
        ]
        .concat();
        // Sizes of 1, 2, 3 and 4 bytes.
        for (bits, sizes) in [
            (4, &[0x1234_0000][..]),
            (8, &[0x0102_0304]),
            (16, &[0x0001_0002, 0x0003_0004]),
        ] {
            let table = a_box(b"stz2", &[&[0, bits, 4][..], sizes].concat());
            let stbl = [&chunks[..], &table].concat();
            let places: Vec<_> = (0..5).map(|at| place(&stbl, at)).collect();
            let want = [(100, 1), (101, 2), (103, 3), (106, 4)];
            assert_eq!(places[..4], want.map(Some), "{bits}");
            assert_eq!(places[4], None, "{bits}");
            assert_eq!(keys(&stbl).len(), 0, "there are no times");
        }
    }

    #[test]
    fn claims_cost_nothing() {
        let stbl = [
            a_box(b"stts", &[0, 1, u32::MAX, u32::MAX]),
            a_box(b"stsc", &[0, 1, 1, u32::MAX, 1]),
            a_box(b"stsz", &[0, u32::MAX, u32::MAX]),
            a_box(b"stco", &[0, 1, 7]),
        ]
        .concat();
        duration(&stbl);
        let keys = keys(&stbl);
        assert!(keys.len() <= MAX_KEYS && keys.len() > 100);
        let far = u64::from(u32::MAX - 2) * u64::from(u32::MAX) + 7;
        assert_eq!(place(&stbl, u32::MAX - 2), Some((far, u32::MAX.into())));
    }

    proptest! {
        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200), kinds in proptest::collection::vec(0usize..6, 1..6), at in any::<u32>()) {
            let kind = [b"stts", b"ctts", b"stss", b"stsc", b"stsz", b"stco"];
            let mut stbl = Vec::new();
            for (part, which) in bytes.chunks(bytes.len().div_ceil(kinds.len()).max(1)).zip(kinds) {
                let length = u32::try_from(part.len() + 8).expect("short");
                stbl.extend([&length.to_be_bytes()[..], kind[which], part].concat());
            }
            keys(&stbl);
            place(&stbl, at);
        }
    }
}

//! Key frames of fragmented files (ISO/IEC 14496-12, 8.8), which recorders write so that they survive interruption.

use super::boxes::{Fields, boxes, child, inside};
use super::samples::{KeyFrame, SampleLocation};

/// Maximum number of samples examined, and of key frames among them.
const MOST: (u32, usize) = (1 << 24, 1 << 14);
/// Sample flag: not a sync sample.
const NOT_SYNC: u32 = 0x1_0000;

/// The key frames in the fragments of a track, and the latest presentation end of a sample, in units of the timescale.
/// Fragments need not be in order of time; those without a time follow the previous one, and the first follows the
/// samples outside fragments, which end at `start`.
pub fn keys(
    moov: &[u8],
    moofs: &[(u64, Vec<u8>)],
    track: u32,
    start: u64,
) -> (Vec<KeyFrame>, Option<i64>) {
    let mut found = FragmentKeys {
        keys: Vec::new(),
        time: start,
        end: None,
        left: MOST.0,
    };
    let usual = usual(moov, track).unwrap_or_default();
    for (offset, moof) in moofs {
        for (_, traf) in boxes(moof).filter(|(kind, _)| kind == b"traf") {
            // A malformed fragment loses only its own samples.
            let _ = found.fragment(traf, *offset, track, usual);
        }
    }
    (found.keys, found.end)
}

/// The duration of all fragments that the movie declares, in units of the timescale of the movie; 0 if it is unknown.
pub fn declared_duration(moov: &[u8]) -> Option<u64> {
    let mut fields = Fields(inside(moov, &[b"mvex", b"mehd"])?);
    let (version, _) = fields.version_and_flags()?;
    fields.duration(version)
}

/// Default sample properties.
#[derive(Clone, Copy, Default)]
struct FragmentDefaults {
    duration: u32,
    size: u32,
    flags: u32,
}

fn usual(moov: &[u8], track: u32) -> Option<FragmentDefaults> {
    let mvex = child(moov, b"mvex")?;
    let of_track = |content: &[u8]| {
        let mut fields = Fields(content.get(4..)?);
        (fields.u32()? == track).then_some(())?;
        fields.skip(4)?;
        Some(FragmentDefaults {
            duration: fields.u32()?,
            size: fields.u32()?,
            flags: fields.u32()?,
        })
    };
    let mut all = boxes(mvex).filter(|(kind, _)| kind == b"trex");
    all.find_map(|(_, content)| of_track(content))
}

struct FragmentKeys {
    keys: Vec<KeyFrame>,
    /// Decode time of the next sample.
    time: u64,
    /// Latest presentation end so far.
    end: Option<i64>,
    /// Remaining number of samples to examine.
    left: u32,
}

impl FragmentKeys {
    fn fragment(
        &mut self,
        traf: &[u8],
        moof: u64,
        track: u32,
        mut usual: FragmentDefaults,
    ) -> Option<()> {
        let mut header = Fields(child(traf, b"tfhd")?);
        let (_, flags) = header.version_and_flags()?;
        if header.u32()? != track {
            return None;
        }
        let mut base = moof;
        if flags & 0x1 != 0 {
            base = header.u64()?;
        }
        if flags & 0x2 != 0 {
            header.skip(4)?;
        }
        for (flag, value) in [
            (0x8, &mut usual.duration),
            (0x10, &mut usual.size),
            (0x20, &mut usual.flags),
        ] {
            if flags & flag != 0 {
                *value = header.u32()?;
            }
        }
        if let Some(time) = inside(traf, &[b"tfdt"]) {
            let mut fields = Fields(time);
            let (version, _) = fields.version_and_flags()?;
            self.time = fields.sized(version)?;
        }
        let mut next = base;
        for (_, run) in boxes(traf).filter(|(kind, _)| kind == b"trun") {
            next = self.run(run, base, next, usual)?;
        }
        Some(())
    }

    /// Reads one track run, and returns where the data of the next run starts by default.
    fn run(&mut self, trun: &[u8], base: u64, next: u64, usual: FragmentDefaults) -> Option<u64> {
        let mut fields = Fields(trun);
        let (_, flags) = fields.version_and_flags()?;
        let count = fields.u32()?;
        let mut at = match flags & 0x1 {
            0 => next,
            _ => base.checked_add_signed(fields.i32()?.into())?,
        };
        let first_flags = match flags & 0x4 {
            0 => None,
            _ => Some(fields.u32()?),
        };
        for number in 0..count {
            self.left = self.left.checked_sub(1)?;
            let mut field = |flag: u32, usual: u32| match flags & flag {
                0 => Some(usual),
                _ => fields.u32(),
            };
            let duration = field(0x100, usual.duration)?;
            let size = field(0x200, usual.size)?;
            let own_flags = field(0x400, usual.flags)?;
            let shift = field(0x800, 0)?.cast_signed();
            let presented = i64::try_from(self.time).ok()?.checked_add(shift.into())?;
            self.end = self.end.max(presented.checked_add(duration.into()));
            let of_first = first_flags.filter(|_| number == 0);
            if of_first.unwrap_or(own_flags) & NOT_SYNC == 0 && self.keys.len() < MOST.1 {
                self.keys.push(KeyFrame {
                    time: presented,
                    place: SampleLocation::At(at, size.into()),
                });
            }
            at = at.checked_add(size.into())?;
            self.time = self.time.checked_add(duration.into())?;
        }
        Some(at)
    }
}

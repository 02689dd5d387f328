//! Key frames of fragmented files (ISO/IEC 14496-12, 8.8), which recorders write so that they survive interruption.

use super::boxes::{Fields, boxes, child, inside};
use super::samples::{KeyFrame, SampleLocation};

/// Maximum number of samples examined.
const MAX_SAMPLES: u32 = 1 << 24;
/// Maximum number of key frames; of more, an evenly spread subset.
const MAX_KEYS: usize = 1 << 14;
/// Sample flag: not a sync sample.
const NOT_SYNC: u32 = 0x1_0000;

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

/// The earliest start and the latest end of the presentation of a sample, in units of the track's timescale.
pub type FragmentSpan = (i64, i64);

/// The key frames in the fragments of a track, with times in units of its timescale.
pub struct FragmentKeys {
    /// The key frames in file order.
    pub keys: Vec<KeyFrame>,
    /// When the presentation of the fragments starts and ends; `None` without samples.
    pub span: Option<FragmentSpan>,
    track: u32,
    usual: FragmentDefaults,
    /// Decode time of the next sample.
    time: u64,
    /// Remaining number of samples to examine.
    left: u32,
    /// Number of key frames so far, of which every `step`th is kept.
    seen: u64,
    step: u64,
}

impl FragmentKeys {
    /// Of a track whose samples outside fragments end at `start`.
    pub fn new(moov: &[u8], track: u32, start: u64) -> Self {
        Self {
            keys: Vec::new(),
            span: None,
            track,
            usual: usual(moov, track).unwrap_or_default(),
            time: start,
            left: MAX_SAMPLES,
            seen: 0,
            step: 1,
        }
    }

    /// Adds the fragments in the `moof` at this offset. They need not be in order of time; those without a time follow
    /// the previous one.
    pub fn add(&mut self, offset: u64, moof: &[u8]) {
        for (_, traf) in boxes(moof).filter(|(kind, _)| kind == b"traf") {
            // A malformed fragment loses only its own samples.
            let _ = self.fragment(traf, offset);
        }
    }

    fn add_key(&mut self, key: KeyFrame) {
        if self.seen.is_multiple_of(self.step) {
            if self.keys.len() == MAX_KEYS {
                let mut is_kept = false;
                self.keys.retain(|_| {
                    is_kept = !is_kept;
                    is_kept
                });
                self.step *= 2;
            }
            // `MAX_KEYS` is even, so this key is also one of those that the larger step keeps.
            self.keys.push(key);
        }
        self.seen += 1;
    }

    fn fragment(&mut self, traf: &[u8], moof: u64) -> Option<()> {
        let mut usual = self.usual;
        let mut header = Fields(child(traf, b"tfhd")?);
        let (_, flags) = header.version_and_flags()?;
        if header.u32()? != self.track {
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
            let ended = presented.checked_add(duration.into())?;
            let (start, end) = self.span.unwrap_or((presented, ended));
            self.span = Some((start.min(presented), end.max(ended)));
            let of_first = first_flags.filter(|_| number == 0);
            if of_first.unwrap_or(own_flags) & NOT_SYNC == 0 {
                self.add_key(KeyFrame {
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

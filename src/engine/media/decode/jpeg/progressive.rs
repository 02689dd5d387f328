//! Progressive JPEG at a scale of 1/2, 1/4 or 1/8, and damaged files at any scale.
//!
//! Progressive files code their coefficients in several scans, first coarsely, then bit by bit. If the scale needs only
//! the DC coefficients, AC scans are skipped. Otherwise all scans are read, since refinement bits of visible
//! coefficients are interleaved with those of others. Without the last bits fine grain would be lost, and an embedding
//! would have a cosine similarity below 0.996 to that of the full decode (docs/benchmarks.md, "What a small scale
//! does"). Section numbers refer to ITU-T T.81.

mod coefficients;
mod scan;

use super::header::{JpegHeader, ScanHeader, Unsupported, end_of_data};
use super::planes::{FULL, McuGrid, Plane, Scaled, picture};
use super::stripes::Tally;
use crate::engine::cancel::Cancel;
use coefficients::ComponentCoefficients;
use scan::read_scan;

/// Maximum number of scans: a file of a few kilobytes could declare millions over a large picture.
const MAX_SCANS: usize = 1000;

/// Decodes at `eighths` / 8 of the full size, where `eighths` is 1, 2 or 4. Files that are truncated or have a fault in
/// the required data are left to other decoders.
pub fn decode(
    bytes: &[u8],
    (mut header, mut scan): (JpegHeader, ScanHeader),
    eighths: usize,
    cancel: &Cancel,
) -> Result<Scaled, Unsupported> {
    let grid = McuGrid::new(&header)?;
    let mut channels = channels(&header, eighths, grid)?;
    for _ in 0..MAX_SCANS {
        if shows(&scan, &channels)? {
            let tally = read_scan(bytes, &header, &scan, &mut channels, grid, cancel)?;
            if tally.lost > 0 || cancel.is_cancelled() {
                return Err(Unsupported);
            }
        }
        let end = end_of_data(bytes, scan.data)?;
        match header.next_scan(bytes, end)? {
            Some(next) => scan = next,
            None if channels.iter().all(ComponentCoefficients::is_complete) => {
                return finish(channels, &header, eighths, cancel);
            }
            None => break,
        }
    }
    Err(Unsupported)
}

/// Decodes what is left of a damaged file, at any scale; missing parts are grey or lack detail. Blocks with a DC
/// coefficient count as read. Also returns whether anything is wrong: a file may omit its last bits.
pub fn decode_damaged(
    bytes: &[u8],
    (mut header, mut scan): (JpegHeader, ScanHeader),
    eighths: usize,
    cancel: &Cancel,
) -> Result<(Scaled, Tally, bool), Unsupported> {
    let grid = McuGrid::new(&header)?;
    let mut channels = channels(&header, eighths, grid)?;
    let mut worst = Tally::default();
    let mut is_faulty = false;
    for number in 0..MAX_SCANS {
        let shown = shows(&scan, &channels);
        if number == 0 {
            shown?;
        }
        let read = match shown {
            Ok(true) => read_scan(bytes, &header, &scan, &mut channels, grid, cancel),
            Ok(false) => Ok(Tally::default()),
            Err(error) => Err(error),
        };
        is_faulty |= read.is_err() || read.is_ok_and(|tally| tally.lost > 0);
        if let (Ok(true), Ok(tally)) = (shown, read)
            && (scan.first, scan.high) == (0, 0)
            && (number == 0 || tally.lost_percent() > worst.lost_percent())
        {
            worst = tally;
        }
        if cancel.is_cancelled() {
            return Err(Unsupported);
        }
        let next = end_of_data(bytes, scan.data).and_then(|end| header.next_scan(bytes, end));
        match next {
            Ok(Some(next)) => scan = next,
            Ok(None) => break,
            Err(_) => {
                // All coefficients may have been coded before the truncation.
                is_faulty |= !channels.iter().all(ComponentCoefficients::is_complete);
                break;
            }
        }
    }
    let scaled = finish(channels, &header, eighths, cancel)?;
    Ok((scaled, worst, is_faulty))
}

fn channels(
    header: &JpegHeader,
    eighths: usize,
    grid: McuGrid,
) -> Result<Vec<ComponentCoefficients>, Unsupported> {
    let planes = header.components.iter();
    let planes = planes.map(|component| Plane::new(header, component, eighths, grid));
    planes
        .map(|plane| Ok(ComponentCoefficients::new(plane?, grid)))
        .collect()
}

fn finish(
    channels: Vec<ComponentCoefficients>,
    header: &JpegHeader,
    eighths: usize,
    cancel: &Cancel,
) -> Result<Scaled, Unsupported> {
    let mut planes = Vec::with_capacity(channels.len());
    for mut channel in channels {
        match (channel.plane.size, eighths) {
            (_, FULL) => channel.transform::<8, 64>(cancel),
            (1, _) => channel.transform::<1, 16>(cancel),
            (2, _) => channel.transform::<2, 16>(cancel),
            _ => channel.transform::<4, 16>(cancel),
        }?;
        planes.push(channel.plane);
    }
    Ok(picture(&planes, header, eighths))
}

/// Whether a scan has coefficients that are visible at this scale (G.1.1.1).
fn shows(scan: &ScanHeader, channels: &[ComponentCoefficients]) -> Result<bool, Unsupported> {
    let of_dc = scan.first == 0;
    let fine = scan.first <= scan.last
        && scan.last < 64
        && (of_dc == (scan.last == 0))
        && (of_dc || scan.components.len() == 1)
        && scan.low < 14
        && (scan.high == 0 || scan.high == scan.low + 1);
    if !fine {
        return Err(Unsupported);
    }
    let plane = scan
        .components
        .first()
        .map(|part| &channels[part.index].plane);
    Ok(of_dc || plane.is_some_and(|plane| plane.needed > 1))
}

#[cfg(test)]
mod tests;

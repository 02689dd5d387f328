//! Writes an XMP packet into HEIC, HEIF and AVIF files: into a separate `mdat` box after the pictures, as an XMP item.
//!
//! Coded pictures are not modified. If the `meta` box grows, the data after it moves and the item locations are
//! updated. Files with other boxes that contain offsets, such as image sequences, are not written.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::ops::Range;

use super::input::{ByteSource, Input};
use crate::engine::files::patch::Patch;
use crate::engine::media::iso_media::{
    Fields, IsoBox, ItemLocation, Items, MAX_META, MetadataItemKind, content, parts, push,
};
use crate::engine::media::photo::ContentId;

/// Top-level boxes without absolute offsets, or that may move: `mpvd` (the video of a motion photo) and `sefd`
/// (Samsung's trailer) are both located from the end of the file.
const KNOWN: [&[u8; 4]; 8] = [
    b"ftyp", b"meta", b"mdat", b"free", b"skip", b"wide", b"mpvd", b"sefd",
];
/// Children of `meta` without offsets, or whose offsets are updated here.
const KNOWN_INSIDE: [&[u8; 4]; 11] = [
    b"hdlr", b"dinf", b"pitm", b"iinf", b"iref", b"iprp", b"idat", b"iloc", b"grpl", b"free",
    b"skip",
];
/// UUID of the box with the version of Canon's cameras.
const CANON: [u8; 16] = [
    0x85, 0xc0, 0xb6, 0x87, 0x82, 0x0f, 0x11, 0xe0, 0x81, 0x11, 0xf4, 0xce, 0x46, 0x2b, 0x6a, 0x48,
];
/// The new `infe` box around its identifier: version 2, hidden; then no protection, type, no name, content type.
const INFO: (&[u8], &[u8]) = (&[2, 0, 0, 1], b"\0\0mime\0application/rdf+xml\0");

/// Structure of a file that is to be modified.
struct HeifLayout {
    meta: IsoBox,
    items: Items,
    /// Range that the new `mdat` box replaces.
    data: Range<u64>,
    /// The box before it, if its size 0 extends it to the end of the file.
    open: Option<IsoBox>,
    /// The existing XMP item.
    packet: Option<u32>,
}

/// The patches for a file; `None` if it has an unsupported structure. `there`: whether the reader found a packet.
pub fn patches<R: Read + Seek>(
    input: &mut Input<R>,
    end: u64,
    there: bool,
    packet: &[u8],
) -> Option<Vec<Patch>> {
    let layout = HeifLayout::read(input, end)?;
    if layout.packet.is_some() != there {
        return None;
    }
    let data = boxed(b"mdat", &[packet])?;
    let old = content(input, layout.meta.start, layout.meta.end)?;
    // The length of the `meta` box does not depend on the offsets in it.
    let length = |meta: Vec<u8>| meta.len() as u64;
    let meta_length = length(layout.description(input, 0, 0, &|at, _| Some(at))?);
    let changes = [
        (layout.meta.start..layout.meta.end, meta_length),
        (layout.data.clone(), data.len() as u64),
    ];
    let place = moved(layout.data.start, 0, &changes[..1])? + 8;
    let places = |at, length| moved(at, length, &changes);
    let meta = layout.description(input, place, packet.len() as u64, &places)?;
    let old_data = content(input, layout.data.start, layout.data.end)?;
    let mut patches = vec![
        Patch {
            at: layout.meta.start,
            old,
            new: meta,
        },
        Patch {
            at: layout.data.start,
            old: old_data,
            new: data,
        },
    ];
    if let Some(open) = &layout.open {
        let size = u32::try_from(open.end - open.start).ok()?;
        patches.push(Patch {
            at: open.start,
            old: vec![0; 4],
            new: size.to_be_bytes().to_vec(),
        });
    }
    // Insertions come before replacements at the same offset.
    patches.sort_by_key(|patch| (patch.at, patch.old.len()));
    Some(patches)
}

impl HeifLayout {
    fn read<R: Read + Seek>(input: &mut Input<R>, end: u64) -> Option<Self> {
        let mut all = parts(input, 0, end);
        let is_known = |part: &IsoBox| part.is_whole && KNOWN.contains(&&part.kind);
        let is_complete = all.last()?.end == end && all.iter().all(is_known);
        let is_meta = |part: &IsoBox| &part.kind == b"meta";
        let at = all.iter().position(is_meta)?;
        let is_only = all.iter().rposition(is_meta) == Some(at);
        if !is_complete || !is_only || &all[0].kind != b"ftyp" {
            return None;
        }
        let last = all.iter().rposition(|part| &part.kind == b"mdat");
        let last = last.unwrap_or(at);
        let after = all[last].end;
        let size = input.array::<4>(all[last].start)?;
        let is_open = size == [0; 4];
        let items =
            Items::read(input, &all[at]).filter(|_| all[at].end - all[at].start <= MAX_META)?;
        let is_known = |input: &mut Input<R>, part: &IsoBox| {
            let known = KNOWN_INSIDE.contains(&&part.kind)
                || &part.kind == b"uuid" && input.array(part.body) == Some(CANON);
            known && part.is_whole
        };
        let inside_end = items.parts.last()?.end;
        if inside_end != all[at].end || !items.parts.iter().all(|part| is_known(input, part)) {
            return None;
        }
        let handler = items.part(b"hdlr")?;
        if input.array(handler.body + 8) != Some(*b"pict") {
            return None;
        }
        let packets = || {
            items
                .metadata
                .iter()
                .filter(|(_, kind)| *kind != MetadataItemKind::Exif)
        };
        let packet = match (packets().next(), packets().count()) {
            (None, _) => None,
            (Some((id, MetadataItemKind::Xmp)), 1) => Some(*id),
            _ => return None,
        };
        // An `mdat` box that this program wrote is replaced by the new one.
        let own = packet.and_then(|id| {
            let place = items.places.items.iter().find(|place| place.id == id)?;
            match items.extents(place)?[..] {
                [(at, length)] => all.iter().find(|part| {
                    &part.kind == b"mdat" && part.body == at && part.end == at + length
                }),
                _ => None,
            }
        });
        let data = own.map_or(after..after, |part| part.start..part.end);
        let open = (is_open && data.is_empty()).then(|| all.swap_remove(last));
        let at = all.iter().position(is_meta)?;
        Some(Self {
            meta: all.swap_remove(at),
            items,
            data,
            open,
            packet,
        })
    }

    /// The `meta` box with the packet at this location and all other offsets updated.
    fn description<R: Read + Seek>(
        &self,
        input: &mut Input<R>,
        at: u64,
        length: u64,
        moved: &dyn Fn(u64, u64) -> Option<u64>,
    ) -> Option<Vec<u8>> {
        let mut places = self.items.places.clone();
        let id = match self.packet {
            Some(id) => {
                places.items.retain(|place| place.id != id);
                if places.items.len() + 1 != self.items.places.items.len() {
                    return None;
                }
                id
            }
            None => self.new_number(input)?,
        };
        places.follow(moved)?;
        let place: ItemLocation = places.single_extent(id, at, length);
        places.items.push(place);
        let mut body = input.array::<4>(self.meta.body)?.to_vec();
        for part in &self.items.parts {
            let new = match &part.kind {
                b"iloc" => boxed(b"iloc", &[&places.to_bytes()?])?,
                b"iinf" if self.packet.is_none() => self.infos(input, part, id)?,
                b"iref" if self.packet.is_none() => {
                    let old = content(input, part.body, part.end)?;
                    boxed(b"iref", &[&old, &self.reference(id, *old.first()?)?])?
                }
                _ => content(input, part.start, part.end)?,
            };
            body.extend(new);
        }
        if self.packet.is_none() && self.items.part(b"iref").is_none() {
            let version = u8::from(id > 0xffff);
            let head = [version, 0, 0, 0];
            body.extend(boxed(b"iref", &[&head, &self.reference(id, version)?])?);
        }
        boxed(b"meta", &[&body])
    }

    /// An identifier that is not used by an item or group.
    fn new_number<R: Read + Seek>(&self, input: &mut Input<R>) -> Option<u32> {
        let mut highest = self.items.numbers.iter().copied().max()?;
        let places = self.items.places.items.iter();
        highest = places.fold(highest, |highest, place| highest.max(place.id));
        if let Some(groups) = self.items.part(b"grpl") {
            for group in parts(input, groups.body, groups.end) {
                let id = input.array(group.body + 4)?;
                highest = highest.max(u32::from_be_bytes(id));
            }
        }
        highest.checked_add(1)
    }

    /// The `iinf` box with an additional entry for the packet.
    fn infos<R: Read + Seek>(
        &self,
        input: &mut Input<R>,
        old: &IsoBox,
        id: u32,
    ) -> Option<Vec<u8>> {
        let old = content(input, old.body, old.end)?;
        let mut fields = Fields(&old);
        let version = fields.number(4)? >> 24;
        let width = if version == 0 { 2 } else { 4 };
        let count = fields.number(width)?;
        let mut head = old[..4].to_vec();
        push(&mut head, count + 1, width)?;
        let wide = id > 0xffff;
        let (mut info, rest) = (INFO.0.to_vec(), INFO.1);
        info[0] += u8::from(wide);
        push(&mut info, id.into(), if wide { 4 } else { 2 })?;
        let info = boxed(b"infe", &[&info, rest])?;
        boxed(b"iinf", &[&head, fields.0, &info])
    }

    /// The `cdsc` reference from the packet to the primary item.
    fn reference(&self, id: u32, version: u8) -> Option<Vec<u8>> {
        let width = if version == 0 { 2 } else { 4 };
        let mut body = Vec::new();
        push(&mut body, id.into(), width)?;
        push(&mut body, 1, 2)?;
        push(&mut body, self.items.primary?.into(), width)?;
        boxed(b"cdsc", &[&body])
    }
}

/// The new offset of an extent after the ranges in `changes` change length; `None` if it overlaps one of them.
fn moved(at: u64, length: u64, changes: &[(Range<u64>, u64)]) -> Option<u64> {
    let end = at.checked_add(length)?;
    changes.iter().try_fold(at, |place, (old, new)| {
        if at >= old.end {
            (place + new).checked_sub(old.end - old.start)
        } else {
            (end <= old.start).then_some(place)
        }
    })
}

fn boxed(kind: &[u8; 4], parts: &[&[u8]]) -> Option<Vec<u8>> {
    let body = parts.concat();
    let mut bytes = Vec::with_capacity(8 + body.len());
    push(&mut bytes, 8 + body.len() as u64, 4)?;
    bytes.extend(kind);
    bytes.extend(body);
    Some(bytes)
}

/// A hash of the data of all items except XMP packets, by identifier; `None` if the file has no items.
///
/// # Errors
/// Returns an error if an item is not within the file.
pub fn pictures(file: &File) -> io::Result<Option<ContentId>> {
    let end = file.metadata()?.len();
    let mut input = Input::new(file);
    let all = parts(&mut input, 0, end);
    let meta = all.iter().find(|part| &part.kind == b"meta");
    let Some(items) = meta.and_then(|meta| Items::read(&mut input, meta)) else {
        return Ok(None);
    };
    let packets: Vec<u32> = (items.metadata.iter())
        .filter(|(_, kind)| *kind == MetadataItemKind::Xmp)
        .map(|(id, _)| *id)
        .collect();
    let mut places: Vec<&ItemLocation> = (items.places.items.iter())
        .filter(|place| !packets.contains(&place.id))
        .collect();
    places.sort_by_key(|place| place.id);
    let mut hasher = blake3::Hasher::new();
    for place in places {
        hasher.update(&place.id.to_be_bytes());
        for (at, length) in items.extents(place).unwrap_or_default() {
            let mut reader = file;
            reader.seek(io::SeekFrom::Start(at))?;
            if io::copy(&mut reader.take(length), &mut hasher)? != length {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }
    Ok(Some(ContentId(*hasher.finalize().as_bytes())))
}

#[cfg(test)]
mod tests;

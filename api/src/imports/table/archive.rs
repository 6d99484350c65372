//! The container of a workbook: members of a ZIP archive, found by their directory and inflated under a limit.

use std::collections::HashMap;
use std::io::Read;

use flate2::read::DeflateDecoder;

use super::bounded::Bounded;
use super::unreadable;
use crate::problem::Breach;

/// Members of an archive at most; workbooks have some dozens.
const MOST_MEMBERS: usize = 4_000;
/// Bytes of one member at most, once inflated.
const MOST_INFLATED: u64 = 128 << 20;
/// From this size on, what inflates more than a hundredfold was made to do harm.
const BOMB_FROM: u64 = 8 << 20;
const BOMB_RATIO: u64 = 100;

/// An archive that was opened.
pub(super) struct Archive<'a> {
    bytes: &'a [u8],
    members: HashMap<&'a str, Member>,
}

#[derive(Clone, Copy)]
struct Member {
    method: u16,
    compressed: u32,
    inflated: u32,
    offset: u32,
}

impl<'a> Archive<'a> {
    /// Reads the directory.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, Breach> {
        let broken = || unreadable("the workbook is damaged: its directory cannot be read");
        let end = directory_end(bytes).ok_or_else(broken)?;
        let count = usize::from(u16_at(bytes, end + 10).ok_or_else(broken)?);
        let mut at = index(u32_at(bytes, end + 16).ok_or_else(broken)?);
        if count > MOST_MEMBERS {
            return Err(unreadable(format!("more than {MOST_MEMBERS} parts in one workbook")));
        }
        let mut members = HashMap::with_capacity(count);
        for _ in 0..count {
            let (name, member, length) = entry(bytes, at).ok_or_else(broken)?;
            members.insert(name, member);
            at += length;
        }
        Ok(Self { bytes, members })
    }

    /// A member's content, if there is such a member.
    pub(super) fn member(&self, name: &str) -> Result<Option<Bounded<Box<dyn Read + 'a>>>, Breach> {
        let Some(member) = self.members.get(name) else {
            return Ok(None);
        };
        let bomb = u64::from(member.inflated) > BOMB_FROM
            && u64::from(member.inflated) > BOMB_RATIO * u64::from(member.compressed);
        if bomb || u64::from(member.inflated) > MOST_INFLATED {
            return Err(unreadable(format!("{name} would inflate to {} bytes", member.inflated)));
        }
        let data = self
            .data(*member)
            .ok_or_else(|| unreadable(format!("{name} is damaged")))?;
        let content: Box<dyn Read + 'a> = match member.method {
            0 => Box::new(data),
            8 => Box::new(DeflateDecoder::new(data)),
            _ => return Err(unreadable(format!("{name} is packed in an unknown way"))),
        };
        // What the directory says about sizes may be a lie, so it is counted too.
        let limit = (BOMB_RATIO * u64::from(member.compressed)).clamp(BOMB_FROM, MOST_INFLATED);
        Ok(Some(Bounded::new(content, limit)))
    }

    fn data(&self, member: Member) -> Option<&'a [u8]> {
        let header = index(member.offset);
        if u32_at(self.bytes, header)? != 0x0403_4B50 {
            return None;
        }
        let name = usize::from(u16_at(self.bytes, header + 26)?);
        let extra = usize::from(u16_at(self.bytes, header + 28)?);
        let begin = header + 30 + name + extra;
        self.bytes.get(begin..begin.checked_add(index(member.compressed))?)
    }
}

/// Where the directory's end record begins. A comment of up to 64 KB may follow it.
fn directory_end(bytes: &[u8]) -> Option<usize> {
    let last = bytes.len().checked_sub(22)?;
    let first = last.saturating_sub(usize::from(u16::MAX));
    (first..=last).rev().find(|at| u32_at(bytes, *at) == Some(0x0605_4B50))
}

/// One entry of the directory: the member's name, the member, the entry's length.
fn entry(bytes: &[u8], at: usize) -> Option<(&str, Member, usize)> {
    if u32_at(bytes, at)? != 0x0201_4B50 {
        return None;
    }
    let length = |offset: usize| u16_at(bytes, at + offset).map(usize::from);
    let (name, extra, comment) = (length(28)?, length(30)?, length(32)?);
    let is_encrypted = u16_at(bytes, at + 8)? & 1 != 0;
    let member = Member {
        // No method has this number, so that the member is refused when it is needed.
        method: if is_encrypted {
            u16::MAX
        } else {
            u16_at(bytes, at + 10)?
        },
        compressed: u32_at(bytes, at + 20)?,
        inflated: u32_at(bytes, at + 24)?,
        offset: u32_at(bytes, at + 42)?,
    };
    let name_bytes = bytes.get(at + 46..at + 46 + name)?;
    let text = std::str::from_utf8(name_bytes).unwrap_or_default();
    Some((text.trim_start_matches('/'), member, 46 + name + extra + comment))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let pair = bytes.get(at..at.checked_add(2)?)?;
    pair.try_into().ok().map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    four.try_into().ok().map(u32::from_le_bytes)
}

fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

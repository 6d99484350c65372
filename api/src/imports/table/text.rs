//! From bytes to text: which encoding it is, and whether it is text at all.

use std::borrow::Cow;

use super::{Encoding, MOST_BYTES, unreadable};
use crate::problem::Breach;

/// First bytes of files that are no tables, with what to tell the sender.
const OTHER_FILES: [(&[u8], &str); 4] = [
    (
        b"\xD0\xCF\x11\xE0",
        "an old Excel file (.xls); save it as .xlsx or as CSV",
    ),
    (b"%PDF", "a PDF file"),
    (b"\x1F\x8B", "a compressed file; unpack it first"),
    (b"{\\rtf", "a text document; send a table"),
];

/// Reads text of an encoding that is given or found out.
///
/// # Errors
/// When it is no text, or longer than a table may be.
pub(super) fn decode(bytes: &[u8], given: Option<Encoding>) -> Result<(Cow<'_, str>, Encoding), Breach> {
    if let Some((_, what)) = OTHER_FILES.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Err(unreadable(format!("this is {what}")));
    }
    let encoding = given.unwrap_or_else(|| detect(bytes));
    let reader = match encoding {
        Encoding::Utf8 => encoding_rs::UTF_8,
        Encoding::Utf16Le => encoding_rs::UTF_16LE,
        Encoding::Utf16Be => encoding_rs::UTF_16BE,
        Encoding::Windows1252 => encoding_rs::WINDOWS_1252,
    };
    // Decoding may treble the size, so what must be decoded is held to less than what can be read as it is.
    if encoding != Encoding::Utf8 && bytes.len() > MOST_BYTES / 2 {
        return Err(unreadable(format!(
            "more than {} bytes in this encoding",
            MOST_BYTES / 2
        )));
    }
    let (text, _) = reader.decode_without_bom_handling(bytes);
    if is_binary(text.as_bytes()) {
        return Err(Breach::NotText);
    }
    Ok((text, encoding))
}

fn detect(bytes: &[u8]) -> Encoding {
    if bytes.starts_with(b"\xEF\xBB\xBF") {
        return Encoding::Utf8;
    }
    if bytes.starts_with(b"\xFF\xFE") {
        return Encoding::Utf16Le;
    }
    if bytes.starts_with(b"\xFE\xFF") {
        return Encoding::Utf16Be;
    }
    without_mark(bytes)
}

/// In UTF-16 most characters of a European table have a zero byte, always on the same side.
fn without_mark(bytes: &[u8]) -> Encoding {
    let pairs = bytes.get(..bytes.len().min(4096)).unwrap_or_default().chunks_exact(2);
    let count = pairs.len();
    let zeros = |side: usize| pairs.clone().filter(|pair| pair.get(side) == Some(&0)).count();
    let (high, low) = (zeros(0), zeros(1));
    if count > 0 && low * 2 > count && high * 10 < count {
        return Encoding::Utf16Le;
    }
    if count > 0 && high * 2 > count && low * 10 < count {
        return Encoding::Utf16Be;
    }
    if std::str::from_utf8(bytes).is_ok() || is_damaged_utf8(bytes) {
        Encoding::Utf8
    } else {
        Encoding::Windows1252
    }
}

/// True where most bytes beyond ASCII form characters of UTF-8, which those of another encoding hardly ever do: then the others are
/// damage.
fn is_damaged_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good > 0 && good >= bad
}

/// A stray NUL spoils its cell; many of them are no text.
fn is_binary(text: &[u8]) -> bool {
    let zeros = text.iter().filter(|byte| **byte == 0).count();
    zeros > 8 && zeros * 100 > text.len()
}

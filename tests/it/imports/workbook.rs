//! Workbooks made by hand, so that they can be wrong in every way.

use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;

/// A workbook of sheets, each with its name and the XML of its rows.
pub fn workbook(sheets: &[(&str, &str)]) -> Vec<u8> {
    let names = sheets
        .iter()
        .enumerate()
        .map(|(index, (name, _))| format!(r#"<sheet name="{name}" sheetId="{0}" r:id="rId{0}"/>"#, index + 1));
    let targets = (1..=sheets.len())
        .map(|index| format!(r#"<Relationship Id="rId{index}" Target="worksheets/sheet{index}.xml" Type="t"/>"#));
    let mut members = vec![
        (
            "xl/workbook.xml".to_owned(),
            format!("<workbook><sheets>{}</sheets></workbook>", names.collect::<String>()),
        ),
        (
            "xl/_rels/workbook.xml.rels".to_owned(),
            format!("<Relationships>{}</Relationships>", targets.collect::<String>()),
        ),
    ];
    for (index, (_, rows)) in sheets.iter().enumerate() {
        let sheet = format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
        members.push((format!("xl/worksheets/sheet{}.xml", index + 1), sheet));
    }
    archive(members.iter().map(|(name, text)| (name.as_str(), text.as_bytes())))
}

/// Rows of texts, those that are numbers written as numbers.
pub fn rows(first: usize, rows: &[&[&str]]) -> String {
    let cell = |row: usize, column: usize, text: &str| {
        let address = format!("{}{row}", char::from(b'A' + u8::try_from(column).unwrap()));
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            format!(r#"<c r="{address}" t="n"><v>{text}</v></c>"#)
        } else {
            let text = text.replace('&', "&amp;").replace('<', "&lt;");
            format!(r#"<c r="{address}" t="inlineStr"><is><t>{text}</t></is></c>"#)
        }
    };
    let all = rows.iter().enumerate().map(|(index, cells)| {
        let row = first + index;
        let cells = cells.iter().enumerate().map(|(column, text)| cell(row, column, text));
        format!(r#"<row r="{row}">{}</row>"#, cells.collect::<String>())
    });
    all.collect()
}

/// A ZIP archive.
pub fn archive<'a>(members: impl Iterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
    let (mut bytes, mut directory, mut count) = (Vec::new(), Vec::new(), 0_u16);
    for (name, content) in members {
        let mut packed = DeflateEncoder::new(Vec::new(), Compression::best());
        packed.write_all(content).unwrap();
        let packed = packed.finish().unwrap();
        let sizes = [packed.len(), content.len()].map(|size| u32::try_from(size).unwrap().to_le_bytes());
        let name_length = u16::try_from(name.len()).unwrap().to_le_bytes();
        let offset = u32::try_from(bytes.len()).unwrap().to_le_bytes();
        // Version, flags, method 8, time, date, a check sum that nobody looks at.
        let common = [
            &[20, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0][..],
            &sizes[0],
            &sizes[1],
            &name_length,
            &[0, 0],
        ]
        .concat();
        bytes.extend([b"PK\x03\x04", &common[..], name.as_bytes(), &packed].concat());
        directory.extend([b"PK\x01\x02\x14\x00", &common[..], &[0; 10], &offset, name.as_bytes()].concat());
        count += 1;
    }
    let begin = u32::try_from(bytes.len()).unwrap().to_le_bytes();
    let length = u32::try_from(directory.len()).unwrap().to_le_bytes();
    let count = count.to_le_bytes();
    bytes.extend(directory);
    bytes.extend([b"PK\x05\x06\0\0\0\0", &count[..], &count, &length, &begin, &[0, 0]].concat());
    bytes
}

//! Files as programs write them, and files made to do harm.

use proptest::prelude::*;

use super::*;

fn cells(table: &Table) -> Vec<Vec<&str>> {
    let rows = table.rows.iter();
    rows.map(|row| row.cells.iter().map(|cell| &**cell).collect()).collect()
}

fn csv(bytes: &[u8]) -> Table {
    read(bytes, &Hints::default()).expect("a table")
}

fn refused(bytes: &[u8]) -> String {
    match read(bytes, &Hints::default()) {
        Err(Breach::Unreadable(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn encodings_are_told_apart() {
    let text = "Name;Ort\nMüller & Söhne GmbH;Weiß\n";
    let utf16 = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let (windows, _, _) = encoding_rs::WINDOWS_1252.encode(text);
    let files: [(Vec<u8>, Encoding); 7] = [
        (text.into(), Encoding::Utf8),
        ([b"\xEF\xBB\xBF", text.as_bytes()].concat(), Encoding::Utf8),
        (windows.into_owned(), Encoding::Windows1252),
        (utf16(u16::to_le_bytes), Encoding::Utf16Le),
        (utf16(u16::to_be_bytes), Encoding::Utf16Be),
        ([vec![0xFF, 0xFE], utf16(u16::to_le_bytes)].concat(), Encoding::Utf16Le),
        ([vec![0xFE, 0xFF], utf16(u16::to_be_bytes)].concat(), Encoding::Utf16Be),
    ];
    for (bytes, expected) in files {
        let table = csv(&bytes);
        let Layout::Csv { encoding, .. } = &table.layout else {
            panic!("{:?}", table.layout)
        };
        assert_eq!(*encoding, expected);
        assert_eq!(cells(&table), [["Name", "Ort"], ["Müller & Söhne GmbH", "Weiß"]]);
    }
}

#[test]
fn separators_and_quotes_are_told_apart() {
    for (text, expected) in [
        ("Name,Ort\n\"A, B\",Jena\n", Separator::Comma),
        ("Name;Ort\nA, B, C;Jena\n", Separator::Semicolon),
        ("Name\tOrt\nA, B, C\tJena\n", Separator::Tab),
        ("Name|Ort\nA, B, C|Jena\n", Separator::Pipe),
        ("sep=|\nName|Ort\nA, B|Jena\n", Separator::Pipe),
        (
            "Liste, Stand: heute, vertraulich\n\nName;Ort\nA;Jena\n",
            Separator::Semicolon,
        ),
    ] {
        let table = csv(text.as_bytes());
        let Layout::Csv { separator, .. } = table.layout else {
            panic!("{text}")
        };
        assert_eq!(separator, expected, "{text}");
        assert!(
            table
                .rows
                .iter()
                .skip_while(|row| &*row.cells[0] != "Name")
                .all(|row| row.cells.len() == 2)
        );
    }
    let table = csv(b"'Name';'Ort'\n'A; B';'Jena'\n");
    assert_eq!(cells(&table), [["Name", "Ort"], ["A; B", "Jena"]]);
}

#[test]
fn rows_keep_the_numbers_that_a_spreadsheet_shows() {
    let table = csv(b"Titel\r\n\r\nName;Ort\r\n\"A \"\"B\"\"\r\nC\";Jena\r\n;\r\nD;Gera");
    let numbers: Vec<usize> = table.rows.iter().map(|row| row.number).collect();
    assert_eq!(numbers, [1, 3, 4, 6]);
    assert_eq!(&*table.rows[2].cells[0], "A \"B\"\r\nC");
}

#[test]
fn files_that_are_no_tables_are_refused() {
    assert!(refused(b"\xD0\xCF\x11\xE0\xA1\xB1").contains(".xls"));
    assert!(refused(b"a;\"b").contains("never closed"));
    assert!(refused(&[b'x'; 200_000]).contains("longer"));
    assert!(refused(&[b';'; 200_000]).contains("cells"));
    assert!(refused(&b"a\n".repeat(MOST_ROWS + 1)).contains("rows"));
    assert!(refused(b"PK\x03\x04 and nothing else").contains("damaged"));
    assert!(matches!(read(&[0; 4000], &Hints::default()), Err(Breach::NotText)));
}

proptest! {
    #[test]
    fn no_bytes_do_harm(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        drop(read(&bytes, &Hints::default()));
        drop(read(&[b"PK\x03\x04".to_vec(), bytes].concat(), &Hints::default()));
    }

    #[test]
    fn what_is_written_is_read(rows in proptest::collection::vec(proptest::collection::vec("[a-zäöüß;,\"\n ]{1,9}", 2..5), 1..9)) {
        let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
        let line = |row: &Vec<String>| row.iter().map(quoted).collect::<Vec<_>>().join(";");
        let text = rows.iter().map(line).collect::<Vec<_>>().join("\r\n");
        let hints = Hints { separator: Some(Separator::Semicolon), ..Hints::default() };
        let table = read(text.as_bytes(), &hints).expect("a table");
        let trimmed = |row: &Vec<String>| {
            let mut cells: Vec<String> = row.iter().map(|cell| cell.trim().to_owned()).collect();
            while cells.last().is_some_and(String::is_empty) {
                cells.pop();
            }
            cells
        };
        let expected: Vec<Vec<String>> = rows.iter().map(trimmed).filter(|row| !row.is_empty()).collect();
        let found: Vec<Vec<String>> = cells(&table).iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect();
        prop_assert_eq!(found, expected);
    }
}

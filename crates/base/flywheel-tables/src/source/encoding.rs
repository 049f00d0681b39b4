//! The encoding of a text file: said, told by a mark, or worked out from its bytes; what does not decode is located by line.

use std::io::Read;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use flywheel_spec::{Phrase, Problem, Problems, phrase};

use super::{LISTED, Notes};

/// Bytes looked at to tell UTF-16 without a mark from other text.
const LOOK: usize = 4096;

/// The text of a file; how it was decoded is said unless it is plain UTF-8.
pub(super) fn decode(
    name: &str,
    bytes: &[u8],
    said: Option<&str>,
    notes: &mut Notes,
) -> Result<String, Problems> {
    let encoding = match said {
        Some(label) => Encoding::for_label(label.trim().as_bytes()).ok_or_else(|| unknown(name, label))?,
        None => detect(bytes, true),
    };
    let encoding = if encoding == encoding_rs::GBK { GB18030 } else { encoding };
    let (body, marked) = match Encoding::for_bom(bytes) {
        Some((marked, length)) if marked == encoding => (&bytes[length..], true),
        _ => (bytes, false),
    };
    let (text, broken) = encoding.decode_without_bom_handling(body);
    if broken {
        return Err(undecodable(name, body, encoding));
    }
    if encoding == UTF_8 && text.as_bytes().contains(&0) {
        return Err(Problem::error(Phrase::new("tables.not_text"))
            .advise(Phrase::new("tables.not_text_advice"))
            .in_file(name)
            .into());
    }
    if encoding != UTF_8 {
        let key = match (said.is_some(), marked) {
            (true, _) => "tables.encoding_said",
            (false, true) => "tables.encoding_marked",
            (false, false) => "tables.encoding_guessed",
        };
        notes.actions.push(phrase!(key, encoding = human(encoding)));
    }
    Ok(text.into_owned())
}

/// The encoding of a text of which the beginning, or the `whole`, is at hand; said unless it is plain UTF-8.
pub(super) fn told(
    name: &str,
    look: &[u8],
    whole: bool,
    said: Option<&str>,
) -> Result<(&'static Encoding, Option<Phrase>), Problems> {
    let encoding = match said {
        Some(label) => Encoding::for_label(label.trim().as_bytes()).ok_or_else(|| unknown(name, label))?,
        None => detect(look, whole),
    };
    let encoding = if encoding == encoding_rs::GBK { GB18030 } else { encoding };
    if encoding == UTF_8 {
        return Ok((encoding, None));
    }
    let key = match (said.is_some(), Encoding::for_bom(look).is_some()) {
        (true, _) => "tables.encoding_said",
        (false, true) => "tables.encoding_marked",
        (false, false) => "tables.encoding_guessed",
    };
    Ok((encoding, Some(phrase!(key, encoding = human(encoding)))))
}

/// Reads a text of any encoding as UTF-8, as it comes; what does not decode becomes U+FFFD.
pub(super) struct Decoded<R> {
    inner: R,
    decoder: Decoder,
    input: Vec<u8>,
    pending: std::ops::Range<usize>,
    output: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: Read> Decoded<R> {
    /// Decodes what `inner` gives; a mark at its beginning is left out.
    pub(super) fn new(inner: R, encoding: &'static Encoding) -> Self {
        let decoder = encoding.new_decoder();
        let input = vec![0; 64 << 10];
        Self { inner, decoder, input, pending: 0..0, output: Vec::new(), given: 0, ended: false }
    }

    fn refill(&mut self) -> std::io::Result<()> {
        if self.pending.is_empty() {
            self.pending = 0..self.inner.read(&mut self.input)?;
        }
        let last = self.pending.is_empty();
        let bytes = &self.input[self.pending.clone()];
        let room = self.decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(bytes.len() * 3 + 16);
        self.output.resize(room, 0);
        let (_, read, written, _) = self.decoder.decode_to_utf8(bytes, &mut self.output, last);
        self.output.truncate(written);
        self.given = 0;
        self.pending.start += read;
        self.ended = last;
        Ok(())
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.given == self.output.len() {
            if self.ended {
                return Ok(0);
            }
            self.refill()?;
        }
        let count = buffer.len().min(self.output.len() - self.given);
        buffer[..count].copy_from_slice(&self.output[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}

fn human(encoding: &'static Encoding) -> &'static str {
    if encoding == GB18030 {
        "GBK (GB 18030)"
    } else if encoding == WINDOWS_1252 {
        "Latin-1 (windows-1252)"
    } else {
        encoding.name()
    }
}

/// So many letters of UTF-8 are no chance.
const MIXED: usize = 20;

/// The encoding that the bytes look like; a beginning may end within a character, a `whole` text may not.
fn detect(bytes: &[u8], whole: bool) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return encoding;
    }
    if let Some(encoding) = utf16_without_mark(bytes) {
        return encoding;
    }
    if std::str::from_utf8(bytes).is_ok() || is_mostly_utf8(bytes) {
        return UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, whole);
    detector.guess(None, Utf8Detection::Deny)
}

/// Text in UTF-16 has a zero beside nearly every letter of an English or numeric file.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let look = &bytes[..bytes.len().min(LOOK) / 2 * 2];
    let zeros = |odd: usize| look.iter().skip(odd).step_by(2).filter(|&&byte| byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let many = look.len() / 5;
    match look.len() >= 8 {
        true if odd > many && even * 10 < odd => Some(UTF_16LE),
        true if even > many && odd * 10 < even => Some(UTF_16BE),
        _ => None,
    }
}

/// True where the letters beyond ASCII are UTF-8 but for some broken places.
fn is_mostly_utf8(bytes: &[u8]) -> bool {
    // By chance GBK makes letters between those of Western Europe and those of three bytes: its 女 is a whole `Ů`.
    let is_no_chance = |letter: &char| !('\u{100}'..'\u{800}').contains(letter);
    let (mut whole, mut sure, mut broken) = (0_usize, 0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        let letters = || chunk.valid().chars().filter(|letter| !letter.is_ascii());
        whole += letters().count();
        sure += letters().filter(is_no_chance).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    // Two encodings in one file leave many letters whole.
    whole >= 4 * broken || (sure >= MIXED && sure >= broken)
}

fn unknown(name: &str, label: &str) -> Problems {
    const KNOWN: [&str; 8] =
        ["utf-8", "utf-16le", "utf-16be", "gbk", "gb18030", "big5", "latin1", "windows-1252"];
    let nearest = KNOWN
        .iter()
        .max_by(|a, b| strsim::jaro_winkler(a, label).total_cmp(&strsim::jaro_winkler(b, label)))
        .copied()
        .unwrap_or_default();
    Problem::error(phrase!("tables.encoding_unknown", found = label))
        .advise(phrase!("tables.encoding_unknown_advice", nearest = nearest, known = KNOWN.join(", ")))
        .in_file(name)
        .into()
}

/// Every line that does not decode, the first [`LISTED`] with their bytes.
fn undecodable(name: &str, body: &[u8], encoding: &'static Encoding) -> Problems {
    let mut problems = Problems::default();
    let mut count = 0_usize;
    if matches!(encoding.name(), "UTF-16LE" | "UTF-16BE") {
        // Lines of two-byte text cannot be told apart by bytes; its only mistakes are odd ends and lone halves.
        problems.push(
            Problem::error(phrase!(
                "tables.undecodable_whole",
                encoding = human(encoding),
                bytes = body.len()
            ))
            .advise(Phrase::new("tables.copy_again"))
            .in_file(name),
        );
        return problems;
    }
    for (index, line) in body.split(|&byte| byte == b'\n').enumerate() {
        let (_, broken) = encoding.decode_without_bom_handling(line);
        if !broken {
            continue;
        }
        count += 1;
        if count <= LISTED {
            let found = first_broken(line, encoding);
            let mut problem =
                Problem::error(phrase!("tables.undecodable", encoding = human(encoding), found = found.1));
            problem.place.character = Some(found.0);
            problems.push(
                problem
                    .advise(Phrase::new("tables.undecodable_advice"))
                    .in_file(name)
                    .at_line(index as u64 + 1),
            );
        }
    }
    if count > LISTED {
        problems.push(Problem::error(phrase!("tables.more_lines", count = count - LISTED)).in_file(name));
    }
    if count == 0 {
        problems.push(
            Problem::error(phrase!(
                "tables.undecodable_whole",
                encoding = human(encoding),
                bytes = body.len()
            ))
            .advise(Phrase::new("tables.undecodable_advice"))
            .in_file(name),
        );
    }
    problems
}

/// The character at which a line stops decoding, from 1, with the bytes there.
fn first_broken(line: &[u8], encoding: &'static Encoding) -> (u64, String) {
    let (text, _) = encoding.decode_without_bom_handling(line);
    let good = text.split(char::REPLACEMENT_CHARACTER).next().unwrap_or_default();
    let start = encoding.encode(good).0.len().min(line.len());
    let shown: Vec<String> = line[start..].iter().take(4).map(|byte| format!("{byte:02X}")).collect();
    (good.chars().count() as u64 + 1, shown.join(" "))
}

#[cfg(test)]
mod tests {
    use encoding_rs::BIG5;

    use super::*;

    fn decoded(bytes: &[u8]) -> (String, Vec<Phrase>) {
        let mut notes = Notes::default();
        let text = decode("a.csv", bytes, None, &mut notes).unwrap_or_else(|problems| panic!("{problems}"));
        (text, notes.actions)
    }

    #[test]
    fn the_encoding_is_worked_out_and_said() {
        let chinese = "城市,人口,备注\n北京,2189,首都\n上海,2487,港口城市\n";
        let traditional = "城市,人口,備註\n臺北,250,首都\n高雄,274,港口城市與觀光\n";
        let french = "ville,population\nOrléans,116000\nNîmes,148000\nBesançon,119000\n";
        let utf16: Vec<u8> = chinese.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let marked: Vec<u8> = [0xFF, 0xFE].into_iter().chain(utf16).collect();
        let plain16: Vec<u8> = "a,b\n1,2\n3,4\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        let cases: [(&str, Vec<u8>, &str, &str); 7] = [
            ("utf-8", chinese.into(), chinese, ""),
            ("utf-8 with a mark", [b"\xEF\xBB\xBF", chinese.as_bytes()].concat(), chinese, ""),
            ("gbk", GB18030.encode(chinese).0.into_owned(), chinese, "GBK"),
            ("big5", BIG5.encode(traditional).0.into_owned(), traditional, "Big5"),
            ("latin-1", WINDOWS_1252.encode(french).0.into_owned(), french, "Latin-1"),
            ("utf-16 with a mark", marked, chinese, "UTF-16LE"),
            ("utf-16 without", plain16, "a,b\n1,2\n3,4\n", "UTF-16BE"),
        ];
        for (name, bytes, text, word) in cases {
            let (found, actions) = decoded(&bytes);
            assert_eq!(found, text, "{name}");
            assert_eq!(actions.is_empty(), word.is_empty(), "{name}");
            assert!(actions.iter().all(|action| action.en.contains(word)), "{name}: {actions:?}");
        }
    }

    #[test]
    fn a_beginning_that_ends_within_a_character_tells_the_encoding_too() {
        let simplified = "城市,人口,备注\n北京,2189,首都\n上海,2487,港口城市与观光".repeat(3);
        let traditional = "城市,人口,備註\n臺北,250,首都\n高雄,274,港口城市與觀光".repeat(3);
        for (encoding, text) in [(GB18030, simplified), (BIG5, traditional)] {
            let bytes = encoding.encode(&text).0.into_owned();
            for end in bytes.len() - 6..=bytes.len() {
                let read = told("a.csv", &bytes[..end], false, None);
                let (found, action) = read.unwrap_or_else(|problems| panic!("{problems}"));
                assert_eq!(found, encoding, "{end} of {}", bytes.len());
                assert!(action.is_some());
            }
        }
    }

    #[test]
    fn a_file_put_together_of_two_encodings_is_refused() {
        let rows = "Straße,Köln\n".repeat(15);
        let bytes = [rows.as_bytes(), &WINDOWS_1252.encode(&rows).0].concat();
        let problems = decode("a.csv", &bytes, None, &mut Notes::default()).expect_err("two encodings");
        assert_eq!(problems.problems[0].place.line, Some(16), "{problems}");

        let gbk = ["30,女\n".repeat(70), "30,男\n".repeat(30)].concat();
        assert!(!is_mostly_utf8(&GB18030.encode(&gbk).0), "it is of one encoding");
    }

    #[test]
    fn broken_bytes_are_located_by_line() {
        let bytes = b"name,city\nJos\xC3\xA9,Le\xC3\xB3n\nIn\xC3\xAAs,\xC3\x89vora\nBj\xF6rn,Malm\xC3\xB6\n";
        let problems = decode("a.csv", bytes, None, &mut Notes::default()).expect_err("a broken byte");
        assert_eq!(problems.problems.len(), 1, "{problems:?}");
        assert_eq!(problems.problems[0].place.line, Some(4));
        assert_eq!(problems.problems[0].place.character, Some(3));
        assert!(problems.problems[0].message.en.contains("F6"), "{problems}");
    }
}

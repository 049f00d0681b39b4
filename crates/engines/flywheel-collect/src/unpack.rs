//! Bodies unpacked: compressed by header or by content, in base64, in a form, in the query; never beyond a bound.

use std::borrow::Cow;
use std::io::Read;

use base64::Engine;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use percent_encoding::percent_decode;

/// Bytes that a batch may have, as it arrives and unpacked: 20 MiB.
pub const LIMIT: usize = 20 * 1024 * 1024;

/// Compressed in base64 in a form in gzip: more layers than this no client makes.
const LAYERS: usize = 4;

/// What a gzip stream begins with.
const GZIP: [u8; 3] = [0x1f, 0x8b, 0x08];

/// Why a body was not unpacked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Packing {
    /// It would grow beyond [`LIMIT`].
    TooLarge,
    /// The coding that its header names is not spoken here.
    Unknown {
        /// The name.
        coding: String,
    },
    /// It is not what it says it is.
    Broken {
        /// What it should have been: `gzip`, `br`, `base64` and so on.
        coding: &'static str,
    },
    /// Nothing is in it.
    Empty,
}

/// Undoes the codings of a `Content-Encoding` header, the last one first.
///
/// # Errors
/// An unknown coding, a broken stream, or one that grows beyond [`LIMIT`].
pub fn by_header<'b>(encoding: &str, body: &'b [u8]) -> Result<Cow<'b, [u8]>, Packing> {
    let mut body = Cow::Borrowed(body);
    for coding in encoding.rsplit(',').map(str::trim) {
        body = match coding.to_ascii_lowercase().as_str() {
            "" | "identity" => body,
            "gzip" | "x-gzip" | "gzip-js" => gunzip(&body)?.into(),
            "deflate" => inflate(&body)?.into(),
            "br" => bounded(brotli::Decompressor::new(&*body, 16 * 1024), "br")?.into(),
            "zstd" => unzstd(&body)?.into(),
            _ => return Err(Packing::Unknown { coding: coding.to_owned() }),
        };
    }
    Ok(body)
}

/// Finds the JSON in a body by its content: gzip, base64, or `data=` of a form, in any order.
///
/// # Errors
/// A body in which no JSON is found, or one that grows beyond [`LIMIT`].
pub fn by_content(body: Cow<'_, [u8]>) -> Result<Cow<'_, [u8]>, Packing> {
    let mut body = body;
    for _ in 0..LAYERS {
        let start = body.trim_ascii_start().strip_prefix(b"\xef\xbb\xbf").unwrap_or(body.trim_ascii_start());
        if start.is_empty() {
            return Err(Packing::Empty);
        }
        if matches!(start[0], b'{' | b'[') {
            let begins = body.len() - start.len();
            return Ok(match body {
                Cow::Borrowed(body) => Cow::Borrowed(&body[begins..]),
                Cow::Owned(mut body) => Cow::Owned(body.split_off(begins)),
            });
        }
        body = if start.starts_with(&GZIP) {
            gunzip(start)?.into()
        } else if let Some(data) = of_form(start, "data") {
            data.into()
        } else {
            unbase64(start)?.into()
        };
        if body.len() > LIMIT {
            return Err(Packing::TooLarge);
        }
    }
    Err(Packing::Broken { coding: "json" })
}

/// A field of a form or a query, percent-decoded; `+` is a blank there.
pub fn of_form(form: &[u8], name: &str) -> Option<Vec<u8>> {
    form.split(|&byte| byte == b'&').find_map(|pair| {
        let value = pair.strip_prefix(name.as_bytes())?.strip_prefix(b"=")?;
        let blanks: Vec<u8> = value.iter().map(|&byte| if byte == b'+' { b' ' } else { byte }).collect();
        Some(percent_decode(&blanks).collect())
    })
}

fn gunzip(packed: &[u8]) -> Result<Vec<u8>, Packing> {
    bounded(MultiGzDecoder::new(packed), "gzip")
}

/// `deflate` means zlib's form in HTTP; some clients send the bare stream.
fn inflate(packed: &[u8]) -> Result<Vec<u8>, Packing> {
    match bounded(ZlibDecoder::new(packed), "deflate") {
        Err(Packing::Broken { .. }) => bounded(DeflateDecoder::new(packed), "deflate"),
        done => done,
    }
}

fn unzstd(packed: &[u8]) -> Result<Vec<u8>, Packing> {
    let broken = |_| Packing::Broken { coding: "zstd" };
    let mut reader = zstd::stream::read::Decoder::new(packed).map_err(broken)?;
    // A frame may ask for a window of gigabytes; 128 MiB is what the format's readers must support at most.
    reader.window_log_max(27).map_err(broken)?;
    bounded(reader, "zstd")
}

fn bounded(reader: impl Read, coding: &'static str) -> Result<Vec<u8>, Packing> {
    let mut body = Vec::new();
    match reader.take(LIMIT as u64 + 1).read_to_end(&mut body) {
        Ok(_) if body.len() > LIMIT => Err(Packing::TooLarge),
        Ok(_) => Ok(body),
        Err(_) => Err(Packing::Broken { coding }),
    }
}

/// Base64 in either alphabet, padded or not, with blanks where a `+` was lost in a form.
fn unbase64(text: &[u8]) -> Result<Vec<u8>, Packing> {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let engine = GeneralPurpose::new(&base64::alphabet::STANDARD, config);
    let mut clean = Vec::with_capacity(text.len());
    for &byte in text.trim_ascii_end() {
        match byte {
            b'\r' | b'\n' => {}
            b' ' | b'-' => clean.push(b'+'),
            b'_' => clean.push(b'/'),
            byte => clean.push(byte),
        }
    }
    engine.decode(&clean).map_err(|_| Packing::Broken { coding: "json" })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use proptest::prelude::*;

    use super::*;

    const JSON: &[u8] = br#"{"event":"signed up","distinct_id":"ada"}"#;

    fn gzip(body: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(body).expect("memory");
        encoder.finish().expect("memory")
    }

    fn base64(body: &[u8]) -> String {
        base64::engine::general_purpose::STANDARD.encode(body)
    }

    fn found(body: &[u8]) -> Result<Vec<u8>, Packing> {
        by_content(Cow::Borrowed(body)).map(Cow::into_owned)
    }

    #[test]
    fn json_is_found_in_every_wrapping() {
        let percent = |text: &str| text.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
        for body in [
            JSON.to_vec(),
            [b"\xef\xbb\xbf".as_slice(), JSON].concat(),
            gzip(JSON),
            base64(JSON).into_bytes(),
            base64(JSON).trim_end_matches('=').as_bytes().to_vec(),
            base64(&gzip(JSON)).into_bytes(),
            gzip(base64(JSON).as_bytes()),
            format!("data={}", percent(&base64(&gzip(JSON)))).into_bytes(),
            format!("ip=1&data={}&compression=base64", base64(JSON)).into_bytes(),
            format!("data={}", percent_encoding::percent_encode(JSON, percent_encoding::NON_ALPHANUMERIC))
                .into_bytes(),
        ] {
            assert_eq!(found(&body).as_deref(), Ok(JSON), "{}", String::from_utf8_lossy(&body));
        }
        assert_eq!(found(b"  "), Err(Packing::Empty));
        assert_eq!(found(b"no json!"), Err(Packing::Broken { coding: "json" }));
    }

    #[test]
    fn every_coding_of_the_header_is_undone() {
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        zlib.write_all(JSON).expect("memory");
        let mut bare = DeflateEncoder::new(Vec::new(), Compression::fast());
        bare.write_all(JSON).expect("memory");
        let mut brotli = Vec::new();
        brotli::CompressorWriter::new(&mut brotli, 4096, 4, 20).write_all(JSON).expect("memory");
        let zstd = zstd::encode_all(JSON, 1).expect("memory");
        for (coding, body) in [
            ("gzip", gzip(JSON)),
            ("GZIP", gzip(JSON)),
            ("deflate", zlib.finish().expect("memory")),
            ("deflate", bare.finish().expect("memory")),
            ("br", brotli),
            ("zstd", zstd.clone()),
            ("identity", JSON.to_vec()),
            ("zstd, gzip", gzip(&zstd)),
        ] {
            assert_eq!(by_header(coding, &body).as_deref(), Ok(JSON), "{coding}");
        }
        assert_eq!(by_header("lz4", JSON), Err(Packing::Unknown { coding: "lz4".to_owned() }));
        for coding in ["gzip", "br", "zstd", "deflate"] {
            assert!(matches!(by_header(coding, JSON), Err(Packing::Broken { .. })), "{coding}");
        }
    }

    #[test]
    fn a_bomb_is_stopped_in_every_coding() {
        let zeros = vec![b' '; LIMIT + 1];
        let mut brotli = Vec::new();
        brotli::CompressorWriter::new(&mut brotli, 4096, 4, 20).write_all(&zeros).expect("memory");
        let zstd = zstd::encode_all(zeros.as_slice(), 1).expect("memory");
        for (coding, body) in [("gzip", gzip(&zeros)), ("br", brotli), ("zstd", zstd)] {
            assert!(body.len() < LIMIT / 100);
            assert_eq!(by_header(coding, &body), Err(Packing::TooLarge), "{coding}");
        }
        assert_eq!(found(&gzip(&zeros)), Err(Packing::TooLarge));
        let mut most = vec![b' '; LIMIT - 2];
        most.extend_from_slice(b"[]");
        assert_eq!(found(&gzip(&most)).as_deref(), Ok(b"[]".as_slice()), "20 MiB are allowed");
    }

    proptest! {
        #[test]
        fn any_bytes_are_unpacked_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = found(&bytes);
            for coding in ["gzip", "deflate", "br", "zstd"] {
                let _ = by_header(coding, &bytes);
            }
        }
    }
}

//! Compressed bodies, as `tritonclient` sends and asks for them: `gzip` and `deflate` (zlib's form, as HTTP means it).

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::{GzDecoder, ZlibDecoder};
use flate2::write::{GzEncoder, ZlibEncoder};
use flywheel_spec::{Problem, phrase};

/// How a body is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// `gzip`.
    Gzip,
    /// `deflate`.
    Deflate,
}

impl Coding {
    /// The coding by its name in `Content-Encoding`; `identity` and an empty name are none.
    pub fn named(name: &str) -> Result<Option<Self>, Problem> {
        match name.trim().to_ascii_lowercase().as_str() {
            "" | "identity" => Ok(None),
            "gzip" | "x-gzip" => Ok(Some(Self::Gzip)),
            "deflate" => Ok(Some(Self::Deflate)),
            other => Err(Problem::error(phrase!("server.coding", found = other))),
        }
    }

    /// The first coding in an `Accept-Encoding` that is spoken here; none when no compression was asked for.
    pub fn accepted(accept: &str) -> Option<Self> {
        let wanted = accept.split(',').filter(|entry| !entry.replace(' ', "").ends_with(";q=0"));
        wanted
            .filter_map(|entry| Self::named(entry.split(';').next().unwrap_or_default()).ok().flatten())
            .next()
    }

    /// The name in `Content-Encoding`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
        }
    }

    /// Unpacks a body; one that would grow beyond `limit` bytes is refused before it does.
    pub fn unpack(self, packed: &[u8], limit: usize) -> Result<Vec<u8>, Unpacking> {
        let reader: Box<dyn Read + '_> = match self {
            Self::Gzip => Box::new(GzDecoder::new(packed)),
            Self::Deflate => Box::new(ZlibDecoder::new(packed)),
        };
        let mut body = Vec::new();
        match reader.take(limit as u64 + 1).read_to_end(&mut body) {
            Ok(_) if body.len() > limit => Err(Unpacking::TooLarge),
            Ok(_) => Ok(body),
            Err(_) => {
                let problem = Problem::error(phrase!("server.coding_broken", coding = self.name()));
                Err(Unpacking::Broken(Box::new(problem)))
            }
        }
    }

    /// Packs a body, quickly rather than tightly.
    pub fn pack(self, body: &[u8]) -> std::io::Result<Vec<u8>> {
        match self {
            Self::Gzip => {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
                encoder.write_all(body)?;
                encoder.finish()
            }
            Self::Deflate => {
                let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
                encoder.write_all(body)?;
                encoder.finish()
            }
        }
    }
}

/// Why a body was not unpacked.
#[derive(Debug, Clone, PartialEq)]
pub enum Unpacking {
    /// It would be larger than allowed.
    TooLarge,
    /// It is not what its header says.
    Broken(Box<Problem>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked_again() {
        let body = b"digits digits digits".repeat(50);
        for coding in [Coding::Gzip, Coding::Deflate] {
            let packed = coding.pack(&body).expect("memory takes it");
            assert!(packed.len() < body.len());
            assert_eq!(coding.unpack(&packed, body.len()), Ok(body.clone()));
            assert_eq!(coding.unpack(&packed, body.len() - 1), Err(Unpacking::TooLarge), "a bomb is stopped");
            assert!(matches!(coding.unpack(b"plain", 100), Err(Unpacking::Broken(_))));
        }
    }

    #[test]
    fn headers_are_read_as_http_means_them() {
        assert_eq!(Coding::named("GZIP"), Ok(Some(Coding::Gzip)));
        assert_eq!(Coding::named("identity"), Ok(None));
        assert!(Coding::named("br").is_err());
        assert_eq!(Coding::accepted("br, deflate;q=0.5, gzip"), Some(Coding::Deflate));
        assert_eq!(Coding::accepted("gzip;q=0, identity"), None);
        assert_eq!(Coding::accepted(""), None);
    }
}

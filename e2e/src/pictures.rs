//! Image files made by hand: IDX, and the smallest PNG.

/// An IDX file of grey images, the header as given.
pub fn idx_images(count: u32, side: u32, pixels: usize) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, 3];
    for number in [count, side, side] {
        bytes.extend_from_slice(&number.to_be_bytes());
    }
    bytes.extend((0..pixels).map(|index| (index % 251) as u8));
    bytes
}

/// An IDX file of labels.
pub fn idx_labels(count: u32, labels: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, 1];
    bytes.extend_from_slice(&count.to_be_bytes());
    bytes.extend_from_slice(labels);
    bytes
}

/// A grey PNG of one shade, its content stored rather than compressed.
pub fn png(width: u32, height: u32, shade: u8) -> Vec<u8> {
    let mut raw = Vec::new();
    for _ in 0..height {
        raw.push(0);
        raw.extend(std::iter::repeat_n(shade, width as usize));
    }
    let mut stream = vec![0x78, 0x01, 0x01];
    stream.extend_from_slice(&(raw.len() as u16).to_le_bytes());
    stream.extend_from_slice(&(!(raw.len() as u16)).to_le_bytes());
    stream.extend_from_slice(&raw);
    stream.extend_from_slice(&adler(&raw).to_be_bytes());
    let mut header = Vec::new();
    header.extend_from_slice(&width.to_be_bytes());
    header.extend_from_slice(&height.to_be_bytes());
    header.extend_from_slice(&[8, 0, 0, 0, 0]);
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, content) in [(b"IHDR", &header), (b"IDAT", &stream), (b"IEND", &Vec::new())] {
        file.extend_from_slice(&(content.len() as u32).to_be_bytes());
        let mut body = name.to_vec();
        body.extend_from_slice(content);
        file.extend_from_slice(&body);
        file.extend_from_slice(&crc(&body).to_be_bytes());
    }
    file
}

fn adler(bytes: &[u8]) -> u32 {
    let (mut low, mut high) = (1u32, 0u32);
    for &byte in bytes {
        low = (low + u32::from(byte)) % 65521;
        high = (high + low) % 65521;
    }
    (high << 16) | low
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |mut crc, &byte| {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
        }
        crc
    })
}

//! Any bytes are decoded or refused.

use lumisift::engine::cancel::Cancel;
use lumisift::engine::media::decode::decode;

pub fn read(bytes: &[u8]) {
    for side in [8, 10_000] {
        if let Ok(decoded) = decode(bytes, side, &Cancel::default()) {
            let pixels = decoded.pixels;
            assert_eq!(
                pixels.rgb.len(),
                pixels.width as usize * pixels.height as usize * 3
            );
        }
    }
}

//! The number of decoding threads.

use std::thread;

use super::MAX_DECODERS;

/// The number of decoding threads for a requested number, where 0 stands for one per core. At most [`MAX_DECODERS`].
pub(crate) fn decoder_threads(requested: usize) -> usize {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    limited(requested, cores)
}

fn limited(requested: usize, cores: usize) -> usize {
    let wanted = match requested {
        0 => cores,
        count => count,
    };
    wanted.min(MAX_DECODERS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requested_and_default_numbers_have_the_same_limit() {
        assert_eq!((limited(0, 8), limited(3, 8), limited(12, 8)), (8, 3, 12));
        assert_eq!(limited(0, 1_000), MAX_DECODERS);
        assert_eq!(limited(1_000, 8), MAX_DECODERS);
    }
}

//! Any bytes are a packet or give an error, and additions to a packet can be read back from it.

use lumisift::engine::media::metadata::xmp::{Packet, SUBJECT};
use lumisift::engine::media::metadata::{Additions, embedded_facts};

pub fn read(bytes: &[u8]) {
    // Photos are recognized by their first bytes, and so are packets.
    let _ = embedded_facts(std::io::Cursor::new(bytes));
    let Ok(mut packet) = Packet::parse(bytes) else {
        return;
    };
    let _ = packet.facts();
    let additions = Additions {
        keywords: vec!["cat & dog".into()],
        parent: Some("AI".into()),
        rating: Some(3),
        colour: Some("Red".into()),
        ..Additions::default()
    };
    if packet.add(&additions).is_ok()
        && let Ok(bytes) = packet.to_bytes()
    {
        let mut again = Packet::parse(&bytes).expect("a packet that was written is one");
        assert!(again.list(SUBJECT).iter().any(|word| word == "cat & dog"));
        assert!(
            !again.add(&additions).expect("added"),
            "nothing is added twice"
        );
    }
}

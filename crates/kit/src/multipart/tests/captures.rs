//! Bodies that real clients sent.

use super::*;

/// What real clients sent for a text `info` and a file `image`, with their content type as the first line.
const CAPTURES: [(&str, &[u8]); 4] = [
    ("Chromium 156", include_bytes!("../captures/chromium.http")),
    (
        "Chromium 156, no file chosen",
        include_bytes!("../captures/chromium-none.http"),
    ),
    ("curl 7.88", include_bytes!("../captures/curl.http")),
    (
        "python-requests 2.34",
        include_bytes!("../captures/requests.http"),
    ),
];

/// A capture's content type and its body.
fn capture(bytes: &'static [u8]) -> (&'static str, &'static [u8]) {
    let end = bytes
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .unwrap();
    let head = str::from_utf8(&bytes[..end]).unwrap();
    let content_type = head.lines().next().unwrap();
    (
        content_type.strip_prefix("Content-Type: ").unwrap(),
        &bytes[end + 4..],
    )
}

#[test]
fn what_real_clients_send_is_read_alike() {
    for (client, bytes) in CAPTURES {
        let (content_type, body) = capture(bytes);
        for chunk_bytes in [1, 7, body.len()] {
            let body = chunked(body, chunk_bytes, u64::MAX).unwrap();
            let form = block_on(read(content_type, body)).unwrap();
            assert_eq!(form.fields.get("info"), Some("唤醒 \"a\""), "{client}");
            let file = form.file("image");
            if client.ends_with("no file chosen") {
                assert_eq!(file, None);
                continue;
            }
            let file = file.unwrap();
            assert_eq!(file.filename, "唤醒 \"手腕\".png", "{client}");
            assert!(file.data.starts_with(b"\x89PNG\r\n\x1a\n"), "{client}");
            assert!(file.data.ends_with(b"IEND\xaeB`\x82"), "{client}");
        }
    }
}

proptest! {
    #[test]
    fn how_a_body_is_cut_into_chunks_makes_no_difference(
        content in prop::collection::vec(prop::sample::select(b"\r\n-bx".to_vec()), 0..200),
        chunk_bytes in 1..300_usize,
    ) {
        // A content that holds the boundary is another form, and is read alike, too.
        let bytes = body(&[
            ("Content-Disposition: form-data; name=file; filename=f", &content),
            ("Content-Disposition: form-data; name=text", &content),
        ]);
        let (whole, chunked) = (parse_form(bytes.clone()), parse_chunked(&bytes, chunk_bytes, u64::MAX));
        match (whole, chunked) {
            (Ok(whole), Ok(chunked)) => {
                prop_assert_eq!(whole.fields, chunked.fields);
                prop_assert_eq!(whole.files, chunked.files);
            }
            (Err(_), Err(_)) => {}
            other => prop_assert!(false, "{:?}", other),
        }
    }
}

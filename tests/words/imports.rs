//! Files to import: their limits, and what others do meanwhile.

use futures::future::join_all;
use http::StatusCode;
use serde_json::json;

use super::{add, found, import, total, word_book};
use crate::support::root;

#[tokio::test]
async fn an_import_has_its_own_limit() {
    const LIMIT: usize = 16 << 20;
    let state = tempfile::tempdir().unwrap();
    let client = word_book(state.path());
    // A column that is ignored fills it up.
    let head = "english,chinese,note\n";
    let file = |size: usize| {
        let line = "w,";
        format!(
            "{head}{line}词,{}",
            "n".repeat(size - head.len() - line.len() - "词,".len())
        )
    };
    for (size, status) in [
        (LIMIT + 1, StatusCode::PAYLOAD_TOO_LARGE),
        (LIMIT, StatusCode::OK),
    ] {
        assert_eq!(
            import(&client, "atomic", file(size)).await.status,
            status,
            "{size}"
        );
        let request = client
            .post("/words/import?mode=skip")
            .header("content-type", "text/csv");
        let chunked = http_body_util::Full::new(file(size).into());
        assert_eq!(
            request.stream(chunked).await.unwrap().status,
            status,
            "{size} in chunks"
        );
    }
    assert_eq!(total(&client).await, 1);

    // As a part of a form, whose other bytes count as well.
    let (begin, end) = (
        "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"w.csv\"\r\n\r\n",
        "\r\n--b--\r\n",
    );
    for (size, status) in [
        (LIMIT + 1, StatusCode::PAYLOAD_TOO_LARGE),
        (LIMIT, StatusCode::OK),
    ] {
        let form = format!("{begin}{}{end}", file(size - begin.len() - end.len()));
        let request = client.post("/words/import?mode=skip");
        let request = request.header("content-type", "multipart/form-data; boundary=b");
        assert_eq!(
            request.body(form).await.unwrap().status,
            status,
            "{size} as a form"
        );
    }
}

#[tokio::test]
async fn twenty_of_the_largest_files_at_once_are_too_much_for_nobody() {
    const LIMIT: usize = 16 << 20;
    let state = tempfile::tempdir().unwrap();
    let client = word_book(state.path());
    let refused = StatusCode::UNPROCESSABLE_ENTITY;
    // Each ends with a line that is wrong, so that nothing is kept.
    let end = ",,\n";

    // What takes most memory: each line end takes two bytes on its way into the database, and each sentence
    // goes there in small letters as well, which is four times the file.
    let sentence = format!("A{}b", "\n".repeat(1_998));
    let mut file = "english,chinese,sentence_eng\n".to_owned();
    for n in 0.. {
        let line = format!("word {n},词,\"{sentence}\"\n");
        if file.len() + line.len() + end.len() > LIMIT {
            break;
        }
        file.push_str(&line);
    }
    file.push_str(end);
    assert_eq!(import(&client, "atomic", file).await.status, refused);

    let head = "english,chinese,note\nw,词,";
    let note = "n".repeat(LIMIT - head.len() - "\n".len() - end.len());
    let file = bytes::Bytes::from(format!("{head}{note}\n{end}"));
    assert_eq!(file.len(), LIMIT);
    let imports = (0..20).map(|_| import(&client, "atomic", file.clone()));
    let answers = join_all(imports).await;
    for answer in &answers {
        // On a slow machine the last ones may be told to come again.
        let later = answer.status == StatusCode::SERVICE_UNAVAILABLE
            && answer.header("retry-after").is_some();
        assert!(answer.status == refused || later, "{}", answer.status);
    }
    assert!(answers.iter().any(|answer| answer.status == refused));
    assert_eq!(total(&client).await, 0);
}

#[tokio::test]
async fn three_files_that_become_longer_in_utf_8_are_too_much_for_nobody() {
    const LIMIT: usize = 16 << 20;
    let state = tempfile::tempdir().unwrap();
    let client = word_book(state.path());
    // In windows-1252 these two bytes are five of UTF-8. The last line is wrong, so that nothing is kept.
    let (head, end) = (b"english,chinese,note\nw,x,", b"\n,,\n");
    let note = b"\xa0\x80".repeat((LIMIT - head.len() - end.len()) / 5);
    let file = bytes::Bytes::from([&head[..], &note, end].concat());
    let imports = (0..3).map(|_| import(&client, "atomic", file.clone()));
    let answers = join_all(imports).await;
    for answer in &answers {
        // On a slow machine the last ones may be told to come again.
        let later = answer.status == StatusCode::SERVICE_UNAVAILABLE
            && answer.header("retry-after").is_some();
        let refused = answer.status == StatusCode::UNPROCESSABLE_ENTITY;
        assert!(refused || later, "{}", answer.status);
    }
    assert_eq!(total(&client).await, 0);
}

#[tokio::test]
async fn words_are_read_while_others_are_imported() {
    let state = tempfile::tempdir().unwrap();
    let client = word_book(state.path());
    assert_eq!(add(&client, "before").await.status, StatusCode::CREATED);
    let lines: String = (0..50_000)
        .map(|n| format!("imported {n},词,A sentence of some length.\n"))
        .collect();
    let file = format!("english,chinese,sentence_eng\n{lines}");
    let done = std::cell::Cell::new(false);
    let importing = async {
        let report = import(&client, "atomic", file).await;
        done.set(true);
        report
    };
    let reading = async {
        let mut before = 0;
        while !done.get() {
            let list = client.get("/words?q=before").await.unwrap();
            assert_eq!(list.status, StatusCode::OK);
            assert_eq!(list.json().unwrap()["total"], 1);
            before += u64::from(total(&client).await == 1);
        }
        before
    };
    let (report, before) = futures::join!(importing, reading);
    assert_eq!(report.json().unwrap()["imported"], 50_000);
    assert!(before > 0, "nobody could read before the import was done");
}

#[tokio::test]
async fn a_hundred_thousand_lines_are_one_import() {
    let state = tempfile::tempdir().unwrap();
    let client = word_book(state.path());
    let lines: String = (0..100_000).map(|n| format!("word {n},词\n")).collect();
    let file = format!("english,chinese\n{lines}");
    let too_many = import(&client, "skip", format!("{file}one more,词\n")).await;
    assert_eq!(too_many.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(total(&client).await, 0);

    let report = import(&client, "atomic", file.clone()).await;
    assert_eq!(
        report.json().unwrap(),
        json!({ "imported": 100_000, "skipped": 0, "errors": [] })
    );
    assert_eq!(total(&client).await, 100_000);
    assert_eq!(
        found(&client, "word+99999").await[0]["english"],
        "word 99999"
    );

    // Each line is told what is wrong with it, even where that is all of them.
    let again = import(&client, "atomic", file).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    let errors = again.json().unwrap()["errors"].as_array().unwrap().len();
    assert_eq!(errors, 100_000);
}

#[tokio::test]
async fn words_can_be_added_while_others_are_imported() {
    let state = tempfile::tempdir().unwrap();
    let client = word_book(state.path());
    let lines: String = (0..20_000)
        .map(|n| format!("imported {n},词,A sentence of some length.\n"))
        .collect();
    let file = format!("english,chinese,sentence_eng\n{lines}");
    for mode in ["skip", "atomic"] {
        let file = file.replace("imported", mode);
        let (report, added) = futures::join!(
            import(&client, mode, file),
            join_all((0..20).map(|n| {
                let (client, english) = (client.clone(), format!("{mode} added {n}"));
                async move { add(&client, &english).await.status }
            }))
        );
        assert_eq!(report.json().unwrap()["imported"], 20_000, "{mode}");
        assert_eq!(added, [StatusCode::CREATED; 20], "{mode}");
    }
    assert_eq!(total(&client).await, 40_040);
}

#[tokio::test]
async fn what_programs_write_is_imported_and_every_export_comes_back() {
    let state = tempfile::tempdir().unwrap();
    let client = word_book(state.path());
    for (name, english, chinese) in [
        ("excel-zh-cn-gbk.csv", "wake", "唤醒"),
        ("excel-zh-tw-big5.csv", "computer", "電腦"),
        ("excel-sep-line-utf-8.csv", "wake", "唤醒"),
        ("excel-unicode-text-utf-16le.txt", "wake", "唤醒"),
        ("anki-notes-issue-utf-8.txt", "ankiwake", "唤醒"),
        ("quizlet-comma-semicolon-utf-8.txt", "rise", "起床"),
    ] {
        let file = std::fs::read(root().join("tests/data/imports").join(name)).unwrap();
        let report = import(&client, "skip", file).await;
        assert_eq!(report.status, StatusCode::OK, "{name}");
        assert_eq!(report.json().unwrap()["errors"], json!([]), "{name}");
        let words = found(&client, english).await;
        assert!(
            words.iter().any(|word| word["chinese"] == chinese),
            "{name}: {words:?}"
        );
    }
    // A half that is missing, and what would be a formula, a comment or markup.
    for query in [
        "english=half&chinese=&sentence_eng=%3D1&sentence_chi=%27%3D1",
        "english=%23tag&chinese=%27&sentence_eng=%3Cb%3E%26nbsp%3B&sentence_chi=",
    ] {
        let added = client.get(format!("/data?{query}")).await.unwrap();
        assert_eq!(added.status, StatusCode::FOUND);
    }
    let fields = |words: serde_json::Value| -> Vec<[String; 4]> {
        let words = words["words"].as_array().unwrap().iter();
        let fields = words.map(|word| {
            ["english", "chinese", "sentence_eng", "sentence_chi"]
                .map(|field| word[field].as_str().unwrap().to_owned())
        });
        fields.collect()
    };
    let all = "/words/export?format=json";
    let want = fields(client.get(all).await.unwrap().json().unwrap());
    for format in ["csv", "json", "anki"] {
        let file = client
            .get(format!("/words/export?format={format}"))
            .await
            .unwrap();
        let (content_type, file) = (
            file.header("content-type").unwrap().to_owned(),
            file.body.clone(),
        );
        let state = tempfile::tempdir().unwrap();
        let copy = word_book(state.path());
        let request = copy
            .post("/words/import")
            .header("content-type", content_type);
        let report = request.body(file).await.unwrap();
        let imported = json!({ "imported": want.len(), "skipped": 0, "errors": [] });
        assert_eq!(report.json().unwrap(), imported, "{format}");
        // The newest comes first, in the file as in the book.
        let mut got = fields(copy.get(all).await.unwrap().json().unwrap());
        got.reverse();
        assert_eq!(got, want, "{format}");
    }
}

#[tokio::test]
async fn a_file_is_no_larger_in_utf_8_and_garbage_harms_nobody() {
    const LIMIT: usize = 16 << 20;
    let state = tempfile::tempdir().unwrap();
    let client = word_book(state.path());
    let head = b"english,chinese,note\nw,x,".to_vec();
    // Each of these bytes is a character of three in UTF-8.
    let euros = |count: usize| [head.clone(), b"\x80 ".repeat(count)].concat();
    let report = import(&client, "skip", euros(LIMIT / 8)).await;
    assert_eq!(report.json().unwrap()["imported"], 1);
    let larger = import(&client, "skip", euros(LIMIT / 3)).await;
    assert_eq!(larger.status, StatusCode::PAYLOAD_TOO_LARGE);

    let half = LIMIT / 2;
    for (what, file) in [
        ("the highest byte", vec![0xff; LIMIT]),
        ("zeros", vec![0; LIMIT]),
        ("Chinese", "词".repeat(LIMIT / 3).into_bytes()),
        ("GBK", b"\xb4\xca".repeat(half)),
        ("one bracket", b"[{".repeat(half)),
        (
            "an object",
            [&b"[{\"english\":"[..], &b"[".repeat(half)].concat(),
        ),
        (
            "numbers",
            [&b"[{\"english\":["[..], &b"0,".repeat(half - 20), b"0]}]"].concat(),
        ),
        (
            "no objects",
            [&b"["[..], &b"{},".repeat(LIMIT / 3 - 2), b"{}]"].concat(),
        ),
        (
            "tags",
            [
                &b"#html:true\na\t"[..],
                "词<a\"<b<&[sound:{{c1::".repeat(LIMIT / 30).as_bytes(),
            ]
            .concat(),
        ),
        (
            "comments",
            [&b"#html:true\n"[..], &b"#\"\n".repeat(LIMIT / 3 - 8)].concat(),
        ),
        ("rows", "a,词;".repeat(LIMIT / 6).into_bytes()),
        ("dashes", "a - b\n".repeat(LIMIT / 6).into_bytes()),
        ("quotes", b"\"\t".repeat(half)),
    ] {
        assert!(file.len() <= LIMIT, "{what}");
        let refused = import(&client, "atomic", file).await;
        let status = refused.status;
        assert!(status.is_client_error(), "{what}: {status}");
    }
    assert_eq!(total(&client).await, 1);
}

#[tokio::test]
async fn a_line_of_millions_of_fields_is_refused_and_harms_nobody() {
    const LIMIT: usize = 16 << 20;
    let state = tempfile::tempdir().unwrap();
    let client = word_book(state.path());
    let head = "english,chinese";
    for file in [
        ",".repeat(LIMIT),
        format!("{head}{}", ",".repeat(LIMIT - head.len())),
        format!("{head}\na,b{}", ",".repeat(LIMIT - head.len() - 4)),
        format!(
            "{head}\na,\"b\"\n{}",
            ";,\t".repeat((LIMIT - head.len() - 7) / 3)
        ),
    ] {
        assert!(file.len() <= LIMIT);
        let refused = import(&client, "skip", file).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let problem = refused.json().unwrap();
        let detail = problem["errors"][0]["detail"].as_str().unwrap();
        assert!(detail.contains("more than 10000 fields"), "{detail}");
    }
    // In quotes they are a text, and one that is ignored may have any.
    let note = ",;\t".repeat(100_000);
    let file = format!("{head},note\na,b,\"{note}\"\n");
    let report = import(&client, "skip", file).await;
    assert_eq!(report.json().unwrap()["imported"], 1);
}

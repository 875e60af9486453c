//! Whole hashes. Each was made by Werkzeug 3.1.9: `_hash_internal(method, salt, password)`, which is
//! `generate_password_hash` with a salt of one's own.

use proptest::prelude::*;

use super::*;

const PASSWORD: &str = "唤醒手腕";

/// Werkzeug's default.
const STANDARD: &str = "scrypt:32768:8:1$aBcDeFgHiJkLmN01$fea0194a47d7e16eaabbc20dc1940d1484215a9b7793565d33db23c5660e85469\
    baaa6714ae232635e19da58988b929483d1ea0f80b5c1598094fc700c84e424";

/// The cheapest that Werkzeug makes.
const CHEAP: &str = "scrypt:128:1:1$aBcDeFgHiJkLmN01$55103cb48ebf4cf7c33fe792296e8d34f2d0dde768469e784715999002057532b\
    0327769dee2be0dfcfa6a6d596b6fbc58821988ad5ce5110bd6acfd7137cc85";

fn checked(hash: &str, password: &str) -> Verdict {
    verify(hash, password).unwrap().run().unwrap()
}

#[test]
fn werkzeugs_hashes_are_checked() {
    for (hash, rehash) in [
        (STANDARD, false),
        (CHEAP, true),
        (
            "scrypt:16384:8:1$aBcDeFgHiJkLmN01$6cc4be53423a1b1f8872fbf45680c849dd00577da22cb0e899b9669cff6c249ca\
             5db20a462455da793db0116324c64222887d143c2eb8ab36974734a8b1114e0",
            true,
        ),
        (
            "scrypt:65536:8:2$aBcDeFgHiJkLmN01$a4bd935c8adcd5c57e1666c7f4c9150c1e088a7dca218f0b0aa7d110f3b6823d7\
             49556b71dc3faddf2c3666f2b399dc5a63a031c223b82b5e3166802044eb6dd",
            false,
        ),
        (
            "scrypt:1024:8:16$aBcDeFgHiJkLmN01$0f2e351e7af79c05aae2152645b6722e5d94b1b26e6f27a5a50161751dc1953c6\
             b5d56203dfc1981c4e44834cfc27acd0d38f4beaf5714b83798b6e80b9ddb79",
            true,
        ),
        (
            "pbkdf2:sha256:150000$aBcDeFgHiJkLmN01$e505a2e1743c1e667045f87b99933e0a242c3704507de7ea01ffe0391bf0c37c",
            true,
        ),
        (
            "pbkdf2:sha1:260$aBcDeFgHiJkLmN01$0da5c85bff0738bb2da12efb0e232bd7c4b1e39e",
            true,
        ),
        (
            "pbkdf2:sha512:1$aBcDeFgHiJkLmN01$76c3bfc4c93c3e4b3f9629d64f76510b202c70eeb3bbd97b21822a95077fdbe9\
             f3c05428aa04d4b21b1eb9110fd692016811a0c6f23c959bbd6b89aa6db25628",
            true,
        ),
        (
            "pbkdf2:SHA256:2$aBcDeFgHiJkLmN01$1eee6ed59389d8522a6c7f5cdbf79ab1c4040216b5a5001ccdbe539c4482d686",
            true,
        ),
        (
            "pbkdf2:sha256:2$唤$3451b29143636aba649e8c18e82df4326b3f3bb1683cd6dc714b52f66a14511a",
            true,
        ),
        (
            "scrypt:128:1:1$$f4690150fe0de660a3bc281e28a56cd74c21dba0c287c653cdbc9b19281cecf3\
             b22d8cb56de9245b056b1b9d28536035b02a38f11f2269b9cc01142873ea65ba",
            true,
        ),
    ] {
        assert_eq!(checked(hash, PASSWORD), Verdict::Right { rehash }, "{hash}");
        assert_eq!(checked(hash, "唤醒手腕 "), Verdict::Wrong, "{hash}");
    }
}

#[test]
fn any_text_can_be_a_password() {
    for (password, digest) in [
        (
            "",
            "dec72eebccd6734375f39d022c49b61527675741ebb6d63467409be9e9521da7",
        ),
        (
            "a\0b",
            "75f9557272763d400e22665c79c37896bb1b85d0572bea02512cabaf6498310f",
        ),
        (
            &"x".repeat(100_000),
            "df06f4463c24af4c34e5fc4e050c75d2bf85277205025bbfed3fc0a0e5e42e04",
        ),
    ] {
        let hash = format!("pbkdf2:sha256:2$s${digest}");
        assert_eq!(
            checked(&hash, password),
            Verdict::Right { rehash: true },
            "{password:.10}"
        );
        assert_eq!(
            checked(&hash, &format!("{password}x")),
            Verdict::Wrong,
            "{password:.10}"
        );
    }
}

#[test]
fn methods_without_numbers_are_werkzeugs_defaults() {
    let unnamed = "pbkdf2$s$f2cf6720715b66d635b11c2a20dd784401fa7e4238721a08e0655d8db6c5a96e";
    assert_eq!(checked(unnamed, PASSWORD), Verdict::Right { rehash: true });
    let unnamed = STANDARD.replace("scrypt:32768:8:1", "scrypt");
    assert_eq!(
        checked(&unnamed, PASSWORD),
        Verdict::Right { rehash: false }
    );
}

#[test]
fn a_hash_that_is_changed_anywhere_is_wrong() {
    let method = CHEAP.find('$').unwrap();
    for (index, byte) in CHEAP.bytes().enumerate().skip(method + 1) {
        if byte == b'$' {
            continue;
        }
        let mut changed = CHEAP.as_bytes().to_vec();
        changed[index] = if byte == b'0' { b'1' } else { b'0' };
        let changed = String::from_utf8(changed).unwrap();
        assert_eq!(checked(&changed, PASSWORD), Verdict::Wrong, "{changed}");
    }
    for changed in [
        CHEAP.replace(":128:", ":256:"),
        CHEAP.replace(":1:1$", ":2:1$"),
        CHEAP.replace(":1:1$", ":1:2$"),
        CHEAP.to_uppercase(),
        CHEAP.replace("55103cb4", "55103CB4"),
        CHEAP[..CHEAP.len() - 1].to_owned(),
        format!("{CHEAP}0"),
        format!("{CHEAP} "),
        format!(" {CHEAP}"),
        CHEAP[..CHEAP.rfind('$').unwrap() + 1].to_owned(),
        format!("{CHEAP}$"),
        CHEAP.replace("55103cb4", "唤"),
    ] {
        assert_eq!(checked(&changed, PASSWORD), Verdict::Wrong, "{changed}");
    }
}

#[test]
fn garbage_is_wrong() {
    for hash in [
        "",
        "$$",
        PASSWORD,
        "pbkdf2:md5:1$s$d",
        "scrypt:4294967296:8:1$s$d",
        "scrypt:131072:8:1$s$d",
    ] {
        assert_eq!(checked(hash, PASSWORD), Verdict::Wrong, "{hash}");
        assert_eq!(checked(hash, ""), Verdict::Wrong, "{hash}");
    }
}

#[test]
fn a_hash_is_werkzeugs_default_with_a_salt_of_its_own() {
    let make = || hash(PASSWORD).unwrap().run().unwrap();
    let (one, other) = (make(), make());
    assert_ne!(one, other);
    for hash in [one, other] {
        let [method, salt, digest] = hash.split('$').collect::<Vec<_>>().try_into().unwrap();
        assert_eq!(method, "scrypt:32768:8:1");
        assert_eq!(salt.len(), SALT_LENGTH);
        assert!(
            salt.bytes().all(|byte| byte.is_ascii_alphanumeric()),
            "{salt}"
        );
        assert_eq!(digest.len(), 128);
        assert_eq!(checked(&hash, PASSWORD), Verdict::Right { rehash: false });
        assert_eq!(checked(&hash, "5201314"), Verdict::Wrong);
    }
}

#[test]
fn every_character_of_a_salt_is_as_likely_as_any_other() {
    let mut counts = [0_u32; 128];
    for _ in 0..4_000 {
        for byte in salt().unwrap().bytes() {
            counts[usize::from(byte)] += 1;
        }
    }
    // 64,000 characters, about 1,032 of each; the bounds are eight standard deviations away.
    for byte in SALT_CHARACTERS {
        let count = counts[usize::from(*byte)];
        assert!(
            (775..1290).contains(&count),
            "{}: {count}",
            char::from(*byte)
        );
    }
    // The first eight would come five times in 256 bytes, not four, if no byte were left out.
    let first: u32 = SALT_CHARACTERS[..8]
        .iter()
        .map(|byte| counts[usize::from(*byte)])
        .sum();
    assert!((7_580..8_940).contains(&first), "{first}");
}

#[test]
fn a_decoy_is_always_wrong() {
    assert_eq!(decoy(PASSWORD).unwrap().run().unwrap(), Verdict::Wrong);
}

proptest! {
    // A text that is not a hash takes as long as one.
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_hash_is_checked(hash in "(scrypt:[0-9]:[0-9]:[0-9]|pbkdf2:sha1:[0-9]|[a-z:]{0,9})?[$]?[ -~]{0,20}") {
        prop_assert_eq!(checked(&hash, PASSWORD), Verdict::Wrong);
    }
}

"""A hash that one side made is checked by the other."""

import pytest
from werkzeug.security import check_password_hash, generate_password_hash

PASSWORDS = ["5201314", "唤醒手腕", "", " ", "a\0b", "é\u0301😀", "x" * 10_000]

METHODS = [
    # Werkzeug's default, and what it was before.
    ("scrypt", "right"),
    ("scrypt:32768:8:1", "right"),
    ("pbkdf2", "weak"),
    ("pbkdf2:sha256", "weak"),
    ("pbkdf2:sha256:600000", "weak"),
    ("pbkdf2:sha256:260000", "weak"),
    ("pbkdf2:sha256:150000", "weak"),
    ("pbkdf2:sha256:1", "weak"),
    ("pbkdf2:sha1:1000", "weak"),
    ("pbkdf2:sha512:210000", "weak"),
    ("pbkdf2:SHA512:2", "weak"),
    ("scrypt:65536:8:1", "right"),
    ("scrypt:65536:8:2", "right"),
    ("scrypt:32768:8:3", "right"),
    ("scrypt:16384:8:5", "weak"),
    ("scrypt:8192:8:10", "weak"),
    ("scrypt:1024:1:1", "weak"),
    ("scrypt:128:32:2", "weak"),
]


@pytest.mark.parametrize("method, verdict", METHODS)
def test_we_check_what_werkzeug_made(formats, method, verdict):
    hash = generate_password_hash("唤醒手腕", method)
    assert formats.verify(hash, "唤醒手腕") == verdict
    assert formats.verify(hash, "唤醒手腕 ") == "wrong"


@pytest.mark.parametrize("password", PASSWORDS, ids=lambda password: repr(password)[:12])
def test_any_text_is_a_password_to_both(formats, password):
    ours, theirs = formats.hash(password), generate_password_hash(password, "scrypt:1024:8:1")
    assert check_password_hash(ours, password)
    assert not check_password_hash(ours, password + "x")
    assert formats.verify(ours, password) == "right"
    assert formats.verify(theirs, password) == "weak"
    assert formats.verify(theirs, password + "x") == "wrong"


def test_hashes_of_both_look_alike(formats):
    ours, theirs = formats.hash("5201314"), generate_password_hash("5201314")
    for ours, theirs in zip(ours.split("$"), theirs.split("$"), strict=True):
        assert len(ours) == len(theirs)
    assert formats.hash("5201314") != formats.hash("5201314")


@pytest.mark.parametrize("length", [1, 8, 16, 22, 100])
def test_a_salt_may_have_any_length(formats, length):
    hash = generate_password_hash("5201314", "pbkdf2:sha256:10", salt_length=length)
    assert formats.verify(hash, "5201314") == "weak"


def test_two_million_rounds_are_checked_and_no_more(formats):
    hash = generate_password_hash("5201314", "pbkdf2:sha256:2000000")
    assert formats.verify(hash, "5201314") == "weak"
    assert formats.verify(hash.replace("2000000", "2000001"), "5201314") == "wrong"


WRONG = [
    "",
    "5201314",
    "$$",
    "scrypt",
    "scrypt:32768:8:1$salt",
    "scrypt:32768:8:1$salt$",
    "scrypt:32768:8$salt$00",
    "scrypt:0:8:1$salt$00",
    "scrypt:1000:8:1$salt$00",
    "scrypt:a:b:c$salt$00",
    "pbkdf2:sha256:0$salt$00",
    "pbkdf2:sha256:-1$salt$00",
    "pbkdf2:sha256:1:1$salt$00",
    "pbkdf2:nonsense:1$salt$00",
    "sha256$salt$f5cd6ed2f0ba43d9ab6c6e6a7b2d5ea8a4b2d8ea7a7d1dd0c9c7e5d4a5a0a000",
    "plain$$5201314",
    "pbkdf2:sha256:1$salt$00唤",
]


@pytest.mark.parametrize("hash", WRONG)
def test_garbage_is_wrong_where_werkzeug_refuses_or_fails(formats, hash):
    try:
        assert not check_password_hash(hash, "5201314")
    except (ValueError, TypeError):
        pass
    assert formats.verify(hash, "5201314") == "wrong"


def test_a_hash_with_a_character_changed_is_wrong_to_both(formats):
    hash = generate_password_hash("5201314", "pbkdf2:sha256:1")
    for index in range(hash.index("$") + 1, len(hash)):
        if hash[index] == "$":
            continue
        changed = hash[:index] + ("0" if hash[index] != "0" else "1") + hash[index + 1 :]
        assert not check_password_hash(changed, "5201314")
        assert formats.verify(changed, "5201314") == "wrong"

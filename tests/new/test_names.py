"""Which names `make new` takes; whatever it refuses, nothing has changed."""

import pytest

LONGEST = 40


@pytest.mark.parametrize(
    "name, reason",
    [
        ("", "the name is missing. Write, for example: make new NAME=hello"),
        ("Hello", "lowercase letters, digits and hyphens"),
        ("made_by_a_test", "as in: hello, hello-again"),
        ("made-by-a-test again", "lowercase letters"),
        ("héllo", "lowercase letters"),
        ("你好", "lowercase letters"),
        ("../made-by-a-test", "lowercase letters"),
        ("made-by-a-test\nagain", "lowercase letters"),
        ("made-by-a-test;ls", "lowercase letters"),
        ("-f", "a letter at the beginning"),
        ("2you", "a letter at the beginning"),
        ("made-by-a-test-2", "a letter at the beginning and after each hyphen"),
        ("made-by-a-test--again", "a letter at the beginning and after each hyphen"),
        ("made-by-a-test-", "a letter at the beginning and after each hyphen"),
        ("h" * (LONGEST + 1), "the name has 41 characters. It may have 40"),
        ("match", "is a keyword of Rust"),
        ("async", "is a keyword of Rust"),
        ("std", "is a crate that comes with Rust"),
        ("test", "is a crate that comes with Rust"),
        ("build", "is a folder of cargo's below target"),
        ("com1", "is a device on Windows"),
        # Taken, each in a way of its own: function, test, route, wildcard, package, library.
        ("words", "functions/words already exists"),
        ("data", "tests/data.hurl already exists"),
        ("register", "spin.toml already has a route /register"),
        ("uploads", "spin.toml already has a route /uploads"),
        ("kit", 'another package of this workspace is called "kit"'),
        ("handspun", 'another package of this workspace is called "handspun"'),
        ("http", '"http" is a library that this workspace uses'),
        ("num-bigint", '"num-bigint" is a library that this workspace uses'),
        ("serde-json", '"serde-json" is a library that this workspace uses'),
    ],
)
def test_a_name_that_will_not_do_is_refused_with_the_reason(untouched, name, reason):
    tree, before = untouched
    done = tree.run("templates/new", name)
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert done.stderr.startswith("make new: ") and reason in done.stderr
    assert tree.files() == before


def test_what_make_is_given_is_no_command(untouched):
    tree, before = untouched
    done = tree.run("make", "new", 'NAME=made-by-a-test"; touch here; "')
    assert done.returncode != 0 and "lowercase letters" in done.stderr
    assert tree.files() == before


def test_a_name_that_the_environment_has_anyway_is_none(untouched):
    tree, before = untouched
    done = tree.run("make", "new", NAME="desktop")
    assert done.returncode != 0 and "the name is missing" in done.stderr
    assert tree.files() == before


def test_a_second_time_changes_nothing(tree):
    tree.succeed("make", "new", "NAME=made-by-a-test")
    before = tree.files()
    done = tree.run("make", "new", "NAME=made-by-a-test")
    assert done.returncode != 0 and "functions/made-by-a-test already exists" in done.stderr
    assert tree.files() == before


def test_a_component_without_a_folder_keeps_its_name(tree):
    with (tree.root / "spin.toml").open("a") as manifest:
        manifest.write('[component.made-by-a-test]\nsource = "elsewhere.wasm"\n')
    done = tree.run("templates/new", "made-by-a-test")
    assert done.returncode == 1 and 'spin.toml already has a component "made-by-a-test"' in done.stderr

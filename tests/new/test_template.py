"""One template for two: `make new` makes of it what Spin does."""

import shutil
import tomllib

import pytest

from spin import MANIFEST_KEYS, VARIANT_KEYS, Template
from test_names import LONGEST
from tree import ROOT, Tree

TEMPLATE = Template(ROOT / "templates/function")

NAMES = ["made-by-a-test", "made-by-a-test-again", "h", "words2go", "a1-b2-c3", "h" * LONGEST]


def test_spin_accepts_the_template():
    manifest = TEMPLATE.manifest
    assert manifest["manifest_version"] == "1"
    assert manifest["id"] == "handspun-function"
    assert set(manifest) <= MANIFEST_KEYS
    for variant in ["new_application", "add_component"]:
        assert set(manifest[variant]) <= VARIANT_KEYS
    # Spin takes each folder beside it for a template, too.
    folders = [path.name for path in (ROOT / "templates").iterdir() if path.is_dir()]
    assert folders == ["function"]


@pytest.mark.parametrize("name", NAMES)
def test_the_files_are_those_that_spin_makes(tree, tmp_path, name):
    by_spin = Tree(tmp_path / "by-spin")
    TEMPLATE.add(by_spin.root, name, f"functions/{name}")
    # Spin cannot name a file after the function, nor put one outside its folder.
    shutil.move(by_spin.root / f"functions/{name}/test.hurl", by_spin.root / f"tests/{name}.hurl")

    tree.succeed("templates/new", name)

    ours, spins = tree.files(), by_spin.files()
    assert ours.keys() == spins.keys()
    differing = [path for path in ours if ours[path] != spins[path]]
    # Here the new lines come before the route for everything else, there at the end.
    assert differing == ["spin.toml"]
    ours, spins = (tomllib.loads(each["spin.toml"].decode()) for each in [ours, spins])
    for manifest in [ours, spins]:
        manifest["trigger"]["http"].sort(key=lambda trigger: trigger["route"])
    assert ours == spins


def test_the_lines_come_before_the_route_for_everything_else(tree):
    before = tree.text("spin.toml")
    tree.succeed("templates/new", "made-by-a-test")
    after = tree.text("spin.toml")

    start, end = "# made-by-a-test: a greeting\n", "# Everything else\n"
    begin, rest = after.split(start)
    snippet, remainder = rest.split(end)
    assert begin + end + remainder == before
    assert snippet.endswith("]\n\n") and not snippet.endswith("\n\n\n")
    routes = [trigger["route"] for trigger in tomllib.loads(after)["trigger"]["http"]]
    assert routes[-2:] == ["/made-by-a-test", "/..."]


def test_without_such_a_route_they_come_at_the_end(tree):
    manifest = tree.root / "spin.toml"
    before = tree.text("spin.toml").split("\n# Everything else\n")[0]
    manifest.write_text(before, encoding="utf-8")
    tree.succeed("templates/new", "made-by-a-test")
    after = tree.text("spin.toml")
    assert after.startswith(f"{before.rstrip()}\n\n# made-by-a-test: a greeting\n\n[[trigger.http]]\n")
    assert after.endswith("]\n") and "made-by-a-test" in tomllib.loads(after)["component"]


def test_the_manifest_keeps_its_permissions(tree):
    (tree.root / "spin.toml").chmod(0o640)
    tree.succeed("templates/new", "made-by-a-test")
    assert (tree.root / "spin.toml").stat().st_mode & 0o777 == 0o640


def test_what_is_watched_exists(tree):
    tree.succeed("templates/new", "made-by-a-test")
    for pattern in tomllib.loads(tree.text("spin.toml"))["component"]["made-by-a-test"]["build"]["watch"]:
        assert list(tree.root.glob(pattern)), pattern


@pytest.mark.parametrize("name", ["h", "h" * LONGEST])
def test_the_rust_is_formatted(tree, name):
    tree.succeed("templates/new", name)
    tree.succeed("rustfmt", "--check", "--edition", "2024", f"functions/{name}/src/lib.rs")


@pytest.mark.parametrize(
    "text",
    ["{{ project-name }}", "{{project-name | upcase}}", "{% if a %}", "{{- base }}", "{% raw %}"],
)
def test_what_only_liquid_knows_is_an_error_that_leaves_nothing(tree, text):
    (tree.root / "templates/function/content/more.txt").write_text(f"first\n{text}\n")
    before = tree.files()
    done = tree.run("templates/new", "made-by-a-test")
    assert done.returncode != 0
    assert "templates/function/content/more.txt:2: " in done.stderr
    assert tree.files() == before


def test_where_a_file_cannot_be_written_nothing_is_left(tree):
    shutil.rmtree(tree.root / "tests")
    before = tree.files()
    assert tree.run("templates/new", "made-by-a-test").returncode != 0
    assert tree.files() == before
    assert not (tree.root / "functions/made-by-a-test").exists()

"""The checks of the documents find what is wrong, and nothing else."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from compare import broken_links, differences, pairs  # noqa: E402
from examples import agrees, scripts  # noqa: E402
from names import NAMING, missing, takes, undocumented  # noqa: E402

ENGLISH = """# Title

[中文](zh/a.md) and [a place](../README.md#title)

## Part

```console
$ make up     # serve
```

| a | b |
|---|---|
| `x` | [one](../LICENSE), [two](../README.md) |
"""

CHINESE = """# 标题

[English](../a.md)、[某处](../../README.zh.md#标题)

## 部分

```console
$ make up     # 启动
```

| 甲 | 乙 |
|---|---|
| `x` | [二](../../README.zh.md)、[一](../../LICENSE) |
"""


class Examples(unittest.TestCase):
    def test_what_is_printed_agrees_with_what_is_shown(self):
        for shown, printed in [
            ("success\n", "success"),
            ("", ""),
            ("a … d\n", "a b c d\n"),
            ("HTTP/1.1 200 OK\netag: …\n…\n", "HTTP/1.1 200 OK\r\netag: x\r\nvary: y\r\n\r\nbody"),
            ('{\n  "b": [1, 2.0],\n  "a": null\n}\n', '{"a":null,"b":[1,2.0]}'),
            ('{"id": …, "at": "…Z", "by": "…"}\n', '{"at":"1999Z","by":["x"],"id":7}'),
            ('{"all": [1, "…"]}\n', '{"all":[1,2,3]}'),
        ]:
            with self.subTest(shown=shown):
                self.assertTrue(agrees(shown, printed))

    def test_what_is_printed_differs_from_what_is_shown(self):
        for shown, printed in [
            ("success\n", "failed"),
            ("", "something"),
            ("something\n", ""),
            ("a … d\n", "a b\nc d"),
            ('{"sum": 2}\n', '{"sum":2.0}'),
            ('{"a": 1}\n', '{"a":1,"b":2}'),
            ('{"a": 1, "b": "…"}\n', '{"a":1}'),
            ('{"a": "…"}\n', '{"a":null}'),
            ('{"a": ["…", "x"]}\n', '{"a":["x"]}'),
            ('{"a": "1"}\n', '{"a":1}'),
            ('{"a": true}\n', '{"a":1}'),
            ('{"a": 1}\n', "no JSON"),
        ]:
            with self.subTest(shown=shown):
                self.assertFalse(agrees(shown, printed))

    def test_only_blocks_that_call_the_server_are_run(self):
        text = "```console\n$ make up\n```\n\n1. do\n\n   ```console\n   $ curl a\n   one\n   two\n   $ curl b\n   ```\n"
        (block,) = scripts(text)
        self.assertEqual([(one.line, one.command, one.shown) for one in block],
                         [(8, "curl a", "one\ntwo\n"), (11, "curl b", "")])

    def test_a_block_that_is_never_closed_is_an_error(self):
        with self.assertRaisesRegex(ValueError, "line 3 is never closed"):
            scripts("a\n\n```console\n$ curl a\n")


class Same(unittest.TestCase):
    def compared(self, english: str, chinese: str) -> list[str]:
        with tempfile.TemporaryDirectory() as name:
            root = Path(name)
            (root / "docs/zh").mkdir(parents=True)
            (root / "docs/a.md").write_text(english, encoding="utf-8")
            (root / "docs/zh/a.md").write_text(chinese, encoding="utf-8")
            return differences(root, "docs/a.md", "docs/zh/a.md")

    def test_a_translation_is_the_same(self):
        self.assertEqual(self.compared(ENGLISH, CHINESE), [])

    def test_each_kind_of_difference_is_found(self):
        for what, old, new in [
            ("headings", "## 部分", "### 部分"),
            ("headings", "## 部分\n", ""),
            ("blocks of code", "$ make up", "$ make test"),
            ("blocks of code", "```console", "```sh"),
            ("tables", "| `x` |", "| `y` |"),
            ("tables", "| 甲 | 乙 |", "| 甲 | 乙 | 丙 |"),
            ("tables", CHINESE.splitlines()[-1] + "\n", ""),
            ("links", "../../LICENSE", "../../NOTICE"),
            ("links", "[一](../../LICENSE)", "一"),
            ("links", "、[某处](../../README.zh.md#标题)", ""),
        ]:
            with self.subTest(new=new):
                self.assertIn(old, CHINESE)
                found = self.compared(ENGLISH, CHINESE.replace(old, new, 1))
                self.assertTrue(found and any(f": {what} differ" in flaw for flaw in found), found)

    def test_a_document_without_its_translation_is_an_error(self):
        with tempfile.TemporaryDirectory() as name:
            (Path(name) / "docs").mkdir()
            (Path(name) / "docs/a.md").touch()
            with self.assertRaisesRegex(ValueError, "docs/zh/a.md is missing"):
                list(pairs(Path(name)))

    def test_a_link_that_leads_nowhere_is_found(self):
        with tempfile.TemporaryDirectory() as name:
            root = Path(name)
            texts = {
                "README.md": "# A part, and b\n\n[here](#a-part-and-b) [gone](gone.md)\n[no part](README.zh.md#part)\n",
                "README.zh.md": '# 一\n\n[这里](#一) `[no](link.md)`\n<img src="gone.png">\n',
            }
            for document, text in texts.items():
                (root / document).write_text(text, encoding="utf-8")
            self.assertEqual(
                broken_links(root),
                [
                    "README.md:3: the link gone.md leads nowhere",
                    "README.md:4: the link README.zh.md#part leads nowhere",
                    "README.zh.md:4: the link gone.png leads nowhere",
                ],
            )


MANIFEST = """[[trigger.http]]
route = "/a"
component = "one"

[[trigger.http]]
route = "/b/..."
component = "two"

[[trigger.http]]
route = "/..."
component = "not-found"
"""


class Names(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.root = Path(temporary.name)
        (self.root / "docs/zh").mkdir(parents=True)
        (self.root / "tests").mkdir()
        (self.root / "tests/a.rs").write_text("#[test]\nfn it_holds() {}\n", encoding="utf-8")
        (self.root / "spin.toml").write_text(MANIFEST, encoding="utf-8")
        (self.root / "Makefile").write_text("up: build ## serve\n", encoding="utf-8")

    def flaws(self, name: str) -> list[str]:
        for document in NAMING:
            (self.root / document).write_text("# Title\n\nIt is ``.\n".replace("``", f"`{name}`"), encoding="utf-8")
        return missing(self.root)

    def test_what_is_there_may_be_named(self):
        for name in ["GET /a?b=1", "POST /b", "GET /b/c", "make up", "tests/a.rs", "tests/a.rs::it_holds",
                     "tests::it_holds", "App::get", "a line of code"]:
            with self.subTest(name=name):
                self.assertEqual(self.flaws(name), [])

    def test_what_is_not_there_is_found_in_both_languages(self):
        for name in ["GET /c", "GET /a/b", "make down", "tests/b.rs", "tests/a.rs::it_does_not", "tests/b.rs::it_holds"]:
            with self.subTest(name=name):
                self.assertEqual([flaw.partition(":")[0] for flaw in self.flaws(name)], NAMING)

    def test_a_route_without_a_line_is_found(self):
        table = "## Endpoints\n\n| § | Path | Function | What |\n|---|---|---|---|\n| 1 | GET {} | {} | it |\n"
        table += "| 1 | GET /a?b=1 | one | it |\n\n## Common rules\n"
        for path, component, want in [("/b/ID", "two", 0), ("/b", "two", 0), ("/b", "one", 1), ("/bc", "two", 1)]:
            with self.subTest(path=path, component=component):
                (self.root / "docs/api.md").write_text(table.format(path, component), encoding="utf-8")
                self.assertEqual(len(undocumented(self.root)), want)

    def test_the_route_of_everything_takes_nothing(self):
        self.assertFalse(takes("/...", "/a"))


if __name__ == "__main__":
    unittest.main()

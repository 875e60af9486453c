"""What Spin makes of a template with `spin add`, as its crate `spin-templates` has it."""

import re
import tomllib
from pathlib import Path

from liquid import Environment, StrictUndefined

# The keys that Spin knows; at any other one it refuses a template.
MANIFEST_KEYS = {
    "manifest_version",
    "id",
    "description",
    "tags",
    "new_application",
    "add_component",
    "parameters",
    "outputs",
}
VARIANT_KEYS = {"supported", "skip_files", "skip_parameters", "snippets", "conditions"}


def _words(name: str) -> list[str]:
    """The words of a name, lowercase; they end at signs, and before a capital."""
    parted = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    return [word.lower() for word in re.split(r"[^A-Za-z0-9]+", parted) if word]


def _liquid() -> Environment:
    liquid = Environment(undefined=StrictUndefined)
    liquid.add_filter("kebab_case", lambda name: "-".join(_words(name)))
    liquid.add_filter("snake_case", lambda name: "_".join(_words(name)))
    return liquid


class Template:
    """A folder with `metadata/spin-template.toml`."""

    def __init__(self, folder: Path):
        self.folder = folder
        text = (folder / "metadata/spin-template.toml").read_text(encoding="utf-8")
        self.manifest = tomllib.loads(text)

    def add(self, root: Path, name: str, output: str) -> None:
        """`spin add NAME --template ... --output OUTPUT` in the folder `root`."""
        liquid = _liquid()
        values = {"project-name": name, "output-path": output}

        def render(path: Path) -> str:
            return liquid.from_string(path.read_text(encoding="utf-8")).render(**values)

        content = self.folder / "content"
        for path in content.rglob("*"):
            if path.is_file():
                to = root / output / path.relative_to(content)
                to = to.with_suffix("") if to.suffix == ".tmpl" else to
                to.parent.mkdir(parents=True, exist_ok=True)
                to.write_text(render(path), encoding="utf-8")

        snippet = self.manifest["add_component"]["snippets"]["component"]
        lines = render(self.folder / "metadata/snippets" / snippet)
        manifest = root / "spin.toml"
        before = manifest.read_text(encoding="utf-8").rstrip()
        manifest.write_text(f"{before}\n\n{lines}", encoding="utf-8")

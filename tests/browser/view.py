"""How somebody looks at a page: the window, the language, the colours, with scripts or without."""

import itertools
from dataclasses import dataclass

import pytest

# Width and height of the windows: a phone, a tablet, a desk.
HEIGHTS = {390: 844, 768: 1024, 1280: 800}
WIDTHS = tuple(HEIGHTS)
PHONE = 390

# What a browser in that language sends.
ACCEPT_LANGUAGE = {"en": "en-US,en;q=0.9", "zh-CN": "zh-CN,zh;q=0.9"}
LANGS = tuple(ACCEPT_LANGUAGE)

SCHEMES = ("light", "dark")


@dataclass(frozen=True)
class View:
    """One way to look at a page."""

    width: int = 1280
    lang: str = "en"
    scheme: str = "light"
    scripts: bool = True

    def __str__(self) -> str:
        return f"{self.width}-{self.lang}-{self.scheme}" + ("" if self.scripts else "-noscript")

    def context(self) -> dict:
        """The same, but for the scripts, as options of a Playwright context."""
        languages = ACCEPT_LANGUAGE[self.lang]
        return {
            "viewport": {"width": self.width, "height": HEIGHTS[self.width]},
            # A phone also obeys <meta name="viewport">, and is a thousand pixels wide without one.
            "is_mobile": self.width == PHONE,
            "has_touch": self.width == PHONE,
            "locale": languages.partition(",")[0],
            "extra_http_headers": {"Accept-Language": languages},
            "color_scheme": self.scheme,
        }


def views(widths=(1280,), langs=("en",), schemes=("light",), scripts=(True,)):
    """Marks a test to run once for each combination; it sees the page that way."""
    combinations = itertools.product(widths, langs, schemes, scripts)
    every = [View(*combination) for combination in combinations]
    return pytest.mark.parametrize("view", every, ids=str, indirect=True)

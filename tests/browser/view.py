"""How somebody looks at a page: the window, the language, the colours, with scripts or without."""

from dataclasses import dataclass, replace

import pytest

# Width and height of the windows: a phone, a tablet, a desk.
HEIGHTS = {390: 844, 768: 1024, 1280: 800}
PHONE, TABLET, DESK = HEIGHTS

# What a browser in that language sends.
ACCEPT_LANGUAGE = {"en": "en-US,en;q=0.9", "zh-CN": "zh-CN,zh;q=0.9"}


@dataclass(frozen=True)
class View:
    """One way to look at a page."""

    width: int = DESK
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


# Six views in which each width, language and colour scheme, and scripts on or off, meets each of
# the others. What two of them break together is seen; all 24 combinations hardly show more.
LOOKS = (
    View(PHONE, "en", "light"),
    View(PHONE, "zh-CN", "dark", scripts=False),
    View(TABLET, "en", "dark", scripts=False),
    View(TABLET, "zh-CN", "light"),
    View(DESK, "en", "dark"),
    View(DESK, "zh-CN", "light", scripts=False),
)

# The same windows, languages and colours, where a page shows something only by scripts.
SCRIPTED_LOOKS = tuple(replace(view, scripts=True) for view in LOOKS)

ENGLISH, CHINESE = View(), View(lang="zh-CN")
NO_SCRIPTS, CHINESE_NO_SCRIPTS = replace(ENGLISH, scripts=False), replace(CHINESE, scripts=False)

# Behaviour with scripts and without: once each, and each in its own language.
BOTH_WAYS = (CHINESE, NO_SCRIPTS)


def views(*every: View):
    """Marks a test to run once for each of these views; it sees the page that way."""
    return pytest.mark.parametrize("view", every, ids=str, indirect=True)

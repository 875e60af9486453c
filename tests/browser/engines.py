"""The two browsers: Chromium runs every test, Firefox those that are marked `smoke`."""

import os
import shutil

import pytest

# Names of this machine that a browser takes for another's: over plain HTTP it sends no Sec-Fetch-Site
# there. The server listens at the one, and another site at the other.
PLAIN_HOST, OTHER_HOST = "book.test", "elsewhere.test"

# Playwright itself adds what keeps a browser quiet: no first run, no updates, no sync. The
# rules for names keep it off the network: what a page loads from elsewhere is an error.
CHROMIUM_FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    f"--host-resolver-rules=MAP {PLAIN_HOST} 127.0.0.1, MAP {OTHER_HOST} 127.0.0.1,"
    "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]

# A proxy that does not exist: only what is asked of this machine goes past it.
NOWHERE = {"server": "http://127.0.0.1:1", "bypass": "127.0.0.1"}

# The first has no windows, only pages: with it the tests take half the time.
WINDOWLESS, WINDOWED = "chromium-headless-shell", "chromium"


def launch(playwright, engine: str, headless: bool, **options):
    """Starts the system's browser, or the program `$CHROMIUM` or `$FIREFOX`."""
    options["headless"] = headless
    if engine == "chromium":
        program = _program("CHROMIUM", *([WINDOWLESS] if headless else []), WINDOWED)
        return playwright.chromium.launch(executable_path=program, args=CHROMIUM_FLAGS, **options)
    # As Mozilla builds it, over WebDriver BiDi. `firefox` without a channel would be Playwright's own build.
    program = _program("FIREFOX", "firefox-esr")
    return playwright.firefox.launch(
        executable_path=program, channel="moz-firefox", proxy=NOWHERE, **options
    )


def _program(variable: str, *packages: str) -> str:
    """The program that the variable names, or the first of these that is installed."""
    names = [os.environ[variable]] if variable in os.environ else packages
    for name in names:
        if program := shutil.which(name):
            return program
    pytest.exit(f"Missing: the program {names[0]}. On Debian: sudo apt-get install {packages[0]}", 1)

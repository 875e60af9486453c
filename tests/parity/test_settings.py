"""`/env` and `/sleep`."""

import pytest

from differences._common import JSON
from wire import Request

# No more than a moment each; Flask would wait for as long as it is told.
SECONDS = [
    "0", "-0", "0.0", "0.001", "1e-3", "+0", "", "-1", "ten", "nan", "inf", "-inf", "1e300", "0x0", "0,0", "0_0",
    "0s", "%200", "0%20", "0%00", "%D9%A0", "%EF%BC%90", ".0", "0.", "0e0", "00", "NaN", "Infinity", "1e-400",
]  # fmt: skip


@pytest.mark.parametrize("accept", [(), JSON])
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST"])
@pytest.mark.parametrize("target", [b"/env", b"/env?conf=1", b"/sleep?seconds=0"])
def test_settings_are_shown_alike(check, method, target, accept):
    check(Request(method, target, accept))


@pytest.mark.parametrize("seconds", SECONDS)
def test_seconds_are_read_alike(check, seconds):
    check(Request("GET", f"/sleep?seconds={seconds}".encode(), JSON))


def test_of_several_waits_the_first_counts(check):
    check(Request("GET", b"/sleep?seconds=0&seconds=ten", JSON))

"""Where measurements come from, and when."""

import datetime
import os
import platform
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# The program that is measured.
HANDSPUN = ROOT / os.environ.get("HANDSPUN", "target/release/handspun")


def machine() -> str:
    """In a line."""
    version = subprocess.run([HANDSPUN, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    today = datetime.datetime.now(datetime.timezone.utc).date()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{today}, {version}, {_system()}, {_processor()}, {os.cpu_count()} cores, "
        f"{memory:.0f} GiB of memory, Python {platform.python_version()}"
    )


def load() -> str:
    """How many processes want to run, on average of the last minute."""
    return f"{os.getloadavg()[0]:.1f}"


def _system() -> str:
    return f"{platform.system()} {platform.release().partition('-')[0]}"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()

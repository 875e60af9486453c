"""Measures what a wrong name and a wrong password take: who has an account must not show in the time.

Usage: python3 -B -m bench.growth.logins [--rounds N] [--out FILE]
`HANDSPUN` names another program than `target/release/handspun`.
"""

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

from bench import machine
from bench.client import JSON, Client, Request
from bench.machine import ROOT
from tests.program import handspun

# How far one median may be above the other.
MAX_RATIO = 1.1

# Each attempt comes from an address of its own, so that none is refused for those before it.
VARIABLES = {"secret_key": "of-the-bench", "trusted_proxies": "127.0.0.1"}

PASSWORD = "mood indigo"


def main() -> int:
    options = _options()
    before = machine.load()
    with tempfile.TemporaryDirectory(prefix="bench-", dir=ROOT / "target") as folder:
        with handspun(Path(folder), VARIABLES) as address:
            client = Client(address)
            client.expect(_post("/auth/register", "duke", PASSWORD, 0), 201)
            seconds = {name: [] for name in ("duke", "nobody")}
            # In turns, so that whatever else the machine does hits both alike.
            for turn in range(options.rounds):
                for name in sorted(seconds, reverse=turn % 2 == 0):
                    answer = client.expect(_post("/auth/login", name, f"wrong {turn}", turn), 401)
                    seconds[name].append(answer.seconds)
    medians = {name: 1000 * statistics.median(measured) for name, measured in seconds.items()}
    ratio = max(medians.values()) / min(medians.values())
    text = _text(machine.machine(), f"Load before {before}, behind {machine.load()}.", medians, ratio, options)
    print(text)
    if options.out:
        options.out.parent.mkdir(exist_ok=True)
        options.out.write_text(text, encoding="utf-8")
    return 0 if ratio <= MAX_RATIO else 1


def _post(path: str, name: str, password: str, turn: int) -> Request:
    body = json.dumps({"name": name, "password": password}).encode()
    headers = {"Content-Type": "application/json", "X-Forwarded-For": f"10.0.{turn // 250}.{turn % 250 + 1}"}
    return Request(path, JSON | headers, body)


def _text(measured_on: str, load: str, medians: dict[str, float], ratio: float, options) -> str:
    lines = [
        "| attempt | median, ms |",
        "|---|--:|",
        f"| a name that there is, with a wrong password | {medians['duke']:.1f} |",
        f"| a name that nobody has | {medians['nobody']:.1f} |",
    ]
    verdict = "ok" if ratio <= MAX_RATIO else "**EXCEEDED**"
    told = f"{options.rounds} of each, in turns. Ratio {ratio:.3f}, limit {MAX_RATIO}: {verdict}."
    return "\n\n".join(["# Failed log-ins, measured", f"{measured_on}. {load}", told, "\n".join(lines)]) + "\n"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measures failed log-ins.")
    parser.add_argument("--rounds", type=int, default=30, help="how many attempts of each kind")
    parser.add_argument("--out", type=Path, help="where the results are written")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

"""Seeds, the two servers, and the check that every case goes through."""

import contextlib
import os
import random
import sys
from collections import Counter

# Nothing is written beside the sources; `make clean` deletes what is under target/.
sys.dont_write_bytecode = True
os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = os.path.join(
    os.path.dirname(__file__), "../../target/parity-hypothesis"
)

import hypothesis  # noqa: E402
import pytest  # noqa: E402
from hypothesis import HealthCheck, settings  # noqa: E402

import servers  # noqa: E402
import tutorial  # noqa: E402
import wordbook  # noqa: E402
from compare import Exchange  # noqa: E402
from differences import explained  # noqa: E402
from program import handspun  # noqa: E402
from wire import Request, send  # noqa: E402

# What CI repeats, and how much more is tried with a fresh seed.
FIXED_SEED = 20220103
FIXED_EXAMPLES = 150
FRESH_EXAMPLES = 1500

for profile, examples in (("fixed", FIXED_EXAMPLES), ("fresh", FRESH_EXAMPLES)):
    settings.register_profile(
        profile,
        max_examples=examples,
        deadline=None,
        database=None,
        print_blob=False,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def pytest_configure(config):
    """`PARITY_SEED` is unset for the fixed seed, `fresh` for a new one, or a number to repeat a run."""
    wanted = os.environ.get("PARITY_SEED", "")
    config.parity_fresh = wanted != ""
    config.parity_seed = {"": FIXED_SEED, "fresh": random.SystemRandom().getrandbits(32)}.get(wanted)
    if config.parity_seed is None:
        config.parity_seed = int(wanted)
    settings.load_profile("fresh" if config.parity_fresh else "fixed")
    config.parity_counts = Counter()
    config.parity_differences = Counter()


def pytest_report_header(config):
    return f"parity: seed {config.parity_seed}; repeat with {_repeat(config)}"


def pytest_collection_modifyitems(config, items):
    for item in items:
        if hypothesis.is_hypothesis_test(item.obj):
            hypothesis.seed(config.parity_seed)(item.obj)


def pytest_terminal_summary(terminalreporter, config):
    counts = config.parity_counts
    terminalreporter.section(f"parity: {counts.total()} cases compared, seed {config.parity_seed}")
    for area, count in counts.most_common():
        terminalreporter.line(f"{count:7} {area}")
    terminalreporter.line(f"{'times':>7} a listed difference was seen:")
    for id, count in config.parity_differences.most_common():
        terminalreporter.line(f"{count:7} {id}")


@pytest.fixture(scope="session")
def addresses(tmp_path_factory):
    """Where Flask and Handspun listen; each is started once."""
    variables = {"secret_key": tutorial.app.secret_key}
    folder = tmp_path_factory.mktemp("handspun")
    with contextlib.ExitStack() as stack:
        flask = stack.enter_context(servers.flask())
        try:
            # An administrator registers before the variable names it.
            with handspun(folder, variables) as before:
                wordbook.register(before)
            ours = stack.enter_context(handspun(folder, variables | {"admins": wordbook.ADMIN}))
        except (OSError, RuntimeError) as error:
            pytest.exit(f"Handspun cannot be compared: {error}", returncode=1)
        yield flask, ours


@pytest.fixture(scope="session")
def ask(addresses, pytestconfig):
    """Sends a request to both, as a case of an area."""

    def ask(area: str, request: Request, **around) -> Exchange:
        pytestconfig.parity_counts[area] += 1
        if request.path == wordbook.PATH:
            return wordbook.ask(addresses, request, **around)
        flask, ours = (send(address, request) for address in addresses)
        return Exchange(request, flask, ours)

    return ask


@pytest.fixture(scope="module")
def check(request, ask, pytestconfig):
    """Compares both answers; fails where they differ in what no listed difference explains."""
    __tracebackhide__ = True
    area = request.module.__name__.removeprefix("test_")

    def check(case: Request, **around) -> Exchange:
        __tracebackhide__ = True
        exchange = ask(area, case, **around)
        ids, left = explained(exchange)
        pytestconfig.parity_differences.update(ids)
        # Flask may fail; there is no request for which we do. 501 is no failure: it says that there is no such method.
        if exchange.ours.status == 0 or exchange.ours.status >= 500 and exchange.ours.status != 501:
            left.add("Handspun failed")
        if exchange.ours.status >= 400 and exchange.words and exchange.words[1] and not around:
            left.add("Handspun refused it and added the word")
        if left:
            pytest.fail(_report(pytestconfig, exchange, ids, left), pytrace=False)
        return exchange

    return check


def _report(config, exchange: Exchange, ids: set[str], left: set[str]) -> str:
    lines = [
        f"Flask and Handspun differ in what is not listed: {', '.join(sorted(left))}",
        f"as a case for a table: {exchange.request}",
        "what is sent:",
        *_indented(repr(line)[1:] for line in exchange.request.raw()[:4000].splitlines(keepends=True)),
    ]
    for name, answer in (("Flask", exchange.flask), ("Handspun", exchange.ours)):
        lines.append(f"{name} answers {answer.status}:")
        lines += _indented(f"{header}: {value}" for header, value in answer.headers)
        lines.append(f"    {answer.text[:2000]!r}")
    if exchange.words:
        lines.append("words then, Flask's and Handspun's:")
        lines += _indented(ascii(words)[:2000] for words in exchange.words)
    if ids:
        lines.append(f"other aspects are listed as: {', '.join(sorted(ids))}")
    lines.append(f"repeat with: {_repeat(config)}")
    return "\n".join(lines)


def _indented(lines):
    return (f"    {line}" for line in lines)


def _repeat(config) -> str:
    if config.parity_fresh:
        return f"make parity PARITY_SEED={config.parity_seed}"
    return "python -m pytest tests/parity (the fixed seed)"

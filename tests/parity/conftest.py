"""Seeds, the two servers, and the check that every case goes through."""

import contextlib
import json
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

import clients  # noqa: E402
import folder  # noqa: E402
import servers  # noqa: E402
import tutorial  # noqa: E402
import wordbook  # noqa: E402
from compare import Exchange  # noqa: E402
from differences import explained  # noqa: E402
from program import handspun  # noqa: E402
from wire import Request, send  # noqa: E402

# What CI repeats, and how much more is tried with a fresh seed.
FIXED_SEED = 20220103
FIXED_EXAMPLES = 100
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
    variables = {
        "secret_key": tutorial.app.secret_key,
        "secret_key_fallbacks": json.dumps(tutorial.app.config["SECRET_KEY_FALLBACKS"]),
        "max_content_length": str(tutorial.UPLOAD_LIMIT),
        # Whoever asks may say that https is spoken.
        "trusted_proxies": "127.0.0.1",
        # Nobody asks it: what is compared is answered before.
        "upstreams": "http://127.0.0.1:9",
    }
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
def visit():
    """Has both clients do the same."""
    with clients.both() as visit:
        yield visit


@pytest.fixture(scope="session")
def ask(addresses, pytestconfig, request):
    """Sends a request to both, or has both clients take some steps, as a case of an area."""
    fixture = request

    def ask(area: str, request: Request | tuple[clients.Step, ...], **around) -> Exchange | clients.Visit:
        pytestconfig.parity_counts[area] += 1
        if isinstance(request, tuple):
            return fixture.getfixturevalue("visit")(request)
        if request.path == wordbook.PATH:
            return wordbook.ask(addresses, request, **around)
        if request.path == folder.PATH:
            return folder.ask(addresses, request, **around)
        # Where each is asked with a cookie of its own.
        with_cookies = around.get("cookies") or (None, None)
        flask, ours = (
            send(address, request.with_header(b"Cookie", cookie) if cookie else request)
            for address, cookie in zip(addresses, with_cookies, strict=True)
        )
        sent = request.with_header(b"Cookie", with_cookies[0]) if with_cookies[0] else request
        return Exchange(sent, flask, ours)

    return ask


@pytest.fixture(scope="module")
def check(request, ask, pytestconfig):
    """Compares both answers; fails where they differ in what no listed difference explains."""
    __tracebackhide__ = True
    area = request.module.__name__.removeprefix("test_")

    def check(case: Request | tuple[clients.Step, ...], **around) -> Exchange | clients.Visit:
        __tracebackhide__ = True
        exchange = ask(area, case, **around)
        ids, left = explained(exchange)
        pytestconfig.parity_differences.update(ids)
        if isinstance(exchange, Exchange):
            left |= _failures(exchange, alone=not around)
        if left:
            pytest.fail(_report(pytestconfig, exchange, ids, left), pytrace=False)
        return exchange

    return check


def _failures(exchange: Exchange, alone: bool) -> set[str]:
    """What Handspun never does. Flask may fail; there is no request for which we do."""
    found, ours = set(), exchange.ours
    # 501 is no failure: it says that there is no such method.
    if ours.status == 0 or ours.status >= 500 and ours.status != 501:
        found.add("Handspun failed")
    for kept in (exchange.words, exchange.files):
        if ours.status >= 400 and kept and kept[1] and alone:
            found.add("Handspun refused it and kept it")
    return found


def _report(config, exchange: Exchange | clients.Visit, ids: set[str], left: set[str]) -> str:
    lines = [
        f"Flask and Handspun differ in what is not listed: {', '.join(sorted(left))}",
        f"as a case for a table: {exchange.request}",
        *(_of_exchange(exchange) if isinstance(exchange, Exchange) else _of_visit(exchange)),
    ]
    if ids:
        lines.append(f"other aspects are listed as: {', '.join(sorted(ids))}")
    lines.append(f"repeat with: {_repeat(config)}")
    return "\n".join(lines)


def _of_visit(visit: clients.Visit) -> list[str]:
    lines = []
    for step, flask, ours in zip(visit.request, visit.flask, visit.ours, strict=True):
        lines += [f"{step}", *_indented([f"Flask:    {flask}", f"Handspun: {ours}"])]
    return lines


def _of_exchange(exchange: Exchange) -> list[str]:
    lines = [
        "what is sent:",
        *_indented(repr(line)[1:] for line in exchange.request.raw()[:4000].splitlines(keepends=True)),
    ]
    for name, answer in (("Flask", exchange.flask), ("Handspun", exchange.ours)):
        lines.append(f"{name} answers {answer.status}:")
        lines += _indented(f"{header}: {value}" for header, value in answer.headers)
        lines.append(f"    {answer.text[:2000]!r}")
    for what in ("words", "files"):
        if kept := getattr(exchange, what):
            lines.append(f"{what} then, Flask's and Handspun's:")
            lines += _indented(ascii(side)[:2000] for side in kept)
    return lines


def _indented(lines):
    return (f"    {line}" for line in lines)


def _repeat(config) -> str:
    if config.parity_fresh:
        return f"make parity PARITY_SEED={config.parity_seed}"
    return "python -m pytest tests/parity (the fixed seed)"

"""A browser and a server for all tests of a process; for each one an empty state, a page and a console."""

import sys

# Nothing is written beside the sources; `make clean` deletes what is under target/.
sys.dont_write_bytecode = True

import pytest  # noqa: E402
from playwright.sync_api import expect, sync_playwright  # noqa: E402

import checks  # noqa: E402
from book import Book  # noqa: E402
from console import Console  # noqa: E402
from engines import launch  # noqa: E402
from keeper import Keeper, Stranger  # noqa: E402
from program import ROOT  # noqa: E402
from scripts import FirefoxScripts, Scripts  # noqa: E402
from server import Server, Servers  # noqa: E402
from view import View  # noqa: E402

SCREENSHOTS = ROOT / "target/screenshots"

# How long a page may take to become what a test waits for. Only what hangs comes near it.
WAIT_MS = 20_000


def pytest_sessionstart(session):
    """What failed in an earlier run is not kept: it may be mended."""
    if hasattr(session.config, "workerinput"):
        return  # Whoever started this one has done it.
    for old in SCREENSHOTS.glob("failed-*.png"):
        old.unlink()


def pytest_addoption(parser):
    parser.addoption("--engine", choices=["chromium", "firefox"], default="chromium")
    parser.addoption("--headed", action="store_true", help="show the browser's window")
    parser.addoption("--slow", type=int, default=0, metavar="MS", help="wait before each step")


@pytest.fixture(scope="session")
def browser(pytestconfig):
    """One browser for all tests of a process."""
    expect.set_options(timeout=WAIT_MS)
    with sync_playwright() as playwright:
        browser = launch(
            playwright,
            pytestconfig.getoption("engine"),
            headless=not pytestconfig.getoption("headed"),
            slow_mo=pytestconfig.getoption("slow"),
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def servers(tmp_path_factory):
    """The servers that the tests of this process share."""
    with Servers(tmp_path_factory.mktemp("servers")) as servers:
        yield servers


@pytest.fixture
def variables() -> dict[str, str]:
    """The application's variables; a test module may have its own."""
    return {"secret_key": "of-the-tests"}


@pytest.fixture
def server(servers, variables) -> Server:
    """A server with an empty state, for this test alone."""
    server = servers.running(variables)
    server.empty()
    return server


@pytest.fixture
def site(server) -> str:
    """Where it listens."""
    return server.url


@pytest.fixture
def view(request) -> View:
    """How the test looks at the page; `views(...)` says in which ways."""
    return getattr(request, "param", View())


@pytest.fixture
def context(browser, site, view):
    """The browser as new: no cookies, nothing cached. Paths are the site's."""
    context = browser.new_context(base_url=site, **view.context())
    context.set_default_timeout(WAIT_MS)
    yield context
    context.close()


@pytest.fixture
def console(pytestconfig, context):
    """The errors that the browser shows; `expect` those that belong to the test."""
    return Console(context, says_less=pytestconfig.getoption("engine") == "firefox")


@pytest.fixture
def tab(context):
    """An empty tab; tests take `page`."""
    return context.new_page()


@pytest.fixture
def scripts(pytestconfig, tab, view):
    """Whether the tab runs scripts."""
    kind = Scripts if pytestconfig.getoption("engine") == "chromium" else FirefoxScripts
    return kind(tab, view.scripts)


@pytest.fixture
def page(request, tab, scripts, console, view):
    """The tab as the view says. After the test, each error that was not expected fails it."""
    yield tab
    if request.node.stash.get(FAILED, False):
        _save(tab, f"failed-{_name(request)}-{view}")
    # The tab answers after it has said all that it had to say.
    tab.evaluate("0")
    if problems := console.problems():
        pytest.fail("the browser's console:\n" + "\n".join(problems), pytrace=False)


@pytest.fixture
def keeper(context, server) -> Keeper:
    """Somebody who may change words; the page is theirs."""
    return Keeper(context, server)


@pytest.fixture
def stranger(browser, site) -> Stranger:
    """Somebody else, with a browser of their own."""
    context = browser.new_context(base_url=site)
    yield Stranger(context)
    context.close()


@pytest.fixture
def book(page) -> Book:
    """The word book's page, not opened yet."""
    return Book(page)


@pytest.fixture
def violations(page, scripts):
    """Asks axe-core, in every view, what is wrong with the page."""

    def violations() -> list[str]:
        with scripts.on():
            return checks.violations(page)

    return violations


@pytest.fixture
def screenshot(request, page, view):
    """Keeps the whole page as target/screenshots/NAME-WIDTH-LANG-SCHEME.png.

    Without a name it is the test's.
    """

    def screenshot(name: str = ""):
        _save(page, f"{name or _name(request)}-{view}")

    return screenshot


@pytest.fixture
def inspect(page, screenshot, violations):
    """Takes a screenshot, and checks what holds for every page."""

    def inspect(name: str = ""):
        __tracebackhide__ = True
        screenshot(name)
        if found := checks.sticking_out(page) + violations():
            pytest.fail("\n".join(found))

    return inspect


def _name(request) -> str:
    return request.node.originalname.removeprefix("test_").replace("_", "-")


def _save(page, name: str):
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True, animations="disabled")


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Tells the fixtures whether the test failed."""
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report

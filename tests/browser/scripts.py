"""A page whose scripts can be turned off."""

import contextlib


class Scripts:
    """Whether a page may run scripts, from its next document on.

    Playwright could turn them off for a whole context, but not on again for a moment, and axe-core
    needs timers. What a document did not run as it was read it does not run later.
    """

    def __init__(self, page, on: bool):
        self._session = page.context.new_cdp_session(page)
        self._on = on
        self._switch(on)

    @contextlib.contextmanager
    def on(self):
        """Lets the tests' own scripts run."""
        self._switch(True)
        try:
            yield
        finally:
            self._switch(self._on)

    def _switch(self, on: bool):
        self._session.send("Emulation.setScriptExecutionDisabled", {"value": not on})


class FirefoxScripts:
    """The same in Firefox, where nothing turns scripts off: there the page's own never arrive.

    So it does not show what is in `<noscript>`; everything else is as without scripts.
    """

    def __init__(self, page, on: bool):
        if not on:
            page.route("**/*.js", lambda route: route.abort())

    @contextlib.contextmanager
    def on(self):
        """The tests' own scripts always run."""
        yield

"""What the browser complained about: scripts, the content security policy, what did not load."""


class Console:
    """The errors of all pages of a context, and which of them a test expects.

    With `says_less` an error that is expected may be missing: Firefox does not say what did not load.
    """

    def __init__(self, context, says_less: bool = False):
        self._says_less = says_less
        self.errors: list[str] = []
        self._expected: list[str] = []
        self._allowed: list[str] = []
        context.on("console", self._message)
        context.on("weberror", lambda error: self.errors.append(f"uncaught: {error.error}"))

    def expect(self, part: str):
        """Allows errors that contain `part`, and demands one."""
        self._expected.append(part)

    def allow(self, part: str):
        """Allows errors that contain `part`, where there may be none."""
        self._allowed.append(part)

    def problems(self) -> list[str]:
        """Errors that were not expected, and expected ones that did not come."""
        known = self._expected + self._allowed
        unexpected = [error for error in self.errors if not any(part in error for part in known)]
        missing = [
            f"expected, but not seen: {part}"
            for part in self._expected
            if not self._says_less and not any(part in error for error in self.errors)
        ]
        return unexpected + missing

    def _message(self, message):
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location['url']})")

"""People who use the word book without its page."""

import time

from server import Server

ACCOUNT = {"name": "keeper", "password": "how high the moon"}

# How long a change may take that goes out while a page is left.
DEADLINE_SECONDS = 20


class Stranger:
    """Somebody who is not logged in, in this browser context."""

    def __init__(self, context):
        self._request = context.request

    def add(self, english: str, chinese: str, sentence_eng: str = "", sentence_chi: str = "") -> dict:
        """Adds a word; the answer is what GET /words/ID gives."""
        word = {
            "english": english,
            "chinese": chinese,
            "sentence_eng": sentence_eng,
            "sentence_chi": sentence_chi,
        }
        return self._ask("post", "/words", data=word)

    def add_many(self, count: int, english: str = "word", chinese: str = "词"):
        """Adds so many words, numbered from 1."""
        lines = [f"{english} {n},{chinese}{n}" for n in range(1, count + 1)]
        csv = "\n".join(["english,chinese", *lines])
        answer = self._ask("post", "/words/import", data=csv, headers={"Content-Type": "text/csv"})
        assert answer["imported"] == count, answer

    def change(self, word: dict, **fields) -> dict:
        """Changes fields of a word, whoever else looks at it."""
        return self._ask("patch", f"/words/{word['id']}", data=fields)

    def delete(self, word: dict):
        """Deletes a word, likewise."""
        answer = self._request.delete(f"/words/{word['id']}")
        assert answer.status == 204, answer.text()

    def read_all(self) -> list[dict]:
        """All words, newest first."""
        words = []
        query = "limit=100"
        while True:
            page = self._ask("get", f"/words?{query}")
            words += page["words"]
            if page["next"] is None:
                return words
            query = f"limit=100&after={page['next']}"

    def words(self) -> list[str]:
        """The English of them."""
        return [word["english"] for word in self.read_all()]

    def wait_for(self, words: list[str]):
        """Asks for the words until they are these, where no page can tell when that is."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while (now := self.words()) != words:
            assert time.monotonic() < deadline, f"it is still {now}"
            time.sleep(0.05)

    def _ask(self, method: str, path: str, headers: dict | None = None, **body) -> dict:
        headers = {"Accept": "application/json"} | (headers or {})
        answer = getattr(self._request, method)(path, headers=headers, **body)
        assert answer.ok, answer.text()
        return answer.json()


class Keeper(Stranger):
    """Somebody who may change words: the person at the tab, or in another tab.

    What the tests edit and delete they add by one of these, and look at in the same context, which is
    logged in: a word is changed by who added it.
    """

    def __init__(self, context, server: Server):
        super().__init__(context)
        server.log_in(context, ACCOUNT)

"""What several rules need."""

from compare import Exchange, is_error_page, is_problem
from differences import WHOLE
from wire import Answer, Request

JSON = ((b"Accept", b"application/json"),)
URLENCODED = b"application/x-www-form-urlencoded"


def get(target: str, *headers: tuple[bytes, bytes], accept=JSON) -> Request:
    return Request("GET", target.encode(), (*accept, *headers))


def post(path: str, content_type: bytes | None, body: bytes, *headers, accept=JSON, chunks=None) -> Request:
    kind = ((b"Content-Type", content_type),) if content_type is not None else ()
    return Request("POST", path.encode(), (*kind, *accept, *headers), body, chunks)


def refused(exchange: Exchange, flask: set[int], ours: int) -> frozenset[str] | None:
    """Explains the whole of an exchange where Flask answers so and Handspun refuses so."""
    if exchange.flask.status in flask and tells(exchange.ours, ours):
        return WHOLE
    return None


def tells(answer: Answer, status: int) -> bool:
    """Whether an answer says in Handspun's way what was wrong."""
    return is_problem(answer, status) or is_error_page(answer, status)

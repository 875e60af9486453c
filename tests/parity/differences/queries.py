"""`request.args`, and texts as Python prints them."""

import unicodedata

from compare import Exchange, json_of, media_type
from differences import Example, difference
from differences._common import get

# Assigned in Unicode 17, which no CPython before 3.15 knows.
NEW_CHARACTER = "\u20c1"


def _escaped(text: str) -> str:
    """Escapes what this Python takes for unassigned, as its repr() does."""
    return "".join(repr(c)[1:-1] if unicodedata.category(c) == "Cn" else c for c in text)


@difference(
    "repr-unicode",
    Example(
        get("/args/list?infor=%E2%83%81", accept=()),
        "200 ['\\u20c1']",
        f"200 ['{NEW_CHARACTER}']",
        shown=unicodedata.category(NEW_CHARACTER) == "Cn",
    ),
)
def repr_unicode(exchange: Exchange):
    """Characters newer than this Python are printed as they are."""
    flask, ours = exchange.flask, exchange.ours
    if flask.status != 200 or ours.status != 200:
        return None
    if media_type(ours) == "text/plain":
        return {"body"} if _escaped(ours.text) == flask.text else None
    found = {aspect for aspect in exchange.aspects if aspect.endswith("_repr")}
    keys = [aspect.removeprefix("body.") for aspect in found]
    return found if all(_escaped(json_of(ours)[key]) == json_of(flask)[key] for key in keys) else None

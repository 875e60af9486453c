"""The word book: `/data`."""

from compare import Exchange
from differences import Example, difference
from differences._common import get, refused

WAKE = get("/data?english=Wake&chinese=%E5%94%A4&sentence_eng=&sentence_chi=", accept=())
WAKE_AGAIN = get("/data?english=+wake&chinese=%E5%94%A4&sentence_eng=Again.&sentence_chi=", accept=())
LONG = get(f"/data?english={201 * 'a'}&chinese=%E5%94%A4&sentence_eng=&sentence_chi=", accept=())
RISE = get("/data?english=rise&chinese=%E8%B5%B7&sentence_eng=&sentence_chi=", accept=())


# How many characters each field may have.
LIMITS = (200, 200, 2000, 2000)


def _pair(word: list[str]) -> tuple[str, str]:
    return tuple(text.strip().casefold() for text in word[:2])


@difference(
    "words-pair",
    Example(
        WAKE_AGAIN,
        '302 [["Wake","唤","",""],["wake","唤","Again.",""]]',
        '302 [["Wake","唤","",""]]',
        before=(WAKE,),
    ),
)
def words_pair(exchange: Exchange):
    """Each pair is there, and once: as it came first, and in the same order."""
    if exchange.words is None or exchange.flask.status != exchange.ours.status:
        return None
    flask, ours = exchange.words
    pairs = [_pair(word) for word in ours]
    once = len(set(pairs)) == len(pairs) and set(pairs) == {_pair(word) for word in flask}
    # What is left of an iterator shows whether the order is the same.
    rest = iter(flask)
    if once and len(ours) < len(flask) and all(word in rest for word in ours):
        return {"words"}


@difference("words-length", Example(LONG, '302 [["aaa…aaa","唤","",""]]', "422"))
def words_length(exchange: Exchange):
    """A field of the word is longer than any may be."""
    if exchange.words is None:
        return None
    flask, _ = exchange.words
    too_long = any(len(text) > limit for word in flask for text, limit in zip(word, LIMITS, strict=True))
    return refused(exchange, {302}, 422) if too_long else None


@difference(
    "words-race",
    Example(RISE, "500", "302 Location: /", meanwhile=WAKE),
    Example(RISE, '500 [["Wake","唤","",""]]', '302 [["Wake","唤","",""],["rise","起","",""]]', meanwhile=WAKE),
)
def words_race(exchange: Exchange):
    """Flask loses a word that Handspun has."""
    if exchange.words is None or (exchange.flask.status, exchange.ours.status) != (500, 302):
        return None
    flask, ours = exchange.words
    if len(ours) == len(flask) + 1 and all(word in ours for word in flask):
        return exchange.aspects

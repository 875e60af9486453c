"""Random sessions, and cookies that somebody tampered with."""

import random
import struct
import uuid
from datetime import datetime, timedelta, timezone

from markupsafe import Markup

# A cookie may take 4,093 bytes, and most of these do not come near.
MAX_ITEMS = 5
MAX_DEPTH = 4

TAG_LIKE = [" t", " di", " b", " m", " u", " d", " t__", " di__", "__", " ", " od", "_permanent", ""]
CHARACTERS = (
    "abcXYZ019 _-.,;=\"'\\/<>&\t\n\r\0\x1f\x7f\x80é\u00a0\u200b\u2028唤醒手腕\ufeff\uffff😀\U0010ffff"
)


def text(random: random.Random, longest: int = 12) -> str:
    return "".join(random.choices(CHARACTERS, k=random.randint(0, longest)))


def key(random: random.Random) -> str:
    return random.choice(TAG_LIKE) if random.random() < 0.3 else text(random, 6)


def integer(random: random.Random) -> int:
    bits = random.choice([1, 8, 31, 32, 53, 63, 64, 65, 128, 500])
    return random.choice([1, -1]) * random.getrandbits(bits)


def number(random: random.Random) -> float:
    some = [0.0, -0.0, 1.0, 0.1, 1e15, 1e16, 1e-4, 1e-5, 5e-324, 1.7976931348623157e308]
    some += [float("inf"), float("-inf"), float("nan"), 123456789012345680.0]
    bits = struct.unpack(">d", random.getrandbits(64).to_bytes(8))[0]
    return random.choice([random.choice(some), bits, random.random(), random.uniform(-1e9, 1e9)])


def moment(random: random.Random) -> datetime:
    seconds = random.randrange((datetime.max - datetime.min) // timedelta(seconds=1))
    moment = datetime.min + timedelta(seconds=seconds, microseconds=random.choice([0, 1, 999_999]))
    moment = max(moment, datetime(1, 1, 2)) if moment.year == 1 else min(moment, datetime(9999, 12, 30))
    zones = [None, timezone.utc, timezone(timedelta(hours=8)), timezone(timedelta(hours=-3.5))]
    return moment.replace(tzinfo=random.choice(zones))


def value(random: random.Random, depth: int = 0):
    leaves = [
        lambda: None,
        lambda: random.random() < 0.5,
        lambda: integer(random),
        lambda: number(random),
        lambda: text(random),
        lambda: text(random),
        lambda: Markup(text(random)),
        lambda: random.randbytes(random.randint(0, 12)),
        lambda: moment(random),
        lambda: uuid.UUID(int=random.getrandbits(128)),
    ]
    nodes = [
        lambda: [value(random, depth + 1) for _ in range(random.randint(0, MAX_ITEMS))],
        lambda: tuple(value(random, depth + 1) for _ in range(random.randint(0, MAX_ITEMS))),
        lambda: {key(random): value(random, depth + 1) for _ in range(random.randint(0, MAX_ITEMS))},
        lambda: {random.choice(TAG_LIKE): value(random, depth + 1)},
    ]
    return random.choice(leaves if depth >= MAX_DEPTH else leaves + nodes)()


def session(random: random.Random) -> dict:
    """A session of at least one key: an empty one has no cookie."""
    made = {key(random): value(random, 1) for _ in range(random.randint(1, MAX_ITEMS))}
    if random.random() < 0.2:
        # Long enough to be compressed, and too dull to be large then.
        made["long"] = text(random, 20) * random.randint(5, 40)
    return made


def tampered(random: random.Random, cookie: str, other: str) -> str:
    """A cookie that is not the one it was; `other` is one by the same key."""
    while (made := _tampered(random, cookie, other)) in (cookie, other):
        pass
    return made


ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def _tampered(random: random.Random, cookie: str, other: str) -> str:
    at = random.randrange(len(cookie))
    parts, others = cookie.rsplit(".", 2), other.rsplit(".", 2)
    part = random.randrange(3)
    match random.randrange(8):
        case 0:  # a bit
            changed = chr(ord(cookie[at]) ^ 1 << random.randrange(7))
            # What would end the cookie for the one who reads the header is no cookie any more.
            changed = changed if changed.isprintable() and changed not in ' ;"' else "A"
            return cookie[:at] + changed + cookie[at + 1 :]
        case 1:  # another character
            return cookie[:at] + random.choice(ALPHABET) + cookie[at + 1 :]
        case 2:  # one more
            return cookie[:at] + random.choice(ALPHABET + ".=!") + cookie[at:]
        case 3:  # some fewer
            return cookie[:at] + cookie[at + random.randint(1, 4) :]
        case 4:  # a part of another cookie
            return ".".join(parts[:part] + [others[part]] + parts[part + 1 :])
        case 5:  # a part missing
            return ".".join(parts[:part] + parts[part + 1 :])
        case 6:  # parts in another order
            random.shuffle(parts)
            return ".".join(parts)
        case 7:  # two neighbours
            return cookie[:at] + cookie[at : at + 2][::-1] + cookie[at + 2 :]

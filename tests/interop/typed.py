"""Values of a session with the names of their types: what is compared, so that `(1,)` is not `[1]`."""

import math
import struct
import uuid
from datetime import datetime, timezone

from markupsafe import Markup


def typed(value):
    """What crates/formats/examples/interop.rs shows for a value."""
    match value:
        case None:
            return ["NoneType"]
        case bool():
            return ["bool", value]
        case int():
            return ["int", str(value)]
        case float():
            return ["float", "nan" if math.isnan(value) else struct.pack(">d", value).hex()]
        case Markup():
            return ["Markup", str(value)]
        case str():
            return ["str", value]
        case list() | tuple():
            return [type(value).__name__, [typed(item) for item in value]]
        case dict():
            return ["dict", typed_members(value)]
        case bytes():
            return ["bytes", list(value)]
        case datetime():
            # Flask takes a moment without a zone for UTC, and drops the microseconds.
            moment = value if value.tzinfo else value.replace(tzinfo=timezone.utc)
            epoch = datetime(1970, 1, 1, tzinfo=timezone.utc)
            return ["datetime", (moment - epoch) // datetime.resolution // 1_000_000]
        case uuid.UUID():
            return ["UUID", value.hex]
    raise TypeError(type(value))


def typed_members(values: dict) -> dict:
    return {key: typed(value) for key, value in values.items()}

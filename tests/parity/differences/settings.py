"""`os.getenv` and `time.sleep`."""

from compare import Exchange
from differences import Example, difference
from differences._common import get, refused


@difference(
    "sleep-seconds",
    Example(get("/sleep?seconds=ten"), "500", "400"),
    Example(get("/sleep?seconds=-1"), "500", "400"),
    Example(get("/sleep?seconds=1e300"), "500", "400"),
    Example(get("/sleep?seconds=0_0", accept=()), "200 hello world", "400"),
)
def sleep_seconds(exchange: Exchange):
    if exchange.request.path == "/sleep":
        return refused(exchange, {200, 500}, 400)

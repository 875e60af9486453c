"""The server to compare with: the tutorial on Flask's own."""

import contextlib
import logging
import os
import threading

from werkzeug.serving import make_server


@contextlib.contextmanager
def flask():
    """Serves the tutorial in this process; yields its address."""
    os.environ.pop("CONF", None)
    from tutorial import app

    app.logger.disabled = True
    logging.getLogger("werkzeug").disabled = True
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield ("127.0.0.1", server.port)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

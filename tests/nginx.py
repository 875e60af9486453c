"""nginx, started for a test."""

import contextlib
import os
import socket
import subprocess
from pathlib import Path

CONFIG = """
{user}
error_log {folder}/error.log;
pid {folder}/pid;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/servers.conf;
}}
"""


@contextlib.contextmanager
def nginx(folder: Path, servers: str):
    """Runs nginx with these servers, as its configuration has them, and all that it writes in `folder`."""
    (folder / "servers.conf").write_text(servers, encoding="utf-8")
    user = "user root;" if os.geteuid() == 0 else ""
    config = folder / "nginx.conf"
    config.write_text(CONFIG.format(user=user, folder=folder), encoding="utf-8")
    command = ["nginx", "-p", folder, "-c", config]
    # It goes to the background once it listens.
    subprocess.run(command, check=True)
    try:
        yield
    finally:
        subprocess.run([*command, "-s", "quit"], check=True)


def free_port() -> int:
    """A port that nobody listens on, for a server that cannot choose one itself."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]

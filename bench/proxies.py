"""nginx or Caddy in front of the server that is measured, on ports of their own and without TLS. What
nginx does with a request is read from docs/examples/nginx.conf; Caddy's is one line."""

import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from ground import ROOT

NGINX = """
daemon off;
worker_processes 2;
pid {folder}/nginx.pid;
error_log stderr crit;
events {{ worker_connections 8192; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {upstream}
    server {{
        listen 127.0.0.1:{port} backlog=2048;
        {location}
    }}
}}
"""
CADDY = """
{{
    admin off
    auto_https off
    log {{
        exclude http.log.error
    }}
}}
http://localhost:{port} {{
    bind 127.0.0.1
    reverse_proxy 127.0.0.1:{to}
}}
"""
COMMANDS = {
    "nginx": (NGINX, ["nginx", "-p", "{folder}", "-e", "stderr", "-c", "{file}"]),
    "caddy": (CADDY, ["caddy", "run", "--adapter", "caddyfile", "--config", "{file}"]),
}


@contextmanager
def in_front(kind: str, to: int, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The proxy's process, once something answers through it; FileNotFoundError where it is not
    installed.

    kind      nginx or caddy
    to, port  of 127.0.0.1: where the server listens, and where the proxy does
    """
    text, command = COMMANDS[kind]
    with tempfile.TemporaryDirectory(prefix="exchange-proxy-") as folder:
        Path(folder).chmod(0o755)  # nginx's workers are another user's
        file = Path(folder, "config")
        places = {"folder": folder, "to": to, "port": port, **_of_nginx(to)}
        file.write_text(text.format(**places), encoding="utf-8")
        words = [word.format(folder=folder, file=file) for word in command]
        proxy = subprocess.Popen(
            words,
            env={"HOME": folder, "PATH": "/usr/bin:/usr/sbin:/bin"},
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_for(f"http://localhost:{port}/healthz")
            yield proxy
        finally:
            proxy.terminate()
            proxy.wait(15)


def _of_nginx(to: int) -> dict[str, str]:
    """The two parts of the example that say how a request goes on to the server."""
    example = (ROOT / "docs" / "examples" / "nginx.conf").read_text(encoding="utf-8")
    found = {name: re.search(rf"^ *{name} .*?^ *}}$", example, re.M | re.S)
             for name in ("upstream", "location")}  # fmt: skip
    return {name: part[0].replace(":8000", f":{to}") for name, part in found.items() if part}


def _wait_for(url: str) -> None:
    for _ in range(100):
        try:
            if httpx.get(url, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"{url} did not answer")

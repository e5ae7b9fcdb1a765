"""nginx or Caddy in front of the server that is measured: as docs/examples sets them up, but for the
certificate, on ports of their own."""

import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

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
    upstream exchange {{
        server 127.0.0.1:{to};
        keepalive 64;
        keepalive_timeout 3s;
    }}
    server {{
        listen 127.0.0.1:{port} backlog=2048;
        location / {{
            proxy_pass http://exchange;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_read_timeout 1h;
        }}
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
        file.write_text(text.format(folder=folder, to=to, port=port), encoding="utf-8")
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


def _wait_for(url: str) -> None:
    for _ in range(100):
        try:
            if httpx.get(url, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"{url} did not answer")

"""A provider of OpenID Connect on this machine, for tests: it speaks HTTP, keeps codes, checks PKCE
and signs with RS256, as Google and Microsoft do. What it says of somebody is the test's to choose."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET, KID = "our-client", "our-secret", "key-1"
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Identity:
    """The provider: `says` are the claims of the next token beside those it must have."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.signs_with: Any = self.key
        self.algorithm = "RS256"
        self.says: dict[str, Any] = {}
        self.refuses = ""
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[dict[str, str]] = []
        self.url = ""

    def app(self, **more: Any) -> dict[str, Any]:
        """What the settings say of it."""
        words = {"server_url": self.url, "issuers": [self.url], "origin": self.url, **more}
        return {
            "provider_id": "google", "name": "Google", "client_id": CLIENT, "secret": SECRET,
            "settings": words,
        }  # fmt: skip

    def answer(self, path: str, words: dict[str, str]) -> tuple[int, Any]:
        """Status and JSON, or 302 and where to."""
        if path == "/.well-known/openid-configuration":
            ends = {"authorization_endpoint": "authorize", "token_endpoint": "token",
                    "jwks_uri": "keys", "userinfo_endpoint": "who"}  # fmt: skip
            here = {name: f"{self.url}/{end}" for name, end in ends.items()}
            methods = ["client_secret_post"]
            return 200, {
                "issuer": self.url, "token_endpoint_auth_methods_supported": methods, **here
            }  # fmt: skip
        if path == "/keys":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
            return 200, {"keys": [{**public, "kid": KID, "use": "sig", "alg": "RS256"}]}
        if path == "/authorize":
            self.asked.append(words)
            back: dict[str, str] = {"state": words["state"]}
            if self.refuses:
                back["error"] = self.refuses
            else:
                back["code"] = secrets.token_urlsafe()
                self.codes[back["code"]] = words
            return 302, f"{words['redirect_uri']}?{urlencode(back)}"
        return self.token(words)

    def token(self, words: dict[str, str]) -> tuple[int, Any]:
        """A code for a token, once, to whoever has the secret and the PKCE verifier."""
        began = self.codes.pop(words.get("code", ""), None)
        proof = hashlib.sha256(words.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(proof).rstrip(b"=").decode()
        known = (words.get("client_id"), words.get("client_secret")) == (CLIENT, SECRET)
        if not began or not known or began.get("code_challenge") != challenge:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.url, "aud": CLIENT, "sub": "subject-1", "iat": now, "exp": now + 300,
            "nonce": began["nonce"], **self.says,
        }  # fmt: skip
        claims = {key: value for key, value in claims.items() if value is not None}
        key = None if self.algorithm == "none" else self.signs_with
        told = jwt.encode(claims, key, algorithm=self.algorithm, headers={"kid": KID})
        return 200, {"access_token": "a", "token_type": "Bearer", "id_token": told}


@contextmanager
def running() -> Iterator[Identity]:
    """A provider that answers, on a free port of this machine."""
    identity = Identity()

    class Ear(BaseHTTPRequestHandler):
        def _answer(self, words: str) -> None:
            flat = {key: value[0] for key, value in parse_qs(words).items()}
            status, said = identity.answer(urlsplit(self.path).path, flat)
            body = b"" if status == 302 else json.dumps(said).encode()
            self.send_response(status)
            if status == 302:
                self.send_header("Location", said)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            self._answer(urlsplit(self.path).query)

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

        def log_message(self, *words: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Ear)
    identity.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield identity
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

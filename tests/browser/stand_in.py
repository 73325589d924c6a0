"""What a shared server stands between, on loopback: an OIDC provider that signs in whom the test names, and a proxy."""

from __future__ import annotations

import asyncio
import json
import threading
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

from tests import loopback, patience

CLIENT, SECRET = "ser-dashboard", "of the client"


@dataclass
class Provider:
    """A running provider. `email` signs in next, and is said to be checked or not."""

    url: str
    email: str = "ada@example.org"
    verified: bool | None = True
    _codes: dict[str, dict[str, Any]] = field(default_factory=dict)
    _key: RSAKey = field(
        default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
    )

    def metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }

    def keys(self) -> dict[str, Any]:
        return {"keys": [self._key.as_dict(private=False)]}

    def authorize(self, asked: dict[str, str]) -> str:
        """Return where the browser goes next."""
        code = f"code-{len(self._codes)}"
        claims = {"email": self.email, "sub": f"of {self.email}", "nonce": asked.get("nonce"), "name": "A name"}
        if self.verified is not None:
            claims["email_verified"] = self.verified
        self._codes[code] = claims
        back = urllib.parse.urlencode({"code": code, "state": asked["state"]})
        return f"{asked['redirect_uri']}?{back}"

    def token(self, asked: dict[str, str]) -> dict[str, Any]:
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 600, **self._codes.pop(asked["code"])}
        signed = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self._key)
        return {"access_token": "unused", "token_type": "Bearer", "expires_in": 600, "id_token": signed}


@contextmanager
def provider() -> Iterator[Provider]:
    """Serve a provider on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urllib.parse.urlsplit(self.path)
            asked = dict(urllib.parse.parse_qsl(parts.query))
            if parts.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", made.authorize(asked))
                self.send_header("Content-Length", "0")
                self.end_headers()
            else:
                self._json({"/.well-known/openid-configuration": made.metadata, "/jwks": made.keys}[parts.path]())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._json(made.token(dict(urllib.parse.parse_qsl(body))))

        def _json(self, found: dict[str, Any]) -> None:
            body = json.dumps(found).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Provider(f"http://localhost:{server.server_port}")
    with loopback.answering(server):
        yield made


#: What a proxy in front of the world adds.
FORWARDED = b"X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Proto: http\r\nX-Real-IP: 203.0.113.7\r\nVia: 1.1 proxy\r\n"


@contextmanager
def proxy(port: int, upstream: int) -> Iterator[None]:
    """Pass connections at `port` on to `upstream`, with a proxy's headers, one request a connection; websockets as they are."""
    loop = asyncio.new_event_loop()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line, _, rest = (await reader.readuntil(b"\r\n\r\n")).partition(b"\r\n")
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", upstream)
        except (OSError, asyncio.IncompleteReadError):
            writer.close()
            return
        headers = rest.split(b"\r\n")[:-2]
        if not any(one.lower().startswith(b"upgrade:") for one in headers):
            headers = [one for one in headers if not one.lower().startswith(b"connection:")] + [b"Connection: close"]
        up_writer.write(line + b"\r\n" + FORWARDED + b"\r\n".join(headers) + b"\r\n\r\n")
        with suppress(asyncio.CancelledError):
            await asyncio.gather(pump(reader, up_writer), pump(up_reader, writer))

    async def start() -> asyncio.Server:
        return await asyncio.start_server(serve, "127.0.0.1", port)

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(start(), loop).result(timeout=patience.SECONDS)
    yield

    async def end() -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    asyncio.run_coroutine_threadsafe(end(), loop).result(timeout=patience.SECONDS)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(timeout=patience.SECONDS)
    loop.close()

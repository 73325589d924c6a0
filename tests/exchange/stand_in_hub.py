"""A stand-in for the Hugging Face Hub on loopback: what its client asks for when a repository is made, filled and read."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from tests import loopback

#: What the Hub keeps as large files.
LARGE = (".onnx", ".keras", ".npz", ".parquet")


@dataclass
class Repository:
    private: bool
    files: dict[str, bytes] = field(default_factory=dict)
    commits: int = 0
    card: dict[str, Any] = field(default_factory=dict)

    @property
    def sha(self) -> str:
        return hashlib.sha1(str(self.commits).encode()).hexdigest()


class Hub(ThreadingHTTPServer):
    """Its repositories, the objects that were put into its store, and what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.repositories: dict[str, Repository] = {}
        self.objects: dict[str, bytes] = {}
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def running() -> Iterator[Hub]:
    """Give a hub that answers until it is left."""
    hub = Hub()
    with loopback.answering(hub):
        yield hub


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Hub

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def handle_one(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.server.asked.append(f"{self.command} {path}")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        for command, pattern, answer in ROUTES:
            if command == self.command and (found := re.fullmatch(pattern, path)):
                answer(self, body, *found.groups())
                return
        self.refuse(404, "RepoNotFound", f"no answer to {self.command} {path}")

    do_GET = do_POST = do_PUT = do_HEAD = handle_one

    def say(self, value: Any, status: int = 200) -> None:
        self.give(json.dumps(value).encode(), {"Content-Type": "application/json"}, status)

    def give(self, body: bytes, headers: dict[str, str], status: int = 200) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def refuse(self, status: int, code: str, message: str) -> None:
        self.give(json.dumps({"error": message}).encode(), {"X-Error-Code": code, "X-Error-Message": message}, status)

    def repository(self, name: str) -> Repository | None:
        found = self.server.repositories.get(name)
        if found is None:
            self.refuse(404, "RepoNotFound", f"There is no repository {name}.")
        return found

    def create(self, body: bytes) -> None:
        stated = json.loads(body)
        name = f"{stated['organization']}/{stated['name']}"
        if name in self.server.repositories:
            self.say({"error": "You already created this model repo", "url": f"{self.server.url}/{name}"}, 409)
            return
        # Clients of before 2.0 say private, later ones visibility.
        private = stated.get("visibility") == "private" or bool(stated.get("private"))
        self.server.repositories[name] = Repository(private, {".gitattributes": b""})
        self.say({"url": f"{self.server.url}/{name}", "name": name, "id": name})

    def validate(self, body: bytes) -> None:
        self.say({"errors": [], "warnings": []})

    def info(self, body: bytes, name: str, revision: str | None = None) -> None:
        if found := self.repository(name):
            siblings = [{"rfilename": path, "size": len(data)} for path, data in found.files.items()]
            self.say(
                {"id": name, "sha": found.sha, "private": found.private, "siblings": siblings, "cardData": found.card}
            )

    def tree(self, body: bytes, name: str, revision: str) -> None:
        if found := self.repository(name):
            self.say([entry(path, data) for path, data in found.files.items()])

    def preupload(self, body: bytes, name: str, revision: str) -> None:
        modes = {one["path"]: "lfs" if one["path"].endswith(LARGE) else "regular" for one in json.loads(body)["files"]}
        self.say({"files": [{"path": path, "uploadMode": mode, "shouldIgnore": False} for path, mode in modes.items()]})

    def batch(self, body: bytes, name: str) -> None:
        objects = []
        for one in json.loads(body)["objects"]:
            action = {"upload": {"href": f"{self.server.url}/lfs/{one['oid']}"}}
            known = one["oid"] in self.server.objects
            objects.append({**one, **({} if known else {"actions": action})})
        self.say({"transfer": "basic", "objects": objects})

    def store(self, body: bytes, oid: str) -> None:
        if hashlib.sha256(body).hexdigest() != oid:
            self.refuse(400, "BadHash", "The object is not what its name says.")
            return
        self.server.objects[oid] = body
        self.say({})

    def commit(self, body: bytes, name: str, revision: str) -> None:
        if not (found := self.repository(name)):
            return
        for line in body.splitlines():
            one = json.loads(line)
            key, value = one["key"], one["value"]
            if key == "file":
                found.files[value["path"]] = base64.b64decode(value["content"])
            elif key == "lfsFile":
                found.files[value["path"]] = self.server.objects[value["oid"]]
            elif key == "deletedFile":
                del found.files[value["path"]]
        found.commits += 1
        self.say({"commitUrl": f"{self.server.url}/{name}/commit/{found.sha}", "commitOid": found.sha, "success": True})

    def resolve(self, body: bytes, name: str, revision: str, path: str) -> None:
        if not (found := self.repository(name)):
            return
        if path not in found.files:
            self.refuse(404, "EntryNotFound", f"{path} is not there.")
            return
        data = found.files[path]
        self.give(data, {"X-Repo-Commit": found.sha, "ETag": f'"{hashlib.sha256(data).hexdigest()}"'})


def entry(path: str, data: bytes) -> dict[str, Any]:
    """A file as the tree of a repository states it."""
    oid = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
    large = {"lfs": {"oid": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 134}}
    return {"type": "file", "oid": oid, "size": len(data), "path": path, **(large if path.endswith(LARGE) else {})}


NAME = r"([^/]+/[^/]+)"
ROUTES = (
    ("POST", "/api/repos/create", _Handler.create),
    ("POST", "/api/validate-yaml", _Handler.validate),
    ("GET", f"/api/models/{NAME}", _Handler.info),
    ("GET", f"/api/models/{NAME}/revision/([^/]+)", _Handler.info),
    ("GET", f"/api/models/{NAME}/tree/([^/]+)", _Handler.tree),
    ("POST", f"/api/models/{NAME}/preupload/([^/]+)", _Handler.preupload),
    ("POST", f"/{NAME}.git/info/lfs/objects/batch", _Handler.batch),
    ("PUT", "/lfs/([0-9a-f]+)", _Handler.store),
    ("POST", f"/api/models/{NAME}/commit/([^/]+)", _Handler.commit),
    ("GET", f"/{NAME}/resolve/([^/]+)/(.+)", _Handler.resolve),
    ("HEAD", f"/{NAME}/resolve/([^/]+)/(.+)", _Handler.resolve),
)

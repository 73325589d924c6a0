"""What visitors of a shared server may upload: so much a visit, an address and all at once, refused before it is kept, freed when they leave."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import runtime
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from pages.server import visitor
from ser_core import settings

PLACE = "/_stcore/upload_file/"
#: What one visit may hold in files and bytes, all visits from one address of the network, and all together: the server then stays below
#: 900 MB, and one visitor with many tabs leaves room for another.
VISIT_FILES = 40
VISIT_BYTES = 100 * 2**20
PLACE_BYTES = 150 * 2**20
SERVER_BYTES = 256 * 2**20
#: How long a visit whose connection is gone keeps its uploads: Streamlit lets it come back for two minutes, and then forgets to free them.
GONE_S = 100.0
EVERY_S = 10.0

TOO_MANY = f"One visit may hold {VISIT_FILES} files. Remove some and try again."
TOO_MUCH = f"One visit may hold {VISIT_BYTES // 2**20} MB of files. Remove some and try again."
TOO_MUCH_HERE = f"All visits from your address may hold {PLACE_BYTES // 2**20} MB of files. Close some tabs, and try again in two minutes."
FULL = "This server holds as many uploads as it has room for. Try again in a few minutes."
UNSTATED = "An upload has to say how large it is."

# Bytes of uploads that are on their way, by visit; and where visits that hold or send something come from.
_coming: Counter[str] = Counter()
_places: dict[str, str] = {}


def refusal(visit: str, size: int | None, place: str = "") -> tuple[int, str] | None:
    """Return why a visit may not upload a file of so many bytes, as a status and a sentence, or None where it may. place: whence it comes."""
    held = {id: [len(file.data) for file in list(files.values())] for id, files in list(_storage().items())}
    for gone in _places.keys() - held.keys() - _coming.keys():
        del _places[gone]
    if size is None or size < 0:
        return 411, UNSTATED
    if len(held.get(visit, ())) + (1 if not _coming[visit] else 2) > VISIT_FILES:
        return 413, TOO_MANY
    if sum(held.get(visit, ())) + _coming[visit] + size > VISIT_BYTES:
        return 413, TOO_MUCH
    beside = [id for id, whence in _places.items() if whence == place]
    if sum(sum(held.get(id, ())) + _coming[id] for id in beside) + size > PLACE_BYTES:
        return 413, TOO_MUCH_HERE
    if sum(map(sum, held.values())) + _coming.total() + size > SERVER_BYTES:
        return 503, FULL
    return None


def most_bytes() -> int:
    """Return how large a single upload may be."""
    return VISIT_BYTES if settings.mode() == "shared" else settings.MAX_UPLOAD_BYTES


def said() -> str:
    """Return the bounds of uploads in a few words, as an uploader states them behind the length of a clip."""
    if settings.mode() == "shared":
        return f"{VISIT_BYTES // 2**20} MB and {VISIT_FILES} files together"
    return f"{settings.MAX_UPLOAD_BYTES // 2**20} MB each, {settings.MAX_UPLOAD_FILES} at a time"


class Gate:
    """ASGI middleware that answers uploads beyond the bounds with a sentence, in shared mode, before their bytes are read."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] != "http"
            or scope["method"] != "PUT"
            or PLACE not in scope["path"]
            or settings.mode() != "shared"
        ):
            await self.app(scope, receive, send)
            return
        visit = scope["path"].partition(PLACE)[2].partition("/")[0]
        headers = Headers(scope=scope)
        stated = headers.get("content-length", "")
        size = int(stated) if stated.isdecimal() else None
        place = visitor.place(headers.get("x-forwarded-for"), (scope.get("client") or ("",))[0])
        why = refusal(visit, size, place)
        if why is not None or size is None:
            status, said = why or (411, UNSTATED)
            await PlainTextResponse(f"{said}\n", status_code=status)(scope, receive, send)
            return
        _places[visit] = place
        with _on_its_way(visit, size):
            await self.app(scope, receive, send)


@contextmanager
def _on_its_way(visit: str, size: int) -> Iterator[None]:
    _coming[visit] += size
    try:
        yield
    finally:
        _coming[visit] -= size
        if not _coming[visit]:
            del _coming[visit]


@asynccontextmanager
async def freed() -> AsyncIterator[None]:
    """While it is open, end the visits whose connection is gone, so that what they uploaded goes with them."""
    task = asyncio.create_task(_free_for_ever()) if settings.mode() == "shared" else None
    try:
        yield
    finally:
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _free_for_ever() -> None:
    gone: dict[str, float] = {}
    while True:
        await asyncio.sleep(EVERY_S)
        gone = free(gone, time.monotonic())


def free(gone: dict[str, float], now: float) -> dict[str, float]:
    """End the visits that hold uploads and have been gone for GONE_S; `gone`, and what is returned: visits and since when they are."""
    if not runtime.exists():
        return {}
    server = runtime.get_instance()
    away = {visit: gone.get(visit, now) for visit in list(_storage()) if not server.is_active_session(visit)}
    for visit, since in list(away.items()):
        if now - since >= GONE_S:
            server.close_session(visit)
            server.uploaded_file_mgr.remove_session_files(visit)
            del away[visit]
    return away


def forget_all() -> None:
    """Free what all visits have uploaded and recorded into memory."""
    for visit in list(_storage()):
        runtime.get_instance().uploaded_file_mgr.remove_session_files(visit)


def _storage() -> Mapping[str, Mapping[str, UploadedFileRec]]:
    # Streamlit's own, as it counts them nowhere by visit.
    return getattr(runtime.get_instance().uploaded_file_mgr, "file_storage", {}) if runtime.exists() else {}

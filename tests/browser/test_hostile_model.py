"""An imported graph that never answers on sound: others are answered meanwhile, and its process is ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.browser.serving import Server
from trials.strangers import graphs

pytestmark = pytest.mark.browser


def test_others_are_answered_and_its_process_is_ended(
    serve: Callable[..., Server], record_property: Callable[[str, object], None]
) -> None:
    server = serve()
    change, end = graphs.HOSTILE["never-answers"]
    graphs.imported(server.home, "hostile", change)
    with ThreadPoolExecutor(1) as thread:
        alone, answered, took = thread.submit(asyncio.run, graphs.driven(server.url, "hostile", end)).result()
    record_property("others_s", [round(one, 2) for one in answered])
    # Two seconds where the machine is idle; beside other tests in proportion to what an answer takes then.
    assert max(answered) < max(2.0, 4 * alone)
    # It is ended after 20 s: what was answered before was answered while it worked.
    assert sum(answered) + 3 < took < 60
    assert not graphs.children(server)
    print(f"alone {alone:.2f} s; meanwhile {[round(one, 2) for one in answered]}; ended after {took:.1f} s")

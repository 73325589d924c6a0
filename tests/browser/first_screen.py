"""What anybody sees first of a page: how many words, whether everybody can use it, by day, by night and on a phone."""

from __future__ import annotations

import re

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect
from streamlit.proto.BackMsg_pb2 import BackMsg

from tests.browser import steps

MOST_WORDS = 120
#: The words that are in sight: not those of closed boxes, nor of what lies below the first screen, nor of the figures' axes.
WORDS = """() => {
  const walker = document.createTreeWalker(document.querySelector('[data-testid=stApp]'), NodeFilter.SHOW_TEXT);
  const seen = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!parent || parent.closest('svg, script, style, canvas, [data-testid=stIconMaterial]')) continue;
    const box = parent.closest('details:not([open])');
    if (box && !parent.closest('summary')) continue;
    if (!parent.checkVisibility({opacityProperty: true, visibilityProperty: true})) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const place = range.getBoundingClientRect();
    if (place.width < 2 || place.height < 2 || place.top >= innerHeight || place.bottom <= 0) continue;
    seen.push(node.textContent);
  }
  return seen.join(' ');
}"""


def faults(page: Page) -> list[str]:
    """What axe calls serious or critical; what is switched off may be pale (WCAG 1.4.3)."""
    found = []
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    for rule in page.evaluate("axe.run({resultTypes: ['violations']}).then(found => found.violations)"):
        for node in rule["nodes"]:
            if rule["impact"] in ("serious", "critical") and not re.search(r"\bdisabled\b", node["html"]):
                found.append(f"{rule['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}")
    return found


def asked_by_itself(sent: list[str | bytes]) -> list[str]:
    """The runs of the whole page that it asked for by itself, the first one left out: a press that comes just before one is lost."""
    asked = [BackMsg.FromString(message) for message in sent if isinstance(message, bytes)]
    runs = [one.rerun_script for one in asked if one.HasField("rerun_script") and not one.rerun_script.fragment_id]
    return [str(one.widget_states) for one in runs[1:]]


def looked_at(page: Page, address: str) -> None:
    """Open the address and hold its first screen against all of that."""
    page.set_viewport_size({"width": 1280, "height": 800})
    page.emulate_media(color_scheme="light")
    sent: list[str | bytes] = []
    page.once("websocket", lambda socket: socket.on("framesent", lambda message: sent.append(message)))
    page.goto(address)
    steps.settled(page)
    words = re.findall(r"[^\W\d_][\w’'-]*", page.evaluate(WORDS))
    print(f"{address}: {len(words)} words")
    assert len(words) <= MOST_WORDS, " ".join(words)
    assert faults(page) == [], "light"
    assert sent, "nothing was sent"
    # On live, the library that sends the microphone's sound says once that none is sent yet.
    assert address.endswith("/live") or asked_by_itself(sent) == []
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("getComputedStyle(document.querySelector('[data-testid=stApp]')).colorScheme === 'dark'")
    assert faults(page) == [], "dark"
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.get_by_role("link", name="Analyze").first).to_be_visible()
    assert faults(page) == [], "390 pixels"
    wide = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth - innerWidth")
    assert wide <= 0, "the page can be pushed sideways"

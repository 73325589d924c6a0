"""A shared server behind a proxy: what a stranger, somebody signed in, and somebody else who is signed in can see and do."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from pages.server import visitor
from ser_core import audio, jobs, settings
from ser_core.corpora.recordings import Recordings
from tests import made, patience
from tests.browser import serving, stand_in, steps
from tests.browser.knocking import ask, shake_hands
from tests.browser.serving import Server

pytestmark = pytest.mark.browser
VOICE = settings.ARTIFACTS / "samples" / "voice-british.flac"
ADA, BOB, EVE = "ada@example.org", "bob@school.example", "eve@example.org"


@dataclass(frozen=True)
class Shared:
    """The server, the proxy's address in front of it, who signs in, and what Ada has on it."""

    server: Server
    url: str
    provider: stand_in.Provider
    job: str


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    folder, door = tmp_path_factory.mktemp("shared"), serving.free_port()
    url = f"http://localhost:{door}"
    with stand_in.provider() as provider:
        secrets = folder / "home" / ".streamlit" / "secrets.toml"
        secrets.parent.mkdir(parents=True)
        secrets.write_text(
            f'[auth]\nredirect_uri = "{url}/oauth2callback"\ncookie_secret = "{"0123456789abcdef" * 3}"\n'
            f'client_id = "{stand_in.CLIENT}"\nclient_secret = "{stand_in.SECRET}"\n'
            f'server_metadata_url = "{provider.url}/.well-known/openid-configuration"\n'
            f'[ser]\nallowed = ["{ADA}"]\n'
        )
        corpus = made.crema_d(folder / "corpus", made.SPEAKERS[:6], made.SENTENCES[:2], seconds=0.4)
        job = _of_ada(folder / "ser-home", corpus)
        server = serving.start(folder, SER_MODE="shared", SER_ALLOWED="@school.example")
        with stand_in.proxy(door, int(server.url.rpartition(":")[2])):
            yield Shared(server, url, provider, job)
        server.stop()


def _of_ada(home: Path, corpus: Path) -> str:
    """Give Ada a run, a recording and a job that failed; CREMA-D is everybody's. Returns the job."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SER_HOME", str(home))
        patch.setenv(settings.OWNER_VARIABLE, visitor.folder_of(ADA))
        patch.setattr(settings, "_ask_owner", [])
        shutil.copytree(settings.ARTIFACTS / "models" / "accurate", settings.home().runs / "run-of-ada")
        Recordings().add(audio.decode(VOICE), "anger", sitting="one")
        job = jobs.queue(("runs", "show", "nowhere"), kind="training", title="Training of Ada")
        from tests.jobs.steps import end

        assert end(job) == "failed"
    (home / "corpora.json").write_text(f'{{"crema-d": "{corpus}"}}')
    return job.id


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[[], Page]]:
    """Open tabs of visitors who share nothing."""
    contexts = []

    def fresh() -> Page:
        contexts.append(
            browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-US", reduced_motion="reduce")
        )
        contexts[-1].set_default_timeout(patience.MILLISECONDS)
        return contexts[-1].new_page()

    yield fresh
    for one in contexts:
        one.close()


def sign_in(shared: Shared, page: Page, email: str, *, verified: bool | None = True) -> None:
    shared.provider.email, shared.provider.verified = email, verified
    page.goto(shared.url)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    expect(page.get_by_text(email).first).to_be_visible()


#: One link of each page that would show or change something, and the others that would.
PAGES = ("/train?job={job}", "/results", "/analyze?source=samples&sample=voice-british&model=run-of-ada", "/datasets")
MORE = (
    "/train",
    "/results?view=compare&runs=run-of-ada,accurate",
    "/datasets?corpus=recordings",
    "/datasets?tab=Check",
    "/datasets?tab=Averages",
    "/datasets?tab=Map",
    "/datasets?view=mine",
    "/",
)


def sees_nothing_and_can_do_nothing(shared: Shared, page: Page, links: tuple[str, ...] = PAGES + MORE) -> None:
    """Go through pages and deep links that would show or change something."""
    for link in links:
        page.goto(f"{shared.url}{link.format(job=shared.job)}")
        steps.menu_stands(page)
        steps.settled(page)
        for label in ("Train", "Select", "Make my model", "Keep it", "Fetch", "Add", "Check this corpus", "Resume"):
            assert not page.get_by_role("button", name=label, exact=True).count(), (link, label)
        for text in (
            "run-of-ada",
            "Training of Ada",
            "Get or add a corpus",
            "It was really",
            "Delete",
            "My recordings ·",
        ):
            assert not page.get_by_text(text).count(), (link, text)
        assert "view=mine" not in link or not page.locator("audio, input[type=file]").count(), link
    other_runs_look_absent(shared, page)
    page.goto(f"{shared.url}/results")
    steps.settled(page)
    steps.select_row(page, 0)
    expect(page.get_by_test_id("stBaseButton-primary").filter(has_text="Open")).to_be_enabled()
    for label in ("Delete", "Name, note, tags"):
        assert not page.get_by_role("button", name=label).count(), label


def other_runs_look_absent(shared: Shared, page: Page) -> None:
    """A link to another's run shows word for word what a link to a run that never was shows."""
    tabs = {name: page.context.new_page() for name in ("run-of-ada", "run-of-none")}
    for name, tab in tabs.items():
        tab.goto(f"{shared.url}/results?view=run&run={name}")
    for name, tab in tabs.items():
        expect(tab.get_by_text(f"There is no run called “{name}” here.")).to_be_visible()
        # What the page draws last.
        expect(tab.get_by_text("Dotted: all clips together")).to_be_visible()
        steps.settled(tab)
    # A chart's own words come when the browser has got round to drawing it; what really differs stays so.
    until = time.monotonic() + patience.SECONDS
    while len(found := {_words(tab).replace(name, "…") for name, tab in tabs.items()}) > 1:
        assert time.monotonic() < until, "\n---\n".join(found)
        page.wait_for_timeout(200)
    for tab in tabs.values():
        tab.close()


def _words(page: Page) -> str:
    return page.get_by_test_id("stMain").inner_text()


def written(shared: Shared) -> set[Path]:
    """What lies in SER_HOME but for the cache."""
    home = shared.server.home
    return {path for path in home.rglob("*") if path.is_file() and not path.is_relative_to(home / "cache")}


def test_a_stranger_browses_and_gets_answers_and_nothing_else(shared: Shared, visit: Callable[[], Page]) -> None:
    before, page = written(shared), visit()
    page.goto(f"{shared.url}/analyze?source=upload")
    page.locator("input[type=file]").set_input_files(VOICE)
    expect(page.get_by_test_id("answer")).to_have_text(steps.headline(steps.predict(VOICE)[0]))
    sees_nothing_and_can_do_nothing(shared, page)
    page.goto(f"{shared.url}/train")
    expect(page.get_by_text("Sign in, at the top, to train models")).to_be_visible()
    page.goto(f"{shared.url}/datasets?corpus=crema-d")
    expect(page.get_by_test_id("stMetric").first).to_be_visible()
    assert written(shared) == before


def test_a_cookie_of_ones_own_making_signs_nobody_in(shared: Shared, visit: Callable[[], Page]) -> None:
    page = visit()
    forged = f'{{"email": "{ADA}", "is_logged_in": true, "origin": "{shared.url}"}}'
    page.context.add_cookies([{"name": "_streamlit_user", "value": forged.encode().hex(), "url": shared.url}])
    page.goto(f"{shared.url}/train")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    expect(page.get_by_text("Sign in, at the top, to train models")).to_be_visible()


@pytest.mark.parametrize(("email", "verified"), [(EVE, True), (ADA, False)])
def test_signing_in_is_not_enough(shared: Shared, visit: Callable[[], Page], email: str, verified: bool) -> None:
    """Eve is not on the list; whoever claims to be Ada without a checked address is not Ada."""
    page = visit()
    sign_in(shared, page, email, verified=verified)
    page.goto(f"{shared.url}/train")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    sees_nothing_and_can_do_nothing(shared, page, PAGES)


def test_who_is_allowed_has_what_is_theirs(shared: Shared, visit: Callable[[], Page]) -> None:
    page = visit()
    sign_in(shared, page, ADA)
    page.goto(f"{shared.url}/train?job={shared.job}")
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_visible()
    expect(page.get_by_text("Training of Ada").first).to_be_visible()
    page.goto(f"{shared.url}/results?view=run&run=run-of-ada")
    expect(page.get_by_text("run-of-ada").first).to_be_visible()
    page.goto(f"{shared.url}/datasets?view=mine")
    expect(page.get_by_text("anger · 1 of 10", exact=True)).to_be_visible()
    steps.settled(page)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    page.goto(f"{shared.url}/datasets?view=mine")
    expect(page.get_by_text("Sign in, at the top, to keep recordings")).to_be_visible()


def test_two_who_are_allowed_do_not_see_each_other(shared: Shared, visit: Callable[[], Page]) -> None:
    """Bob is let in by his school's domain; he keeps a clip, trains, and finds nothing of Ada's."""
    page = visit()
    sign_in(shared, page, BOB, verified=None)
    own = shared.server.home / "users" / visitor.folder_of(BOB)
    page.goto(f"{shared.url}/train?job={shared.job}")
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_visible()
    steps.settled(page)
    assert not page.get_by_text("Training of Ada").count()
    other_runs_look_absent(shared, page)
    page.goto(f"{shared.url}/datasets?view=mine")
    # A file given to an uploader that is about to be replaced is lost.
    steps.settled(page)
    page.get_by_role("button", name="Files").first.click()
    page.locator("input[type=file]").set_input_files(VOICE)
    expect(page.get_by_text("anger · 1 of 10", exact=True)).to_be_visible()
    assert len(list((own / "recordings").glob("*.wav"))) == 1
    assert len(list((shared.server.home / "users" / visitor.folder_of(ADA) / "recordings").glob("*.wav"))) == 1
    # A folder of another's is refused by its name, though its name can be known.
    page.goto(f"{shared.url}/datasets")
    page.get_by_text("Get or add a corpus").click()
    page.get_by_text("It lies on this machine").click()
    page.get_by_label("Its folder on this machine").fill(str(shared.server.home / "users" / visitor.folder_of(ADA)))
    page.get_by_label("Its folder on this machine").press("Enter")
    steps.settled(page)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("belongs to this server")).to_be_visible()


def test_a_training_runs_in_its_owners_folder(shared: Shared, visit: Callable[[], Page]) -> None:
    page = visit()
    sign_in(shared, page, BOB)
    own = shared.server.home / "users" / visitor.folder_of(BOB)
    page.goto(f"{shared.url}/train?recipe=logreg&corpus=crema-d&split=clips")
    steps.settled(page)
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_role("link", name="See its results")).to_be_visible(timeout=patience.MILLISECONDS)
    (run,) = [path for path in (own / "runs").iterdir() if path.is_dir()]
    assert (run / "files.json").is_file() and not (shared.server.home / "runs").exists()
    stranger = visit()
    stranger.goto(f"{shared.url}/results")
    steps.settled(stranger)
    assert not stranger.get_by_text(run.name).count()
    stranger.goto(f"{shared.url}/results?view=run&run={run.name}")
    expect(stranger.get_by_text(f"There is no run called “{run.name}” here.")).to_be_visible()


def test_another_website_opens_no_connection(shared: Shared) -> None:
    assert shake_hands(shared.server, {"Origin": "https://evil.example"}) == 403
    # The proxy tells the name that the visitor's page has.
    assert shake_hands(shared.server, {"Host": shared.url.removeprefix("http://"), "Origin": shared.url}) == 101
    assert shake_hands(shared.server, {"Origin": shared.url}) == 403
    assert ask(f"{shared.server.url}/_stcore/health", {}) == 200

"""The dashboard's entry. The server imports this file for `app`; each visit runs it as a script."""

from pathlib import Path

import streamlit as st

from pages.server import door, guard, lifespan, trouble, visitor, warmup
from pages.widgets import sign_in
from ser_core import settings

# A file of our own: a Material icon's name would make the browser fetch it from another server.
ICON = Path(__file__).parent / "pages" / "server" / "icon.svg"
STYLE = ICON.with_name("style.css")


def main() -> None:
    """Set the page up and run the page that the URL names."""
    st.set_page_config(page_title="SER Dashboard", page_icon=str(ICON), layout="wide")
    # In tests this file runs without a server, so it is said here too.
    settings.ask_owner(visitor.owner)
    st.html(STYLE)
    lesson = bool(settings.school_class())
    if lesson:
        # Only whoever serves a class needs it.
        from pages.classroom import lesson_pages, outside, step_banner

        if visitor.owner() == settings.NOBODY:
            outside.show()
            return
    pages = [
        st.Page("pages/home/page.py", title="Home", icon=":material/home:", url_path="home", default=True),
        st.Page("pages/analyze/page.py", title="Analyze", icon=":material/mic:", url_path="analyze"),
        st.Page("pages/live/page.py", title="Live", icon=":material/graphic_eq:", url_path="live"),
        st.Page("pages/datasets/page.py", title="Datasets", icon=":material/library_music:", url_path="datasets"),
        st.Page("pages/train/page.py", title="Train", icon=":material/model_training:", url_path="train"),
        st.Page("pages/results/page.py", title="Results", icon=":material/grid_on:", url_path="results"),
        st.Page("pages/lessons/page.py", title="Lessons", icon=":material/school:", url_path="lessons"),
    ]
    if lesson:
        pages = lesson_pages.of(pages)
    page = st.navigation(pages, position="top")
    # On a phone the menu of the header is a chevron that says nothing; there the style shows this one instead.
    with st.container(horizontal=True, key="phone-menu"):
        for one in pages:
            st.page_link(one)
    sign_in.show()
    if lesson:
        step_banner.show()
    if page.url_path:
        # All pages but home, which needs none of it.
        warmup.wait()
    page.run()


if __name__ == "__main__":
    main()
else:
    guard.refuse_start(st.get_option("server.address"), {name: st.get_option(name) for name in guard.PROTECTIONS})
    settings.ask_owner(visitor.owner)
    app = st.App(__file__, lifespan=lifespan.lifespan, middleware=door.MIDDLEWARE, on_script_error=trouble.say)

"""The dashboard's entry. The server imports this file for `app`; each visit runs it as a script."""

from pathlib import Path

import streamlit as st

from pages.server import guard, lifespan, trouble

# A file of our own: a Material icon's name would make the browser fetch it from another server.
ICON = Path(__file__).parent / "pages" / "server" / "icon.svg"


def main() -> None:
    """Set the page up and run the page that the URL names."""
    st.set_page_config(page_title="SER Dashboard", page_icon=str(ICON), layout="wide")
    st.navigation(
        [
            st.Page("pages/home/page.py", title="Home", icon=":material/home:", url_path="home", default=True),
            st.Page("pages/analyze/page.py", title="Analyze", icon=":material/mic:", url_path="analyze"),
            st.Page("pages/live/page.py", title="Live", icon=":material/graphic_eq:", url_path="live"),
            st.Page("pages/datasets/page.py", title="Datasets", icon=":material/library_music:", url_path="datasets"),
            st.Page("pages/results/page.py", title="Results", icon=":material/grid_on:", url_path="results"),
        ],
        position="top",
    ).run()


if __name__ == "__main__":
    main()
else:
    guard.refuse_start(st.get_option("server.address"))
    app = st.App(__file__, lifespan=lifespan.lifespan, middleware=guard.MIDDLEWARE, on_script_error=trouble.say)

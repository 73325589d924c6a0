"""Entry point for Streamlit Community Cloud: the dashboard in shared mode, without training. Its requirements lie beside it."""

import os
import sys
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).resolve().parent.parent
# Behind the first entry, this folder: `streamlit_app` is this file.
sys.path.insert(1, str(ROOT))
# A server for strangers that others run: said here, because the host has no place to say it before the start.
os.environ.setdefault("SER_MODE", "shared")
os.environ.setdefault("SER_TRAINING", "off")

from pages.server import door, guard, lifespan, trouble, visitor  # noqa: E402
from ser_core import settings  # noqa: E402

guard.refuse_start(st.get_option("server.address"), {name: st.get_option(name) for name in guard.PROTECTIONS})
settings.ask_owner(visitor.owner)
# Each visit runs the file in the root; the server looks for `st.App` in this one.
app = st.App(
    ROOT / "streamlit_app.py", lifespan=lifespan.lifespan, middleware=door.MIDDLEWARE, on_script_error=trouble.say
)

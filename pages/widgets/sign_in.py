"""Signing in and out on a shared server, above every page."""

from __future__ import annotations

import streamlit as st

from pages.server import visitor
from ser_core import settings


def show() -> None:
    """Draw who is signed in; nothing on one's own machine, nor where nobody can sign in."""
    if settings.mode() == "local" or not visitor.sign_in_is_set_up():
        return
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        if st.user.get("is_logged_in") is not True:
            st.button("Sign in", icon=":material/login:", type="tertiary", on_click=st.login, key="sign-in")
            return
        said = str(st.user.get("email") or st.user.get("name") or "Signed in").replace("`", "")
        st.caption(f"`{said}`" + ("" if visitor.owner() != settings.NOBODY else " is not on the allow list"))
        st.button("Sign out", icon=":material/logout:", type="tertiary", on_click=st.logout, key="sign-out")

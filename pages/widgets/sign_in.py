"""Signing in and out on a shared server, above every page."""

from __future__ import annotations

import streamlit as st

from pages.server import visitor
from ser_core import settings

#: Set from the press of "Sign out" until the browser has been sent on, which ends the session.
_LEAVING = "sign-out-pressed"


def show() -> None:
    """Draw who is signed in; nothing on one's own machine, in a lesson, nor where nobody can sign in."""
    if settings.mode() == "local" or settings.school_class() or not visitor.sign_in_is_set_up():
        return
    if st.session_state.get(_LEAVING):
        # Said in every run until the browser goes: a run that overtakes another drops what that one had not sent yet.
        st.logout()
        st.caption("Signing out …")
        st.stop()
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        if st.user.get("is_logged_in") is not True:
            st.button("Sign in", icon=":material/login:", type="tertiary", on_click=st.login, key="sign-in")
            return
        said = str(st.user.get("email") or st.user.get("name") or "Signed in").replace("`", "")
        st.caption(f"`{said}`" + ("" if visitor.owner() != settings.NOBODY else " is not on the allow list"))
        st.button("Sign out", icon=":material/logout:", type="tertiary", on_click=_leave, key="sign-out")


def _leave() -> None:
    st.session_state[_LEAVING] = True

"""Who the visitor is, and who may do what: the one place to ask.

On one's own machine (SER_MODE=local) whoever is there may do everything. On a shared server visitors record, upload and browse;
those who have signed in with an address on the allow list may train, keep, register and delete too, each in a folder of their own.
In a lesson with a class (SER_CLASS) whoever has joined is known by a cookie, may train and keep, and the teacher sees to the rest.
"""

from __future__ import annotations

import functools
import hashlib
import os
from collections.abc import Iterable
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ser_core import classroom, settings
from ser_core.classroom import pupils

#: E-mail addresses, or whole domains as @example.org, between commas or blanks.
VARIABLE = "SER_ALLOWED"


def owner() -> str:
    """Return whose runs, jobs and recordings this page works with, as `settings.owner` has it."""
    if settings.mode() == "local":
        return ""
    lesson = classroom.here()
    if lesson is not None:
        return member(lesson, token())
    stated = address()
    return folder_of(stated) if stated and is_allowed(stated) else settings.NOBODY


def address() -> str:
    """Return the e-mail address with which the visitor signed in, in lower case; '' for one who has not."""
    # Outside a page's run, in a thread say, nobody is known.
    if get_script_run_ctx(suppress_warning=True) is None or st.user.get("is_logged_in") is not True:
        return ""
    # Providers that do not check addresses say so; one that says nothing has checked.
    checked = st.user.get("email_verified") in (None, True)
    return str(st.user.get("email") or "").strip().casefold() if checked else ""


def place(forwarded: str | None, peer: str | None) -> str:
    """Return from where in the network somebody asks: what the nearest proxy saw (X-Forwarded-For), where there is one, else the peer."""
    return (forwarded or "").rpartition(",")[2].strip() or peer or "here"


def member(lesson: classroom.Lesson, token: str) -> str:
    """Return whose browser has this token in a lesson, as `owner` has it: '' for the teacher, whose lesson it is."""
    if token and pupils.knows(lesson, pupils.id_of(token)):
        return pupils.id_of(token)
    return "" if lesson.is_teacher(token) else settings.NOBODY


def token() -> str:
    """Return what the browser's cookie says in a lesson; '' for one that has not joined, and outside a page's run."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return ""
    return st.context.cookies.get(cookie(), "")


def cookie() -> str:
    """Return the name of the cookie by which browsers are known in the lesson that is served."""
    return f"ser-class-{settings.school_class()}"


def teaches() -> bool:
    """Tell whether this visitor is the teacher of the lesson that is served."""
    return bool(settings.school_class()) and owner() == ""


def nickname() -> str:
    """Return the nickname of the pupil who sits here; '' for anybody else."""
    lesson = classroom.here()
    pupil = None if lesson is None else pupils.find(lesson, owner())
    return "" if pupil is None else pupil.nickname


@functools.cache
def folder_of(address: str) -> str:
    """Return the name of the folder of whoever signs in with this address."""
    return hashlib.sha256(address.encode()).hexdigest()[:32]


def is_allowed(address: str) -> bool:
    """Tell whether the allow list has this address, or its domain. An empty list allows nobody."""
    known = {entry.casefold() for entry in _allowed()}
    return address in known or f"@{address.rpartition('@')[2]}" in known


def sign_in_is_set_up() -> bool:
    """Tell whether this server has an OIDC provider to sign in with: [auth] in .streamlit/secrets.toml."""
    return bool(_secret("auth"))


def redirect_address() -> str:
    """Return the URL to which the provider sends visitors back; '' where nobody can sign in."""
    return str((_secret("auth") or {}).get("redirect_uri") or "")


def may_train() -> bool:
    """Tell whether this visitor may start and steer jobs."""
    return _trusted()


def may_keep() -> bool:
    """Tell whether this visitor may keep recordings, notes, names and tags."""
    return _trusted()


def may_register() -> bool:
    """Tell whether this visitor may fetch corpora, or name folders and archives of this machine; in a lesson nobody may."""
    return _trusted() and not settings.school_class()


def may_delete() -> bool:
    """Tell whether this visitor may delete what is theirs."""
    return _trusted()


def why_not(what: str) -> str:
    """Return why a visitor may not do `what` ("train models"), with the next step."""
    if settings.school_class():
        return f"Join the class first, to {what}."
    if address():
        return f"{address()} is not on this server's allow list. Ask whoever runs it, or {what} on your own machine."
    if sign_in_is_set_up():
        return f"Sign in, at the top, to {what} on this server. Nothing of yours is kept without it."
    return f"On a shared server that is open to everybody, visitors cannot {what}. On your own machine you can."


def _trusted() -> bool:
    return owner() != settings.NOBODY


def _allowed() -> Iterable[str]:
    stated = os.environ.get(VARIABLE, "").replace(",", " ").split()
    listed = (_secret("ser") or {}).get("allowed", [])
    return [*stated, *(str(entry).strip() for entry in ([listed] if isinstance(listed, str) else listed))]


def _secret(section: str) -> dict[str, Any] | None:
    # A server without secrets has no file of them; looking into it would complain on the page.
    from streamlit.runtime.secrets import secrets_singleton

    if not secrets_singleton.load_if_toml_exists():
        return None
    secret: Any = secrets_singleton.get(section)
    return secret.to_dict() if hasattr(secret, "to_dict") else None

"""Whether this browser gives its microphone to this page, and if not, why."""

from __future__ import annotations

import streamlit as st

from ser_core import settings

# Asks without prompting: the permission dialogue belongs to the click on Record.
_JS = """
export default function ({ setStateValue }) {
  // All is well until something is said: what is said runs the page again, and a press that comes just before it is lost.
  let said = "ready";
  const say = (state) => { if (state !== said) setStateValue("state", said = state); };
  if (!window.isSecureContext) { say("insecure"); return; }
  if (!navigator.mediaDevices || !navigator.mediaDevices.getUserMedia) { say("unsupported"); return; }
  // The list of devices may come after the microphone was blocked: what holds is what the permission says by then.
  const devices = (permission) => navigator.mediaDevices.enumerateDevices().then((found) => say(
    permission && permission.state === "denied" ? "denied"
      : found.some((one) => one.kind === "audioinput") ? "ready" : "absent"));
  if (!navigator.permissions) { devices(); return; }
  navigator.permissions.query({ name: "microphone" }).then((permission) => {
    const tell = () => (permission.state === "denied" ? say("denied") : devices(permission));
    permission.onchange = tell;
    tell();
  }).catch(() => devices());
}
"""

_REASONS = {
    "insecure": "This page came over plain http from another machine, and browsers give the microphone to https and localhost alone.",
    "unsupported": "This browser cannot record.",
    "denied": "The microphone is blocked for this page. Allow it beside the address (the lock or microphone sign), then reload.",
    "absent": "No microphone was found. Plug one in, or allow it in the system's settings.",
}

_component = st.components.v2.component("ser_microphone", js=_JS)


def prompt() -> str:
    """Return what a recorder of one's own voice asks for: in a lesson to act, never to feel."""
    return f"{'Act an emotion' if settings.school_class() else 'Say something'}, three seconds or more"


def trouble(key: str = "microphone") -> str | None:
    """Return why this browser gives no microphone, in a sentence, or None where it does or has not said yet.

    key: another one for a second place on the same page.
    """
    reported = _component(key=key, height=1, on_state_change=lambda: None)
    return _REASONS.get(reported.get("state") or "")

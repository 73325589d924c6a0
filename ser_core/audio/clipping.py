"""When a recording counts as clipped."""

from __future__ import annotations

from ser_core.audio.clip import Finding

#: From this share of samples at full scale on a recording counts as clipped.
CLIPPED_SHARE = 0.001
#: The largest 16-bit value: a sample at or beyond it is at full scale.
FULL_SCALE = 32767 / 32768


def clipped_finding(share: float) -> Finding:
    """Return the finding for a share of samples at full scale."""
    message = f"{100 * share:.1f} % of the samples are at full scale: the recording is clipped (distorted)."
    return Finding("clipped", "warning", message)

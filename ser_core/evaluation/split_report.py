"""An audit of a split in forms that can be handed on: a report in Markdown, and a badge as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from ser_core.evaluation import split_clips
from ser_core.evaluation.split_audit import Audit, Pair
from ser_core.evaluation.split_worth import Worth

#: What a report lists of speakers, sentences and pairs; the JSON has them all.
MOST = 50
#: Badge colours: white letters stand out from each by 4.5 to 1 or more. Words say the same.
COLOURS = {True: "#b3261e", False: "#1b6e3c", None: "#5f6368"}
#: Width of a letter of the badge, pixels; wider than Verdana's average at 11 px, so that no word touches the edge.
LETTER = 7.0


def badge_words(audit: Audit) -> str:
    """Return what the badge says of the split, in a few words."""
    if audit.leaky is None:
        return "speakers not known"
    if not audit.leaky:
        return "speakers kept apart"
    if audit.speakers_shared:
        n = len(audit.speakers_shared)
        return f"leaky: {n} {'speaker' if n == 1 else 'speakers'} shared"
    return f"leaky: {audit.copies} {'copy' if audit.copies == 1 else 'copies'}"


def badge(audit: Audit) -> str:
    """Return the badge as an SVG of its own: nothing is fetched where it is shown."""
    left, right = "split", badge_words(audit)
    first, second = (round(LETTER * len(words) + 12) for words in (left, right))
    width, title = first + second, escape(f"{left}: {right}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" aria-label="{title}">'
        f"<title>{title}</title>"
        f'<clipPath id="r"><rect width="{width}" height="20" rx="3"/></clipPath>'
        f'<g clip-path="url(#r)"><rect width="{first}" height="20" fill="#3c4043"/>'
        f'<rect x="{first}" width="{second}" height="20" fill="{COLOURS[audit.leaky]}"/></g>'
        '<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
        f'<text x="{first / 2:g}" y="14">{escape(left)}</text>'
        f'<text x="{first + second / 2:g}" y="14">{escape(right)}</text></g></svg>\n'
    )


def markdown(audit: Audit, worth: Worth | None = None) -> str:
    """Return the report: the verdict, parts, what is shared, balance, what it is worth where that was measured."""
    lines = [f"# Audit of the split {audit.title}", "", f"**{audit.verdict}**", ""]
    if worth is not None:
        lines += ["## What it is worth", "", worth.sentence, ""]
    lines += ["## Parts", "", f"Speakers: {split_clips.FROM[audit.speakers_from]}.", ""]
    emotions = [str(name) for name in audit.emotions.columns]
    lines += _table(
        ["part", "clips", "speakers", *emotions],
        [
            [
                part,
                f"{n:,}",
                str(audit.speakers[part]) if audit.speakers_from else "not known",
                *(f"{audit.emotions.at[part, emotion]:,}" for emotion in emotions),
            ]
            for part, n in audit.parts.items()
        ],
    )
    for title, values in (
        ("Speakers", audit.speakers_shared),
        ("Sentences", audit.sentences_shared),
        ("Sessions", audit.sessions_shared),
    ):
        if values:
            lines += [f"## {title} on both sides: {len(values)}", "", _listed(values), ""]
    for title, pairs in (
        ("The same samples twice", audit.duplicates),
        ("One recording in two forms", audit.near_duplicates),
    ):
        if pairs:
            lines += [f"## {title}: {len(pairs)}", "", *_table(["clip", "and"], [list(pair) for pair in pairs[:MOST]])]
            lines += [f"And {len(pairs) - MOST:,} more.", ""] if len(pairs) > MOST else []
    said = "Sound was not compared." if audit.heard is None else f"The sound of {audit.heard:,} clips was compared."
    lines += ["## Notes", "", *(f"- {note}" for note in (said, *audit.notes)), ""]
    return "\n".join(lines)


def pair_rows(pairs: Sequence[Pair], kind: str) -> list[dict[str, str]]:
    """Return pairs as rows of a table: the two clips, and what they have in common."""
    return [{"clip": first, "and": second, "what": kind} for first, second in pairs]


def _listed(values: Sequence[str]) -> str:
    more = f" and {len(values) - MOST:,} more" if len(values) > MOST else ""
    return ", ".join(values[:MOST]) + more


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"

    return [line(columns), line(["---"] * len(columns)), *(line(row) for row in rows), ""]

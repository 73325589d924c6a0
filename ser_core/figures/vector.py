"""Figures as files: SVG, PDF and PNG of the Plotly figures that this package draws, without a browser.

Kaleido would do it with a Chrome of its own. The figures here have few kinds of parts (lines, markers, bars, matrices of one or two axes of names
or numbers), which ReportLab draws once for SVG and PDF alike; PDFium makes the PNG of the PDF.
"""

from __future__ import annotations

import io
import math
import re
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pypdfium2
from reportlab.graphics import renderPDF, renderSVG
from reportlab.graphics.shapes import Circle, Drawing, Group, Line, Polygon, PolyLine, Rect, String
from reportlab.lib.colors import Color
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

#: ReportLab's own outlines of letters, which go into the PDF; in an SVG the reader's nearest.
FONT = "Vera"
_FAMILY = "Vera, DejaVu Sans, Verdana, Arial, sans-serif"
WIDTH, SIZE, SMALL = 640.0, 11.0, 9.5
#: Pixels of a PNG to a point.
SCALE = 3.0
_INK, _GRID, _GROUND = Color(0.12, 0.14, 0.2), Color(0.87, 0.89, 0.92), (255.0, 255.0, 255.0)
_DASH = {
    "dash": [6, 4],
    "dot": [1.5, 3],
    "dashdot": [6, 3, 1.5, 3],
    "longdash": [11, 4],
    "longdashdot": [11, 3, 1.5, 3],
}
#: Of what Plotly takes for signs, what these figures use.
_TAGS = re.compile(r"</?(b|i|sub|sup)>")
#: PDFium keeps one state for the whole process.
_PDFIUM = threading.Lock()

pdfmetrics.registerFont(TTFont(FONT, "Vera.ttf"))


def svg(figure: go.Figure, width: float = WIDTH) -> str:
    """Return the figure as SVG, `width` points wide; its text is text."""
    return str(renderSVG.drawToString(drawing(figure, width))).replace(
        f"font-family: {FONT}", f"font-family: {_FAMILY}"
    )


def pdf(figure: go.Figure, width: float = WIDTH) -> bytes:
    """Return the figure as a PDF of one page of its size, its font inside."""
    return bytes(renderPDF.drawToString(drawing(figure, width), ""))


def png(figure: go.Figure, width: float = WIDTH) -> bytes:
    """Return the figure as PNG, three pixels a point."""
    out = io.BytesIO()
    with _PDFIUM:
        document = pypdfium2.PdfDocument(pdf(figure, width))
        try:
            document[0].render(scale=SCALE).to_pil().save(out, "PNG")
        finally:
            document.close()
    return out.getvalue()


def drawing(figure: go.Figure, width: float = WIDTH) -> Drawing:
    """Return the figure as ReportLab draws it. Raises ValueError for a kind of trace that these figures do not have."""
    return _Drawn(figure, width).drawing


@dataclass
class _Axis:
    """One axis: names in their order, or numbers; `low` and `high` are its ends, in this order from left or from below."""

    names: list[str] | None
    low: float
    high: float
    title: str
    grid: bool
    ticks: list[tuple[float, str]] = field(default_factory=list)

    def number(self, value: Any) -> float:
        """Where a value stands; a number stands where it says on an axis of names, too."""
        return float(self.names.index(value)) if self.names is not None and isinstance(value, str) else float(value)

    def share(self, value: Any) -> float:
        """Where a value lies between the ends, 0 to 1."""
        return (self.number(value) - self.low) / ((self.high - self.low) or 1.0)


class _Drawn:
    def __init__(self, figure: go.Figure, width: float) -> None:
        self.figure, self.layout = figure, figure.layout
        self.traces = [trace for trace in figure.data if not _invisible(trace)]
        for trace in self.traces:
            if trace.type not in ("scatter", "bar", "heatmap"):
                raise ValueError(f"A figure of the kind {trace.type} cannot be written as a file.")
        self.x, self.y = _axis(self.traces, self.layout.xaxis, "x"), _axis(self.traces, self.layout.yaxis, "y")
        title = _lines(self.layout.title.text or "")
        legend = self._legend(width)
        left = 14 + max((_width(text) for _, text in self.y.ticks), default=0) + (18 if self.y.title else 0)
        bottom = 22 + (18 if self.x.title else 0) + 17 * len(legend)
        top = 10 + 15 * len(title)
        height = float(self.layout.height or 320)
        self.left, self.right, self.bottom, self.top = left, width - 16, bottom, height - top
        self.drawing = Drawing(width, height)
        self.drawing.add(Rect(0, 0, width, height, fillColor=Color(1, 1, 1), strokeColor=None))
        self._axes()
        bars = [trace for trace in self.traces if trace.type == "bar"]
        for trace in self.traces:
            if trace.type == "heatmap":
                self._heatmap(trace)
            elif trace.type == "bar":
                self._bar(trace, bars.index(trace), len(bars))
            else:
                self._scatter(trace)
        for row, line in enumerate(title):
            self._text(self.left, height - 14 - 15 * row, line, size=SIZE + 1 if row == 0 else SMALL)
        for row, entries in enumerate(legend):
            self._legend_row(entries, 10 + 17 * (len(legend) - 1 - row))

    def _px(self, value: Any) -> float:
        return self.left + self.x.share(value) * (self.right - self.left)

    def _py(self, value: Any) -> float:
        return self.bottom + self.y.share(value) * (self.top - self.bottom)

    def _text(
        self, x: float, y: float, text: str, *, anchor: str = "start", size: float = SMALL, colour: Color = _INK
    ) -> None:
        self.drawing.add(String(x, y, text, fontName=FONT, fontSize=size, textAnchor=anchor, fillColor=colour))

    def _line(self, x1: float, y1: float, x2: float, y2: float, colour: Color, width: float = 0.75) -> None:
        self.drawing.add(Line(x1, y1, x2, y2, strokeColor=colour, strokeWidth=width))

    def _axes(self) -> None:
        for value, text in self.x.ticks:
            at = self._px(value)
            if self.x.grid:
                self._line(at, self.bottom, at, self.top, _GRID)
            self._text(at, self.bottom - 14, text, anchor="middle")
        for value, text in self.y.ticks:
            at = self._py(value)
            if self.y.grid:
                self._line(self.left, at, self.right, at, _GRID)
            self._text(self.left - 6, at - 3.5, text, anchor="end")
        self._line(self.left, self.bottom, self.right, self.bottom, _INK)
        self._line(self.left, self.bottom, self.left, self.top, _INK)
        if self.x.title:
            self._text((self.left + self.right) / 2, self.bottom - 31, self.x.title, anchor="middle")
        if self.y.title:
            turned = Group(
                String(0, 0, self.y.title, fontName=FONT, fontSize=SMALL, textAnchor="middle", fillColor=_INK)
            )
            turned.translate(12, (self.bottom + self.top) / 2)
            turned.rotate(90)
            self.drawing.add(turned)

    def _heatmap(self, trace: Any) -> None:
        scale = trace.colorscale or [[0.0, "rgba(255,255,255,1)"], [1.0, "rgba(8,81,156,1)"]]
        values = np.asarray(trace.z, float)
        low, high = float(trace.zmin), float(trace.zmax)
        wide = abs(self._px(trace.x[1]) - self._px(trace.x[0])) if len(trace.x) > 1 else self.right - self.left
        tall = abs(self._py(trace.y[1]) - self._py(trace.y[0])) if len(trace.y) > 1 else self.top - self.bottom
        for i, row in enumerate(trace.y):
            for j, column in enumerate(trace.x):
                colour = _shaded(scale, (values[i, j] - low) / ((high - low) or 1.0))
                x, y = self._px(column) - wide / 2, self._py(row) - tall / 2
                self.drawing.add(Rect(x + 0.5, y + 0.5, wide - 1, tall - 1, fillColor=colour, strokeColor=None))

    def _bar(self, trace: Any, number: int, of: int) -> None:
        group = 1.0 - float(self.layout.bargap or 0.2)
        colour = _colour(trace.marker.color)
        for name, value in zip(trace.x, trace.y, strict=True):
            middle = self.x.number(name)
            begin = middle - group / 2 + number * group / of
            x1, x2 = self._px(begin), self._px(begin + group / of)
            base, top = self._py(0.0), self._py(float(value))
            self.drawing.add(
                Rect(x1 + 0.4, base, x2 - x1 - 0.8, max(0.0, top - base), fillColor=colour, strokeColor=None)
            )

    def _scatter(self, trace: Any) -> None:
        mode = trace.mode or "lines"
        points = [
            (self._px(x), self._py(y))
            for x, y in zip(trace.x, trace.y, strict=True)
            if x is not None and _is_number_or_name(y)
        ]
        opacity = 1.0 if trace.opacity is None else float(trace.opacity)
        if "lines" in mode and len(points) > 1:
            line = trace.line
            self.drawing.add(
                PolyLine(
                    [coordinate for point in points for coordinate in point],
                    strokeColor=_colour(line.color, opacity),
                    strokeWidth=0.75 * float(line.width or 2),
                    strokeDashArray=_DASH.get(line.dash or ""),
                    strokeLineJoin=1,
                )
            )
        if trace.error_x.array is not None:
            self._intervals(trace)
        if "markers" in mode or ("lines" in mode and len(points) == 1):
            colour = _colour(trace.marker.color or trace.line.color, opacity)
            for x, y in points:
                self._marker(x, y, float(trace.marker.size or 7) / 2, trace.marker.symbol or "circle", colour)
        if "text" in mode:
            self._texts(trace, points)

    def _intervals(self, trace: Any) -> None:
        colour = _colour(trace.error_x.color)
        for x, y, up, down in zip(trace.x, trace.y, trace.error_x.array, trace.error_x.arrayminus, strict=True):
            at, left, right = self._py(y), self._px(float(x) - float(down)), self._px(float(x) + float(up))
            self._line(left, at, right, at, colour, 1.5)
            for end in (left, right):
                self._line(end, at - 4, end, at + 4, colour, 1.5)

    def _marker(self, x: float, y: float, radius: float, symbol: str, colour: Color) -> None:
        if symbol == "diamond":
            self.drawing.add(
                Polygon(
                    [x - radius, y, x, y + radius, x + radius, y, x, y - radius], fillColor=colour, strokeColor=None
                )
            )
            return
        hollow = symbol.endswith("-open")
        self.drawing.add(
            Circle(
                x,
                y,
                radius,
                fillColor=Color(1, 1, 1) if hollow else colour,
                strokeColor=colour,
                strokeWidth=1.2 if hollow else 0,
            )
        )

    def _texts(self, trace: Any, points: Sequence[tuple[float, float]]) -> None:
        above = 10.0 if str(trace.textposition or "").startswith("top") else 0.0
        colour = _colour(trace.textfont.color) if trace.textfont.color else _INK
        texts = [trace.text] * len(points) if isinstance(trace.text, str) else list(trace.text)
        for (x, y), text in zip(points, texts, strict=True):
            lines = _lines(str(text))
            for row, line in enumerate(lines):
                self._text(x, y + above - 3.5 + 12 * ((len(lines) - 1) / 2 - row), line, anchor="middle", colour=colour)

    def _legend(self, width: float) -> list[list[Any]]:
        """The traces that the legend names, as many in a row as fit; none where there is one alone."""
        named = [
            trace for trace in self.traces if trace.name and trace.showlegend is not False and trace.type != "heatmap"
        ]
        rows: list[list[Any]] = [[]]
        used = 0.0
        for trace in named if len(named) > 1 else ():
            wide = 40 + _width(_lines(trace.name)[0])
            if used + wide > width - 30 and rows[-1]:
                rows.append([])
                used = 0.0
            rows[-1].append(trace)
            used += wide
        return [row for row in rows if row]

    def _legend_row(self, entries: Iterable[Any], y: float) -> None:
        x = 16.0
        for trace in entries:
            if trace.type == "bar":
                self.drawing.add(Rect(x + 4, y, 12, 8, fillColor=_colour(trace.marker.color), strokeColor=None))
            else:
                self.drawing.add(
                    Line(
                        x,
                        y + 4,
                        x + 20,
                        y + 4,
                        strokeColor=_colour(trace.line.color),
                        strokeWidth=1.5,
                        strokeDashArray=_DASH.get(trace.line.dash or ""),
                    )
                )
            text = _lines(trace.name)[0]
            self._text(x + 25, y, text)
            x += 40 + _width(text)


def _invisible(trace: Any) -> bool:
    """Whether it is there to be pointed at alone."""
    return trace.type == "scatter" and "text" not in (trace.mode or "") and trace.marker.opacity == 0


def _is_number_or_name(value: Any) -> bool:
    return isinstance(value, str) or (value is not None and math.isfinite(float(value)))


def _axis(traces: Sequence[Any], stated: Any, which: str) -> _Axis:
    values = [
        value for trace in traces for value in (getattr(trace, which) if getattr(trace, which) is not None else ())
    ]
    title, grid = _lines(stated.title.text or ""), stated.showgrid is not False
    named = any(isinstance(value, str) for value in values)
    if named:
        names = list(dict.fromkeys(str(value) for value in values))
        low, high = _ends(stated, -0.5, len(names) - 0.5)
        return _Axis(
            names, low, high, title[0] if title else "", False, [(float(k), name) for k, name in enumerate(names)]
        )
    numbers = np.array(
        [float(value) for value in values if value is not None and math.isfinite(float(value))] or [0.0, 1.0]
    )
    least, most = float(numbers.min()), float(numbers.max())
    room = 0.05 * (most - least or 1.0)
    low, high = _ends(stated, least - room, most + room)
    axis = _Axis(None, low, high, title[0] if title else "", grid)
    if stated.tickvals is not None:
        texts = stated.ticktext if stated.ticktext is not None else stated.tickvals
        axis.ticks = [(float(value), _lines(str(text))[0]) for value, text in zip(stated.tickvals, texts, strict=True)]
    else:
        axis.ticks = [
            (value, _said(value, stated.tickformat or "")) for value in _round_numbers(min(low, high), max(low, high))
        ]
    return axis


def _ends(stated: Any, low: float, high: float) -> tuple[float, float]:
    if stated.range is not None:
        return float(stated.range[0]), float(stated.range[1])
    return (high, low) if stated.autorange == "reversed" else (low, high)


def _round_numbers(low: float, high: float, about: int = 6) -> list[float]:
    """Some six round numbers between the two."""
    step = 10 ** math.floor(math.log10((high - low or 1.0) / about))
    step *= next(times for times in (1, 2, 5, 10) if (high - low) / (step * times) <= about + 1)
    first = math.ceil(low / step - 1e-9)
    return [round(k * step, 10) for k in range(first, math.floor(high / step + 1e-9) + 1)]


def _said(value: float, form: str) -> str:
    return f"{100 * value:.0f} %" if form.endswith("%") else f"{value:+.0f}" if form == "+d" else f"{value:g}"


def _lines(text: str) -> list[str]:
    """What Plotly draws as lines of text, without its tags."""
    lines = [_TAGS.sub("", line) for line in re.split(r"<br\s*/?>", text)] if text else []
    return [line.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") for line in lines]


def _width(text: str) -> float:
    return float(pdfmetrics.stringWidth(text, FONT, SMALL))


def _parts(colour: str) -> tuple[float, float, float, float]:
    """Red, green, blue (0 to 255) and how strong (0 to 1) a colour is that Plotly is told."""
    if colour.startswith("#"):
        return (*(float(int(colour[k : k + 2], 16)) for k in (1, 3, 5)), 1.0)  # type: ignore[return-value]
    numbers = [float(number) for number in re.findall(r"[\d.]+", colour)]
    return numbers[0], numbers[1], numbers[2], numbers[3] if len(numbers) > 3 else 1.0


def _on_ground(red: float, green: float, blue: float, strength: float) -> Color:
    """The colour on white paper: not every program that reads a PDF shows transparency alike."""
    return Color(
        *(
            (strength * channel + (1 - strength) * ground) / 255
            for channel, ground in zip((red, green, blue), _GROUND, strict=True)
        )
    )


def _colour(stated: Any, opacity: float = 1.0) -> Color:
    red, green, blue, strength = _parts(str(stated or "#1C2130"))
    return _on_ground(red, green, blue, strength * opacity)


def _shaded(scale: Sequence[Sequence[Any]], share: float) -> Color:
    places = [float(place) for place, _ in scale]
    stops = np.array([_parts(str(colour)) for _, colour in scale])
    at = min(1.0, max(0.0, share))
    return _on_ground(*(float(np.interp(at, places, stops[:, k])) for k in range(4)))

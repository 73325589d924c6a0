"""The reference pages, of the docstrings: `make reference` writes them to docs/reference. What is referred to and is not there fails it."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective, SphinxRole

import ser_core
from ser_core.callable_module import CallableModule

project = "ser_core"
author = "The SER Dashboard authors"
extensions = ["sphinx.ext.autodoc", "sphinx.ext.viewcode", "numpydoc"]
html_theme = "alabaster"
html_theme_options = {"description": "Speech emotion recognition that shows its work", "page_width": "1100px"}
html_show_copyright = False
html_show_sourcelink = False
nitpicky = True
default_role = "named"

autodoc_member_order = "bysource"
# Types are in the sections, with shapes and units.
autodoc_typehints = "none"
autodoc_preserve_defaults = True
numpydoc_show_class_members = False

#: Types that sections call by their short name, and where they are described.
numpydoc_xref_aliases = {
    **{name: f"ser_core.{name}" for name in ser_core.__all__ if name[0].isupper()},
    "Finding": "ser_core.audio.Finding",
    "Timeline": "ser_core.predictor.Timeline",
    "VoiceProfile": "ser_core.features.profile.VoiceProfile",
    "Evaluation": "ser_core.evaluation.on_corpus.Evaluation",
    "Audit": "ser_core.evaluation.split_audit.Audit",
    "SplitClips": "ser_core.evaluation.split_clips.SplitClips",
    "Card": "ser_core.corpora.base.Card",
    "Problem": "ser_core.corpora.base.Problem",
    "LogMelSpec": "ser_core.features.logmel.LogMelSpec",
    "SpectralSpec": "ser_core.features.spectral.SpectralSpec",
    "Descriptor": "ser_core.features.spectral.Descriptor",
    "ClipAnalysis": "ser_core.features.spectral.ClipAnalysis",
    "MsfSpec": "ser_core.features.msf.MsfSpec",
    "Msf": "ser_core.features.msf.Msf",
    "MsfSteps": "ser_core.features.msf.MsfSteps",
    "ModulationBank": "ser_core.features.msf.filters.ModulationBank",
    "Recipe": "ser_core.recipes.Recipe",
    "Fit": "ser_core.recipes.Fit",
    "NetworkParams": "ser_core.recipes.network_params.NetworkParams",
    "WaveformAugmentation": "ser_core.augment.waveform.WaveformAugmentation",
    "PictureAugmentation": "ser_core.augment.picture.PictureAugmentation",
    "Degradation": "ser_core.augment.degradation.Degradation",
    "Reporter": "ser_core.training.reporter.Reporter",
    "Unreadable": "ser_core.corpora.unreadable.Unreadable",
    "Enrolled": "ser_core.evaluation.on_corpus.Enrolled",
    "Enrolment": "ser_core.evaluation.enrolment.Enrolment",
    "Pool": "ser_core.evaluation.enrolment.Pool",
}
numpydoc_xref_param_type = True
numpydoc_xref_ignore = {"optional", "default", "of", "or", "and", "to"}
# What others document. Exact names, so that a misspelled one is told; no inventory of theirs is fetched.
nitpick_ignore = {("py:obj", name) for name in ("numpy.ndarray", "pandas.DataFrame", "Path", "callable", "mapping")}


class Named(SphinxRole):
    """`name`: code, and a link where the name is one of these pages. One that begins with ser_core must be."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        py = self.env.get_domain("py")
        target = numpydoc_xref_aliases.get(self.text, self.text)
        found, messages = py.role("obj")("py:obj", self.rawtext, target, self.lineno, self.inliner)  # type: ignore[misc]
        for one in found:
            for link in one.findall(pending_xref):
                link["named"] = not target.startswith("ser_core.")
                link.children[:] = [nodes.literal(self.text, self.text)]
        return list(found), messages


class Listed(SphinxDirective):
    """The names in a dict of values that have a title, and what they stand for."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        module, _, name = self.arguments[0].rpartition(".")
        held = getattr(import_module(module), name)
        return self.parse_text_to_nodes("\n".join(f"- ``{key}``: {one.title}" for key, one in held.items()))


def as_code(app: Sphinx, env: Any, node: pending_xref, contnode: nodes.Element) -> nodes.Element | None:
    """Leave what is no target as it is: a column, a parameter or a field in backticks, and what numpydoc knows to be Python's or NumPy's."""
    if node["reftarget"].startswith(("python:", "numpy:")):
        return nodes.inline("", contnode.astext().removeprefix("python:").removesuffix("()"))
    return contnode if node.get("named") else None


def of_function(app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Describe a package that can be called as the function that it hands a call on to."""
    if isinstance(thing, CallableModule) and what in ("function", "data"):
        lines[:] = (inspect.getdoc(thing.__wrapped__) or "").splitlines()


def setup(app: Sphinx) -> None:
    app.add_role("named", Named())
    app.add_directive("listed", Listed)
    app.connect("missing-reference", as_code)
    # Before numpydoc, which reads the sections.
    app.connect("autodoc-process-docstring", of_function, priority=100)

"""Packages that can be called: `ser_core.features(clip, "logmel")` beside `from ser_core.features import sets`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any


class CallableModule(ModuleType):
    """A module that hands a call on to one function of its own."""

    def __call__(self, *args: Any, **named: Any) -> Any:
        return self.__wrapped__(*args, **named)


def make_callable(name: str, function: Callable[..., Any]) -> None:
    """Let the module called `name` be called as `function` is.

    The public face has a function `features` and a function `runs`, and the library has packages of the same names that everything
    imports. One attribute of `ser_core` cannot be both, unless the package is the function: Python lets a module have a class of its own,
    and looks for `__call__` in the class alone.
    """
    module = sys.modules[name]
    # By this name `inspect` finds the function's parameters.
    module.__dict__["__wrapped__"] = function
    module.__class__ = CallableModule

"""Faults that are planted in the project's own code, to see that its tests notice them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from types import CodeType, FunctionType, ModuleType

from tests.services import ROOT


@dataclass(frozen=True)
class Mutant:
    """A fault: what stands once in the file, and what stands there instead."""

    name: str
    right: str
    wrong: str
    path: str = "grading/rules.py"

    def planted(self, source: str) -> str:
        """The file's text with the fault in it."""
        assert source.count(self.right) == 1, f"{self.right!r} does not stand once in {self.path}"
        return source.replace(self.right, self.wrong)


def plant(mutant: Mutant) -> None:
    """Put the fault into the code that is running: each function of the module gets its faulty body."""
    path = ROOT / mutant.path
    module = import_module(mutant.path.removesuffix(".py").replace("/", "."))
    bodies = _bodies(compile(mutant.planted(path.read_text(encoding="utf-8")), str(path), "exec"))
    changed = 0
    for function in _functions(module):
        body = bodies[function.__qualname__]
        changed += body != function.__code__
        function.__code__ = body
    assert changed, f"{mutant.name}: no function of {mutant.path} changes"


def _bodies(code: CodeType) -> dict[str, CodeType]:
    found: dict[str, CodeType] = {}
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            found |= {inner.co_qualname: inner} | _bodies(inner)
    return found


def _functions(module: ModuleType) -> Iterator[FunctionType]:
    """The functions of a module and the methods of its classes."""
    things = [one for one in vars(module).values() if getattr(one, "__module__", None) == module.__name__]
    for thing in things:
        for one in (thing, *(vars(thing).values() if isinstance(thing, type) else ())):
            bare = one.fget if isinstance(one, property) else getattr(one, "__wrapped__", one)
            if isinstance(bare, FunctionType) and bare.__code__.co_filename == module.__file__:
                yield bare

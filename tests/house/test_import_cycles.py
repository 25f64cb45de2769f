"""No module leads back to itself by its imports: it would work or not by which of them somebody imports first."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from tests.conftest import ROOT

PACKAGE = ROOT / "kleinstadt_net"
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in PACKAGE.rglob("*.py")
}


def test_no_module_imports_what_imports_it() -> None:
    graph: dict[str, set[str]] = {}
    for name, path in MODULES.items():
        needed = {_node(one) for one in _imported(path)} - {_node(name)}
        graph.setdefault(_node(name), set()).update(needed)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        raise AssertionError("these need each other: " + ", ".join(error.args[1])) from error


def _imported(path: Path) -> Iterator[str]:
    """Modules needed before this one is there; an import within a function can wait until all are."""
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.ImportFrom) and (statement.module or "").startswith(PACKAGE.name):
            whole = [f"{statement.module}.{one.name}" for one in statement.names]
            yield from (one if one in MODULES else str(statement.module) for one in whole)


def _node(name: str) -> str:
    """A blueprint and its views are one: it loads them, and they need it."""
    parts = name.split(".")
    return ".".join(parts[:3]) if parts[1:2] == ["blueprints"] else name

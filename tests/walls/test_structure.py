"""Wall one as a rule of the code: screens, interface and jobs read scoped rows through `visible_to` only."""

import ast
from collections.abc import Iterator
from pathlib import Path

from fours.kernel.database import product_models
from fours.kernel.models import Scope

ROOT = Path(__file__).resolve().parent.parent.parent / "fours"
BY_THEMSELVES = frozenset(
    {"all", "get", "filter", "exclude", "count", "exists", "first", "last", "aggregate", "values"}
)
ROOMS = ("views", "api", "worklist", "jobs")


def files() -> Iterator[Path]:
    for room in ROOMS:
        yield from ROOT.glob(f"*/{room}.py")
        yield from ROOT.glob(f"*/{room}/**/*.py")


def scoped_names() -> set[str]:
    return {model.__name__ for model in product_models() if model.scope != Scope.INSTALLATION}


# A job has no person whose rights could be asked: it names the one store it works in.
def bypasses(tree: ast.Module, scoped: set[str]) -> Iterator[str]:
    """Calls like `RepairOrder.objects.filter(…)` in a module."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        manager = node.func.value
        if (
            node.func.attr in BY_THEMSELVES
            and isinstance(manager, ast.Attribute)
            and manager.attr in ("objects", "_default_manager")
            and isinstance(manager.value, ast.Name)
            and manager.value.id in scoped
            and not any(is_outer(keyword.value) or keyword.arg == "store" for keyword in node.keywords)
        ):
            yield f"line {node.lineno}: {manager.value.id}.{manager.attr}.{node.func.attr}"


def is_outer(value: ast.expr) -> bool:
    """A subquery bound to a row of the query around it, which goes through `visible_to` itself."""
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "OuterRef"


def test_screens_and_interface_read_scoped_rows_through_visible_to() -> None:
    read = list(files())
    assert len(read) > 30
    scoped = scoped_names()
    found = [
        f"{path.relative_to(ROOT)} {line}"
        for path in read
        for line in bypasses(ast.parse(path.read_text(encoding="utf-8")), scoped)
    ]
    assert not found, "\n".join(found)


def test_the_rule_sees_what_it_forbids() -> None:
    bad = ast.parse(
        "RepairOrder.objects.filter(pk=1)\nCustomer._default_manager.get(pk=1)\nUser.objects.get(pk=1)"
    )
    assert len(list(bypasses(bad, scoped_names()))) == 2


def lines_below(folder: Path) -> int:
    sources = (p for p in folder.rglob("*.py") if not {"tests", "migrations"} & set(p.parts))
    return sum(len(path.read_text(encoding="utf-8").splitlines()) for path in sources)


def test_the_kernel_stays_small_enough_to_read_in_an_afternoon() -> None:
    assert 1000 < lines_below(ROOT / "kernel") <= 4000
    ideas = (path for path in (ROOT / "kernel").iterdir() if path.name != "models")
    too_large = {path.name: lines_below(path) for path in ideas if lines_below(path) > 600}
    assert not too_large, "no idea of the kernel is over 600 lines"

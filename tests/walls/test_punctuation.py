"""Chinese sentences on screens, papers and in messages have Chinese punctuation (docs/design-language.md)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

FOURS = Path(__file__).resolve().parents[2] / "fours"
HAN = "\u4e00-\u9fff"
# A half-width sign beside a Chinese character; a bracket that holds one. Numbers, times and codes keep theirs.
HALF = re.compile(
    rf"(?<=[{HAN}])[,;!?](?!=)|(?<=[{HAN}]):(?!端口)|[,;!?](?=[{HAN}])|(?<![\w'\"]):(?=[{HAN}])"
    rf"|(?<![A-Za-z] )\([^()\s\"']*[{HAN}][^()\s\"']*\)"
)
# Patterns that read what others have written.
READERS = ("intake/clean.py", "intake/columns.py", "intake/layout.py", "customers/identifiers.py")
# What is between these is for the machine: tags, expressions, remarks of templates.
MACHINE = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>|<script.*?</script>", re.DOTALL)
LITERAL = re.compile(r"\"[^\"\n]*\"")
ATTRIBUTE = re.compile(r"(?:title|placeholder|aria-label|alt)=\"([^\"]*)\"")


def of_template(text: str) -> Iterator[str]:
    """What a template shows: its text, the words in its expressions, the names of its controls."""
    bare = re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL)
    for expression in re.findall(r"\{[%{].*?[%}]\}", bare, re.DOTALL):
        yield from (word.strip('"') for word in LITERAL.findall(expression))
    yield from ATTRIBUTE.findall(bare)
    yield from MACHINE.sub("\n", bare).splitlines()


def of_module(text: str) -> Iterator[str]:
    """The texts of a module that are no docstrings; what is put into them counts as a word."""
    tree = ast.parse(text)
    remarks = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(part.value if isinstance(part, ast.Constant) else "0" for part in node.values)  # type: ignore[misc]
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in remarks | inside
        ):
            yield node.value


def files() -> Iterator[Path]:
    yield from sorted(FOURS.glob("*/jinja2/**/*.html"))
    for path in sorted(FOURS.glob("**/*.py")):
        if not {"tests", "migrations"} & set(path.parts) and str(path.relative_to(FOURS)) not in READERS:
            yield path


@pytest.mark.parametrize("area", sorted(path.name for path in FOURS.iterdir() if path.is_dir()))
def test_chinese_has_chinese_punctuation(area: str) -> None:
    found = []
    for path in files():
        if path.relative_to(FOURS).parts[0] == area:
            read = of_template if path.suffix == ".html" else of_module
            for text in read(path.read_text(encoding="utf-8")):
                if HALF.search(text):
                    found.append(f"{path.relative_to(FOURS)}: {text.strip()[:160]}")
    assert found == [], "\n".join(found)

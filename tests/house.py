"""How large the house is, and which names live in two rooms of it: `python tests/house.py` prints the figures."""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src" / "readiness_tui"
MODULES = 30  # in one folder
LINES = 400  # in one file


def modules() -> list[Path]:
    """Every Python file of the program."""
    return sorted(SOURCE.rglob("*.py"))


def lines() -> dict[str, int]:
    """Lines by file, as `wc -l` counts them."""
    return {str(path.relative_to(SOURCE)): path.read_bytes().count(b"\n") for path in modules()}


def folders() -> Counter[str]:
    """Modules by folder; the `__init__.py` that only marks it is none."""
    return Counter(str(path.parent.relative_to(SOURCE)) for path in modules() if path.name != "__init__.py")


def homonyms() -> dict[str, list[str]]:
    """Names of classes that two modules define, with the modules."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in modules():
        for node in ast.parse(path.read_bytes()).body:
            if isinstance(node, ast.ClassDef):
                found[node.name].append(str(path.relative_to(SOURCE)))
    return {name: homes for name, homes in found.items() if len(homes) > 1}


def main() -> None:
    counted, rooms = lines(), folders()
    print(f"{sum(counted.values()):,} lines in {len(counted)} files")
    print(f"longest files (at most {LINES}):")
    for name, count in Counter(counted).most_common(5):
        print(f"  {count:>4}  {name}")
    print(f"fullest folders (at most {MODULES} modules):")
    for name, count in rooms.most_common(5):
        print(f"  {count:>4}  {name}")
    print(f"class names with two homes: {', '.join(homonyms()) or 'none'}")


if __name__ == "__main__":
    main()

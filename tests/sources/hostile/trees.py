"""Files taken apart and put together again: what a mutation changes in one place, whatever the format around it.

A tree is made of dicts, lists and plain values. `take_apart` gives it with the function that writes it as a file of the
same kind; a file of no kind that is known here (a log in binary) has no tree, and its bytes are all there is to change.
"""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

import yaml

from readiness_tui.sources.kit.archive import Archive

Tree = Any
Write = Callable[[Tree], bytes]

#: Ends a key that is to stand a second time: the writers leave it out, so that the key is doubled.
AGAIN = "\0again"
#: A value that is to be nested deeper than this program's own writers could follow.
DEEP = "\0deep"
_LEVELS = 100_000


def take_apart(path: Path) -> tuple[Tree, Write] | None:
    """The content of a file, and how to write a changed one. None where it is of no kind that is known here."""
    content = path.read_bytes()
    if content.startswith(b"PK\x03\x04"):
        return _members(path), _zip
    if content.startswith(b"SQLite format 3\x00"):
        return _tables(content), lambda tree: _database(content, tree)
    if content.lstrip()[:1] == b"<":
        return _element(ElementTree.fromstring(content)), _xml
    for read, write in ((_one, _json), (_lines, _jsonl)):
        try:
            return read(content), write
        except ValueError:
            continue
    text = content.decode("utf-8", "replace")
    if path.suffix in (".yaml", ".yml"):
        return yaml.load(text, yaml.CSafeLoader), _yaml
    if path.suffix == ".csv":
        return _rows(text), _csv
    return None


def _one(content: bytes) -> Tree:
    value = json.loads(content)
    if not isinstance(value, (dict, list)):
        raise ValueError("a plain value is no document")
    return value


def _lines(content: bytes) -> Tree:
    return [json.loads(line) for line in content.splitlines() if line.strip()]


def _json(tree: Tree) -> bytes:
    text = json.dumps(tree)
    deep = "[" * _LEVELS + "]" * _LEVELS
    return text.replace(json.dumps(DEEP), deep).replace(json.dumps(AGAIN)[1:-1], "").encode()


def _jsonl(tree: Tree) -> bytes:
    return b"".join(_json(row) + b"\n" for row in (tree if isinstance(tree, list) else [tree]))


def _yaml(tree: Tree) -> bytes:
    try:
        text = yaml.dump(tree, Dumper=yaml.CSafeDumper, allow_unicode=False, sort_keys=False)
    except UnicodeEncodeError:  # a lone surrogate, which the fast writer does not escape
        text = yaml.dump(tree, Dumper=yaml.SafeDumper, allow_unicode=False, sort_keys=False)
    return text.replace(json.dumps(DEEP), "[" * 3_000 + "]" * 3_000).replace("\\0again", "").encode()


def _rows(text: str) -> Tree:
    """The head and the rows, each cell under its place and the name of its column."""
    head, *rows = csv.reader(io.StringIO(text, newline=""))
    return [{f"{at} {name}": cell for at, (name, cell) in enumerate(zip(head, row))} for row in (head, *rows)]  # noqa: B905


def _csv(tree: Tree) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for row in tree if isinstance(tree, list) else [tree]:
        cells = list(row.values()) if isinstance(row, dict) else row if isinstance(row, list) else [row]
        writer.writerow([_text(cell) for cell in cells])
    return _encoded(out.getvalue())


def _members(path: Path) -> Tree:
    with Archive(path) as archive:
        return {name: json.loads(archive.read(name)) for name in archive.members}


def _zip(tree: Tree) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in tree.items() if isinstance(tree, dict) else {"x.json": tree}.items():
            archive.writestr(_encoded(name).decode("utf-8", "replace").replace(AGAIN, "2"), _json(member))
    return out.getvalue()


def _element(element: ElementTree.Element) -> Tree:
    """What an element holds, under keys that say of which it is."""
    name = element.tag
    return {
        f"{name}": name,
        f"{name} attributes": dict(element.attrib),
        f"{name} text": element.text or "",
        f"{name} children": list(map(_element, element)),
        f"{name} tail": element.tail or "",
    }


def _xml(tree: Tree) -> bytes:
    return _encoded('<?xml version="1.0" encoding="UTF-8"?>\n' + _xml_of(tree))


def _xml_of(node: Tree) -> str:
    if not isinstance(node, dict):
        return "<d>" * 3_000 + "</d>" * 3_000 if node == DEEP else escape(_text(node))
    parts = {key.rpartition(" ")[2] if " " in key else "": value for key, value in node.items()}
    name, attributes, children = _text(parts.get("", "x")), parts.get("attributes"), parts.get("children")
    listed = attributes.items() if isinstance(attributes, dict) else ()
    inside = escape(_text(parts.get("text"))) + "".join(
        map(_xml_of, children if isinstance(children, list) else [children])
    )
    head = name + "".join(f" {key.replace(AGAIN, '')}={quoteattr(_text(value))}" for key, value in listed)
    return f"<{head}>{inside}</{name}>{escape(_text(parts.get('tail')))}"


def _tables(content: bytes) -> Tree:
    """Every table: its rows by rowid, each with its cells by column."""
    conn = sqlite3.connect(":memory:")
    conn.deserialize(content)
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall():
        rows = conn.execute(f'SELECT rowid, * FROM "{name}" LIMIT 4')
        columns = [column[0] for column in rows.description][1:]
        listed = {str(rowid): dict(zip(columns, cells, strict=True)) for rowid, *cells in rows}
        if listed:
            found[name] = listed
    conn.close()
    return found


def _database(content: bytes, tree: Tree) -> bytes:
    """The database with the cells that a tree changes; a table, row or column that it lacks goes."""
    before = _tables(content)
    conn = sqlite3.connect(":memory:")
    conn.deserialize(content)
    conn.execute("PRAGMA ignore_check_constraints = ON")
    for table, rows in before.items():
        now = tree.get(table) if isinstance(tree, dict) else None
        if not isinstance(now, dict):
            conn.execute(f'DROP TABLE "{table}"')
            continue
        for rowid, cells in rows.items():
            row = now.get(rowid)
            if not isinstance(row, dict):
                conn.execute(f'DELETE FROM "{table}" WHERE rowid = ?', (int(rowid),))
                continue
            for column, cell in cells.items():
                if row.get(column) != cell:
                    with suppress(sqlite3.Error):  # a key that can only be a number, a column that is computed
                        conn.execute(
                            f'UPDATE OR IGNORE "{table}" SET "{column}" = ? WHERE rowid = ?',
                            (_cell(row.get(column)), int(rowid)),
                        )
    conn.commit()
    changed = conn.serialize()
    conn.close()
    return changed


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "surrogatepass")
    if isinstance(value, int) and abs(value) >= 2**63:
        return float(value) if abs(value) < 2**1000 else str(value)
    return _text(value) if isinstance(value, (dict, list)) else value


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else json.dumps(value)


def _encoded(text: str) -> bytes:
    """Lone surrogates become the bytes that no UTF-8 text has."""
    return text.encode("utf-8", "surrogatepass")

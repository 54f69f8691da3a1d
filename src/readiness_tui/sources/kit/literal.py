"""The structure in a table's cell: JSON, or the Python literal that `str()` and `to_csv()` write for lists and objects.

Beside plain literals, what data frames print among them is understood: `array([...], dtype=object)`, NumPy's lists
without commas, `np.float64(0.5)`, `Timestamp('…')`, `datetime.datetime(…)`, `nan`. Nothing is evaluated.
"""

from __future__ import annotations

import ast
import re
import warnings
from datetime import UTC, datetime, tzinfo
from typing import Any

from readiness_tui.sources.kit import payload

MOST = 4 * 1024 * 1024  # characters of a literal that are parsed
_NO_COMMA = re.compile(r"(?<=[}\])'\"])\s*\n\s*(?=[{\[('\"])")  # NumPy prints its elements on lines of their own
_MISSING = frozenset({"nan", "NaN", "NaT", "inf", "NA", "null"})
_WORDS = {"true": True, "false": False}


class _NoLiteralError(ValueError):
    """A part of the text that is no literal."""


def structure(value: Any) -> Any:
    """The list or object that a text spells out; any other value, and a text that is none, as it is."""
    found = payload.parsed(value)
    if not isinstance(found, str) or (found.lstrip()[:1] not in ("{", "[", "(") and not found.startswith("array(")):
        return found
    if len(found) > MOST:
        return found
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)  # of escapes in somebody else's text
            tree = ast.parse(_NO_COMMA.sub(", ", found.strip()), mode="eval")
        read = payload.plain(_value(tree.body))
    except (_NoLiteralError, SyntaxError, ValueError, RecursionError, MemoryError):
        return found
    return read if isinstance(read, (dict, list)) else found


def _value(node: ast.expr) -> Any:
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Dict(keys=keys, values=values) if None not in keys:
            return {_key(key): _value(part) for key, part in zip(keys, values, strict=True)}
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
            return [_value(part) for part in parts]
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return -value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Name(id="inf")):
            return None
        case ast.Name(id=name) if name in _MISSING:
            return None
        case ast.Name(id=name) if name in _WORDS:
            return _WORDS[name]
        case ast.Call(args=[first, *_], func=ast.Name(id="array" | "Timestamp" | "UUID" | "Decimal" | "PosixPath")):
            return _value(first)
        case ast.Call(args=[first, *_], func=ast.Attribute(value=ast.Name(id="np"))):  # np.float64(0.5)
            return _value(first)
        case ast.Attribute(value=ast.Name(id="np"), attr="True_" | "False_" as word):
            return word == "True_"
        case ast.Attribute(value=ast.Name(id="np"), attr="nan" | "inf"):
            return None
        case ast.Call(args=args, func=ast.Attribute(value=ast.Name(id="datetime"), attr="datetime"), keywords=more):
            given = [part.value for part in args if isinstance(part, ast.Constant) and isinstance(part.value, int)]
            year, month, day, hour, minute, second, micros, *_ = (*given, *[0] * 7)
            return datetime(year, month, day, hour, minute, second, micros, _zone(more)).isoformat()
    raise _NoLiteralError


def _zone(keywords: list[ast.keyword]) -> tzinfo | None:
    """The zone of a printed time: none, or UTC; a time in another one is no literal that is understood."""
    stated = next((word.value for word in keywords if word.arg == "tzinfo"), None)
    if stated is None:
        return None
    if ast.unparse(stated).rpartition(".")[2].lower() in ("utc", "tzutc()"):
        return UTC
    raise _NoLiteralError


def _key(node: ast.expr | None) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    raise _NoLiteralError

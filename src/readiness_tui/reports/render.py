"""The Jinja environment of the markdown documents. Templates beside this file, or a team's own.

Every expression is escaped for markdown unless it is marked as markdown already (`Markup`): a template cannot forget
it. Undefined names are errors, not blanks.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jinja2 import (
    ChoiceLoader,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
    TemplateError,
    TemplateSyntaxError,
)
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from readiness_tui.domain.checklists import words as checklist_words
from readiness_tui.domain.compare import words as compare_words
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.gate import words as gate_words
from readiness_tui.domain.gate_result import words as result_words
from readiness_tui.domain.metrics import words as metric_words
from readiness_tui.domain.text import format as figures
from readiness_tui.domain.text.format import NOTHING, duration, full_day, moment, number, percent, plural
from readiness_tui.domain.verdict import words as verdict_words
from readiness_tui.reports import escape

# Whatever a team's template may run into; our own is held by its tests.
_FAULTS = (TemplateError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
_DIGEST = re.compile("[A-Za-z0-9:]+")
_BLANK_LINES = re.compile(r"\n{3,}")


def render(template: str, templates_dir: Path | None = None, **values: Any) -> str:
    """The document as text, ending in one newline, never more than one blank line in a row.

    `templates_dir` may hold a file named like `template` that replaces ours. Raises ReadinessError naming the template
    and line if it cannot be used, or takes more time or memory than a document needs.
    """
    if templates_dir is None or not any(templates_dir.glob("*.j2")):
        return fill(template, None, values)
    from readiness_tui.reports.team_template import filled  # only where a team has its own

    return filled(template, templates_dir, values)


def fill(template: str, templates_dir: Path | None, values: dict[str, Any]) -> str:
    """The same in this process, without those limits."""
    try:
        text = _environment(templates_dir).get_template(template).render(**values)
    except TemplateSyntaxError as error:
        where = f"{error.filename or error.name or template}, line {error.lineno}"
        raise ReadinessError(f"The template cannot be read: {where}: {error.message}. Correct it there.") from error
    except _FAULTS as error:
        place = templates_dir / template if templates_dir else template
        raise ReadinessError(
            f"The template {place} could not be filled in: {error}. Correct it, or remove it to use the built-in one."
        ) from error
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", lines).strip("\n") + "\n"


_WORD_HOMES = (figures, metric_words, checklist_words, gate_words, result_words, compare_words, verdict_words)
#: How figures, dates and statuses are said in a template: `words.number(value)`.
_WORDS = SimpleNamespace(
    **{name: getattr(home, name) for home in _WORD_HOMES for name in vars(home) if not name.startswith("_")}
)


@cache
def _environment(templates_dir: Path | None) -> SandboxedEnvironment:
    ours = PackageLoader("readiness_tui.reports")
    # Sandboxed: a template may come with a checkout, and only ever reads values.
    env = SandboxedEnvironment(
        loader=ChoiceLoader([FileSystemLoader(templates_dir), ours]) if templates_dir else ours,
        autoescape=True,  # macros and blocks then return Markup, which `finalize` leaves alone
        finalize=_escaped,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    env.filters.update(
        block=lambda text: Markup(escape.block(text)),
        bound=lambda value, up=False: number(value, up=up),
        digest=_digest,
        full_day=full_day,
        markdown=Markup,
        linked=lambda text: Markup(escape.linked(text)),
        moment=moment,
        duration=duration,
        percent=percent,
        plural=plural,
        verbatim=lambda text: Markup(escape.verbatim(text)),
    )
    env.globals.update(words=_WORDS)
    return env


def _escaped(value: object) -> Markup:
    if isinstance(value, Markup):
        return value
    return Markup(escape.inline(NOTHING if value is None else str(value)))


def _digest(text: str, length: int | None = None) -> Markup:
    """A digest as code; what does not look like one is text like any other."""
    shown = text[:length]
    return Markup(f"`{shown}`") if _DIGEST.fullmatch(shown) else _escaped(shown or "none")

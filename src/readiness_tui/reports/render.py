"""The Jinja environments of the markdown and HTML documents. Templates beside this file, or a team's own.

Every expression is escaped for the format that the template's name ends in (`.md.j2`, `.html.j2`), unless it is marked as
that already (`Markup`): a template cannot forget it. Undefined names are errors, not blanks.
"""

from __future__ import annotations

import re
from collections.abc import Callable
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
HTML = ".html.j2"
_BLANK_LINES = re.compile(r"\n{3,}")


def render(template: str, templates_dir: Path | None = None, **values: Any) -> str:
    """The document as text, ending in one newline, never more than one blank line in a row.

    `templates_dir` may hold a file named like `template` that replaces ours. Raises ReadinessError naming the template
    and line if it cannot be used, or takes more time or memory than a document needs.
    """
    if templates_dir is None:
        return fill(template, None, values)
    from readiness_tui.reports.team_template import filled, holds  # only where a team has its own

    if not holds(templates_dir, template):
        return fill(template, None, values)
    return filled(template, templates_dir, values)


def fill(template: str, templates_dir: Path | None, values: dict[str, Any]) -> str:
    """The same in this process, without those limits."""
    try:
        text = _environment(templates_dir, template.endswith(HTML)).get_template(template).render(**values)
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
def _environment(templates_dir: Path | None, html: bool) -> SandboxedEnvironment:
    ours = PackageLoader("readiness_tui.reports")
    escaped = _for_html if html else _for_markdown
    # Sandboxed: a template may come with a checkout, and only ever reads values.
    env = SandboxedEnvironment(
        loader=ChoiceLoader([FileSystemLoader(templates_dir), ours]) if templates_dir else ours,
        autoescape=True,  # macros and blocks then return Markup, which `finalize` leaves alone
        finalize=escaped,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    env.filters.update(
        bound=lambda value, up=False: number(value, up=up),
        full_day=full_day,
        moment=moment,
        duration=duration,
        percent=percent,
        plural=plural,
    )
    if html:
        env.filters.update(digest=_digest(escaped, "<code>{}</code>"), linked=_marked(escape.markup_linked))
    else:
        env.filters.update(
            block=_marked(escape.block),
            digest=_digest(escaped, "`{}`"),
            linked=_marked(escape.linked),
            markdown=Markup,
            verbatim=_marked(escape.verbatim),
        )
    env.globals.update(words=_WORDS)
    return env


def _for_markdown(value: object) -> Markup:
    return value if isinstance(value, Markup) else Markup(escape.inline(_said(value)))


def _for_html(value: object) -> Markup:
    return value if isinstance(value, Markup) else Markup(escape.markup(_said(value)))


def _said(value: object) -> str:
    return NOTHING if value is None else str(value)


def _marked(write: Callable[[str], str]) -> Callable[[str], Markup]:
    return lambda text: Markup(write(text))


def _digest(escaped: Callable[[object], Markup], code: str) -> Callable[..., Markup]:
    """A digest as code; what does not look like one is text like any other."""

    def written(text: str, length: int | None = None) -> Markup:
        shown = text[:length]
        return Markup(code.format(shown)) if _DIGEST.fullmatch(shown) else escaped(shown or "none")

    return written

"""Issues in which a postmortem was written: GitHub, GitLab and Jira, as their APIs and command lines give them.

The issue's text is read as a document; its comments are lines of the timeline. GitHub: `body`, `comments` (of `gh issue
view --json`) or a list of them, `closed_at`; GitLab: `description`, `notes`, `iid`; Jira: `fields.{summary, description,
priority, comment.comments, resolutiondate, subtasks}`, the description as wiki text or as a document of nodes (ADF).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from readiness_tui.sources.incidents.draft import IncidentDraft
from readiness_tui.sources.incidents.exports.json_parts import Export, objects, person, pick, rows, words
from readiness_tui.sources.incidents.postmortem import read_postmortem
from readiness_tui.sources.incidents.wiki_markup import as_markdown

NAME = "an issue tracker"
_INLINE = {"text", "mention", "emoji", "hardBreak", "inlineCard", "date", "status"}


def fits(value: Any) -> bool:
    return bool(_issues(value))


def named(value: Any) -> list[str]:
    return [words(one, "key", "number", "iid") for one in _issues(value)]


def read(value: Any) -> IncidentDraft:
    issue = _issues(value)[0]
    fields = issue["fields"] if isinstance(issue.get("fields"), dict) else issue
    title = words(fields, "title", "summary")
    written = pick(fields, "body", "description")
    text = from_nodes(written) if isinstance(written, dict) else as_markdown(words(written))
    draft = read_postmortem(f"# {' '.join(title.split())}\n\n{text}", "issue")
    draft.told = True
    export = Export(draft)
    severity = words(fields, "severity", "priority.name", "priority")
    if draft.severity is None and severity.casefold() not in ("", "unknown", "none"):
        export.severity(severity)
    labels = pick(fields, "labels")
    for label in labels if isinstance(labels, list) else ():
        said = words(label, "name") if isinstance(label, dict) else words(label)
        if draft.severity is None and said.casefold().startswith(("sev", "severity")):
            export.severity(said)
    for comment in _comments(value, fields):
        said = pick(comment, "body")
        note = from_nodes(said) if isinstance(said, dict) else words(said)
        if comment.get("system") is not True:
            when = pick(comment, "created_at", "createdAt", "created")
            export.line(when, note, person(comment, "author", "user"), raw=comment)
    for task in rows(fields, "subtasks"):
        export.action(words(task, "fields.summary"), state=words(task, "fields.status.name"))
    for name, paths in (
        ("opened", ("created_at", "createdAt", "created")),
        ("closed", ("closed_at", "closedAt", "resolutiondate")),
    ):
        export.kept(f"issue {name}", words(fields, *paths))
    return export.finish(title)


def from_nodes(node: Any, depth: int = 0) -> str:
    """A document of Atlassian's format (nodes with `type`, `content`, `text`) as markdown."""
    if not isinstance(node, dict) or depth > 40:
        return ""
    kind, inner = words(node, "type"), rows(node, "content")
    if kind == "text":
        return str(node.get("text", ""))  # with its blanks: they part it from what stands beside it
    if kind in _INLINE:
        return {"hardBreak": "<br>"}.get(kind, words(node, "attrs.text", "attrs.url", "attrs.shortName"))
    if kind == "heading":
        level = pick(node, "attrs.level")
        return f"\n{'#' * (level if isinstance(level, int) and 1 <= level <= 6 else 2)} {_inline(inner, depth)}\n"
    if kind in ("bulletList", "orderedList", "taskList", "decisionList"):
        return "\n" + "\n".join(_listed(one, depth) for one in inner) + "\n"
    if kind == "table":
        lines = [[_inline(rows(cell, "content"), depth) for cell in rows(row, "content")] for row in inner]
        head = f"|{'---|' * len(lines[0])}" if lines else ""
        said = [f"| {' | '.join(part.replace('|', chr(92) + '|') for part in line)} |" for line in lines]
        return "\n" + "\n".join([*said[:1], head, *said[1:]]) + "\n"
    if kind == "paragraph":
        return _inline(inner, depth) + "\n"
    return "\n".join(from_nodes(one, depth + 1) for one in inner)


def _inline(found: list[dict[str, Any]], depth: int) -> str:
    return " ".join("".join(from_nodes(one, depth + 1) for one in found).split())


def _listed(item: dict[str, Any], depth: int) -> str:
    box = {"DONE": "[x] ", "TODO": "[ ] "}.get(words(item, "attrs.state"), "")
    own = [one for one in rows(item, "content") if not words(one, "type").endswith("List")]
    below = [one for one in rows(item, "content") if words(one, "type").endswith("List")]
    inner = "\n".join(from_nodes(one, depth + 1).strip("\n") for one in below)
    nested = "".join(f"\n  {line}" for line in inner.split("\n") if line)
    return f"- {box}{_inline(own, depth)}{nested}"


def _issues(value: Any) -> list[dict[str, Any]]:
    listed = value if isinstance(value, list) else [value, *objects(value), *rows(value, "issues")]
    found = [one for one in listed if isinstance(one, dict) and _is_issue(one)]
    return list({id(one): one for one in found}.values())


def _is_issue(one: dict[str, Any]) -> bool:
    if isinstance(one.get("fields"), dict):
        return "summary" in one["fields"] and "key" in one
    return "title" in one and (
        {"number", "body"} <= one.keys()
        or {"iid", "description"} <= one.keys()
        or {"body", "comments"} <= one.keys()
        or {"body", "html_url"} <= one.keys()
    )


def _comments(value: Any, fields: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from rows(fields, "comment.comments", "comments", "notes")
    if isinstance(value, list):  # the issue, and then its comments
        yield from (one for one in value if isinstance(one, dict) and "body" in one and "title" not in one)
    elif isinstance(value, dict) and value is not fields and "issue" in value:
        yield from rows(value, "comments", "notes")

"""Slack: a channel's day of an export (a list of messages), an answer of `conversations.history`, or slackdump's file.

A message has `ts` (seconds), `text`, `user`, perhaps `user_profile`; a bot's words stand in `attachments` or `blocks`
alone. Replies are messages with a `thread_ts`, in slackdump nested in `slackdump_thread_replies`. `<@U012AB>` is named by
a `user_profile` in the file, by `users` beside the messages, or by the export's own users.json.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

from readiness_tui.sources.incidents.draft import IncidentDraft
from readiness_tui.sources.incidents.exports.json_parts import Export, at, pick, rows, words

NAME = "Slack"
_COMINGS = frozenset(
    """channel_join channel_leave channel_topic channel_purpose channel_name channel_archive channel_unarchive group_join
    group_leave group_topic group_purpose group_name bot_add bot_remove pinned_item unpinned_item reminder_add tombstone
    channel_convert_to_private channel_posting_permissions sh_room_created huddle_thread""".split()  # noqa: SIM905
)
_MARK = re.compile(r"<([@#!]?)([^|<>]{0,2000})(?:\|([^<>]{0,2000}))?>")


def fits(value: Any) -> bool:
    return any(
        "ts" in row and ("text" in row or "blocks" in row or "attachments" in row) for row in _messages(value)[:20]
    )


def named(value: Any) -> list[str]:
    return []


def read(value: Any) -> IncidentDraft:
    """The draft of a Slack export. `value["users"]`, where it is there, names the people."""
    export = Export()
    export.draft.format = "chat"
    people = _people(value)
    seen: set[tuple[str, str]] = set()
    unnamed: set[str] = set()
    for row in _all(_messages(value)):
        ts, text = words(row, "ts"), _text(row, people, unnamed)
        if (ts, text) in seen:  # a reply that was also sent to the channel
            continue
        seen.add((ts, text))
        by = _author(row, people)
        if by and by == words(row, "user"):
            unnamed.add(by)
        if words(row, "subtype") in _COMINGS or row.get("hidden") is True:
            export.kept(by or "Slack", text or words(row, "subtype"))
            continue
        bot = "bot_id" in row or words(row, "subtype") == "bot_message"
        export.line(at(ts), text, by, "log" if bot else "person", raw=row)
    if unnamed:
        export.partial(
            f"{len(unnamed)} of the people who write or are mentioned are named nowhere in the file ({', '.join(sorted(unnamed)[:5])});"
            " put the export's users.json beside it, or in the folder above."
        )
    if pick(value, "has_more") is True:
        export.partial("The file holds one page of the channel, and says that there are more messages (has_more).")
    return export.finish()


def _messages(value: Any) -> list[dict[str, Any]]:
    return rows(value) if isinstance(value, list) else rows(value, "messages")


def _all(found: list[dict[str, Any]], depth: int = 0) -> Iterator[dict[str, Any]]:
    for row in found:
        yield row
        if depth < 5:
            yield from _all(rows(row, "slackdump_thread_replies"), depth + 1)


def _people(value: Any) -> dict[str, str]:
    """Names by id, from wherever the file gives them."""
    names: dict[str, str] = {}
    for user in rows(value, "users"):
        said = words(user, "profile.display_name", "profile.real_name", "real_name", "name")
        if words(user, "id") and said:
            names[words(user, "id")] = said
    for row in _all(_messages(value)):
        said = words(row, "user_profile.display_name", "user_profile.real_name", "user_profile.name")
        if words(row, "user") and said:
            names.setdefault(words(row, "user"), said)
    return names


def _author(row: dict[str, Any], people: dict[str, str]) -> str:
    own = words(row, "user_profile.display_name", "user_profile.real_name", "user_profile.name")
    user = words(row, "user")
    return own or people.get(user, "") or words(row, "username", "bot_profile.name") or user or words(row, "bot_id")


def _text(row: dict[str, Any], people: dict[str, str], unnamed: set[str]) -> str:
    said = [unmarked(words(row, "text"), people, unnamed)]
    if not said[0]:
        said += [unmarked(part, people, unnamed) for part in _blocks(rows(row, "blocks"), people, unnamed)]
    for one in rows(row, "attachments"):
        parts = [words(one, "pretext"), words(one, "author_name"), words(one, "title"), words(one, "text")]
        parts += [f"{words(field, 'title')}: {words(field, 'value')}".strip(": ") for field in rows(one, "fields")]
        parts = [unmarked(part, people, unnamed) for part in parts if part]
        parts += _blocks(rows(one, "blocks"), people, unnamed) if not parts else []
        said += parts or [unmarked(words(one, "fallback"), people, unnamed)]
    if not any(said):
        names = [words(one, "title", "name") for one in rows(row, "files")]
        said += [f"file: {name}" for name in names if name]
    return "\n".join(dict.fromkeys(part for part in said if part))


def _blocks(found: list[dict[str, Any]], people: dict[str, str], unnamed: set[str]) -> list[str]:
    """The words of Slack's blocks: a text, rich text, fields."""
    said = []
    for block in found:
        if words(block, "type") == "rich_text":
            said.append(_rich(block, people, unnamed, 0))
            continue
        parts = [words(block, "text.text", "text", "title.text", "alt_text")]
        parts += [words(one, "text", "alt_text") for one in (*rows(block, "fields"), *rows(block, "elements"))]
        said.append(" ".join(part for part in parts if part))
    return [unmarked(part, people, unnamed) for part in said if part.strip()]


def _rich(node: dict[str, Any], people: dict[str, str], unnamed: set[str], depth: int) -> str:
    kind = words(node, "type")
    if kind == "text":
        return str(node.get("text", ""))[:20_000]
    if kind == "link":
        return f"<{words(node, 'url')}|{words(node, 'text')}>" if words(node, "text") else words(node, "url")
    if kind == "user":
        return f"<@{words(node, 'user_id')}>"
    if kind == "broadcast":
        return f"@{words(node, 'range')}"
    if kind == "emoji":
        return f":{words(node, 'name')}:"
    if depth > 20:
        return ""
    join = "\n" if kind in ("rich_text", "rich_text_list") else ""
    return join.join(_rich(one, people, unnamed, depth + 1) for one in rows(node, "elements"))


def unmarked(text: str, people: dict[str, str], unnamed: set[str]) -> str:
    """Slack's marks for links, people, groups and channels as a reader sees them."""

    def shown(match: re.Match[str]) -> str:
        sign, target, label = match[1], match[2], match[3] or ""
        if sign == "@":
            name = people.get(target) or label
            if not name:
                unnamed.add(target)
            return f"@{(name or target).lstrip('@')}"
        if sign == "#":
            return f"#{label or target}"
        if sign == "!":
            if target.startswith("date^"):
                return label
            return label if label.startswith("@") else f"@{label or target.partition('^')[0]}"
        return target if not label or label == target else f"{label} ({target})"

    return html.unescape(_MARK.sub(shown, text)).strip()

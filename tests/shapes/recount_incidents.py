"""Recounts of written incidents: straight from the raw text or JSON, without any reader of ours."""

from __future__ import annotations

import csv
import json
import re
from datetime import UTC, datetime
from pathlib import Path


def _json(path: Path):
    return json.loads(path.read_text(encoding="utf-8"))


def _z(written: str) -> str:
    """A moment in ISO 8601 as UTC, to the second."""
    return f"{datetime.fromisoformat(written).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _ts(seconds: str) -> str:
    return f"{datetime.fromtimestamp(float(seconds), UTC):%Y-%m-%dT%H:%M:%SZ}"


def _items(path: Path, shape: str) -> list[re.Match]:
    return list(re.finditer(shape, path.read_text(encoding="utf-8"), re.MULTILINE))


def no_alert(path):
    rows = _items(path, r"^- \*\*(\S+) (\S+)\*\* — (.*)$")
    at = [f"{one[1]}T{one[2]}:00Z" for one in rows]
    broke = next(place for place, one in enumerate(rows) if "Error rate" in one[3])
    seen = next(place for place, one in enumerate(rows) if "engineer notices" in one[3])
    apart = datetime.fromisoformat(at[seen]) - datetime.fromisoformat(at[broke])
    assert apart.total_seconds() / 60 == 109
    return {"lines": len(rows), "at": at, "started": at[broke], "detected": at[seen], "actions": 0}


def owner_priority(path):
    rows = _items(path, r"^\d\. .*Owner: (\w+).*Priority: (\w+)\.$")
    assert not any("riority" in one[1] for one in rows)
    return {
        "actions": len(rows),
        "owners": [one[1] for one in rows],
        "action texts": ["Build from one Dockerfile. Consolidate.", "Page on success rate. (with SRE review)"],
        "kept": len(rows),
    }


def done_bracket(path):
    rows = _items(path, r"^\d\. \[(\w+)\] (.*)$")
    return {
        "actions": len(rows),
        "done": sum(one[1] == "DONE" for one in rows),
        "action texts": [one[2] for one in rows],
    }


def code_ticks(path):
    told = dict(re.findall(r"\*\*(.*?)\*\* \| `(.*?)`", path.read_text()))
    row = _items(path, r"^\| (\w[^|`]*) \| `@(\w+)` \| `(\S+)` \|$")[0]
    day = told["Incident Date"]
    return {
        "severity": told["Severity"].lower().replace("-", ""),
        "day": day,
        "started": f"{day}T{told['Start Time (UTC)']}:00Z",
        "resolved": f"{day}T{told['End Time (UTC)']}:00Z",
        "action texts": [row[1]],
        "owners": [row[2]],
        "due": [row[3]],
        "kept": 0,
    }


def nested_actions(path):
    outer, inner = _items(path, r"^- (.*)$"), _items(path, r"^ +- (.*)$")
    first = f"{outer[0][1]} {'; '.join(one[1] for one in inner)}"
    return {"actions": len(outer), "action texts": [first, outer[1][1]]}


def sre_book_labels(path):
    text = path.read_text()
    rows = _items(path, r"^\* (\d\d:\d\d) (.*)$")
    table = _items(path, r"^\| ([A-Z][\w -]+) \| (prevent|mitigate) \| (\w+) \| n/a (\w+) \|$")
    day = re.search(r"^Date: (\S+)$", text, re.MULTILINE)[1]
    at = {one[2]: f"{day}T{one[1]}:00Z" for one in rows}
    return {
        "lines": len(rows),
        "at": list(at.values()),
        "started": at["OUTAGE BEGINS"],
        "resolved": at["OUTAGE ENDS"],
        "action texts": [one[1] for one in table],
        "kinds": [one[2] for one in table],
        "owners": [one[3] for one in table],
        "done": sum(one[4] == "DONE" for one in table),
        **{
            f"field {key}": re.search(rf"^{label}: (.*)$", text, re.MULTILINE)[1]
            for key, label in (("summary", "Summary"), ("factors", "Root Causes"), ("detection", "Detection"))
        },
    }


def slack_bot(path):
    told = [one for one in _json(path) if one.get("subtype") != "channel_join"]
    return {
        "lines": len(told),
        "at": [_ts(one["ts"]) for one in told],
        "from systems": sum("bot_id" in one for one in told),
        "by": ["ana", "Ben Kurz", "PagerDuty", "Ben Kurz", "Ben Kurz"],
        "texts": [
            "refunds are paid twice :rotating_light: see dashboard (https://grafana.example/d/1)",
            "looking & paging @Ben Kurz",
            told[2]["attachments"][0]["title"],
            f"file: {told[3]['files'][0]['title']}",
            told[4]["text"],
        ],
    }


def excel_sep(path):
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()[1:], delimiter=";"))
    return {
        "lines": len(rows),
        "at": [f"{datetime.strptime(row['Zeit'], '%d.%m.%Y %H:%M'):%Y-%m-%dT%H:%M:%SZ}" for row in rows],
        "by": [row["Wer"] for row in rows],
        "texts": [row["Ereignis"] for row in rows],
    }


def pagerduty(path):
    entries = _json(path)["log_entries"]
    first = {one["type"]: _z(one["created_at"]) for one in reversed(entries)}
    return {
        "title": entries[0]["channel"]["summary"],
        "lines": len(entries),
        "at": [_z(one["created_at"]) for one in entries],
        "by": [one["agent"]["summary"] for one in entries],
        "started": None,
        "detected": first["trigger_log_entry"],
        "acknowledged": first["acknowledge_log_entry"],
        "resolved": first["resolve_log_entry"],
        "from systems": 0,
    }


def pagerduty_incident(path):
    told = _json(path)
    one = told["incident"]
    return {
        "title": one["title"],
        "severity": f"sev{one['priority']['summary'][1:]}",
        "detected": _z(one["created_at"]),
        "acknowledged": _z(one["acknowledgements"][0]["at"]),
        "resolved": _z(one["resolved_at"]),
        "texts": [note["content"] for note in told["notes"]],
        "field affected": one["service"]["summary"],
    }


def pagerduty_reopened(path):
    entries = sorted(_json(path)["log_entries"], key=lambda one: one["created_at"])
    assert entries[-1]["type"] == "trigger_log_entry"
    return {
        "lines": len(entries),
        "at": [_z(one["created_at"]) for one in entries],
        "from systems": sum(one["agent"]["type"] == "service_reference" for one in entries),
        "detected": _z(entries[0]["created_at"]),
        "resolved": None,
    }


def pagerduty_webhooks(path):
    events = [one["event"] for one in _json(path)]
    return {
        "title": events[0]["data"]["title"],
        "severity": events[0]["data"]["priority"]["summary"].lower().replace("-", ""),
        "lines": len(events),
        "acknowledged": next(_z(one["occurred_at"]) for one in events if one["event_type"] == "incident.acknowledged"),
        "by": [one["agent"]["summary"] for one in events],
        "resolved": None,
    }


def slack_export(path):
    names = {one["id"]: one["profile"]["display_name"] or one["real_name"] for one in _json(path / "users.json")}
    told = [
        one
        for one in _json(path / "incident-4711/2026-10-03.json")
        if one.get("subtype") not in ("channel_topic", "thread_broadcast")
    ]
    return {
        "lines": len(told),
        "at": [_ts(one["ts"]) for one in told],
        "by": [one.get("username") or names.get(one["user"], one["user"]) for one in told],
        "from systems": sum("bot_id" in one for one in told),
        "texts": [
            "[FIRING:1] refunds_double\nRegion: eu-1",
            f"@here refunds are paid twice, <3 tenants> so far. @{names['U0CC33DD44']} can you look?",
            "on it, see #incident-4711 and https://runbook.example/refunds",
            "customers are told @support",
        ],
    }


def slackdump(path):
    root, last = _json(path)["messages"]
    told = [root, *root["slackdump_thread_replies"], last]
    return {
        "lines": len(told),
        "at": [_ts(one["ts"]) for one in told],
        "by": ["ana", "ben", "ana"],
        "texts": ["search is slow", "index is rebuilding, @ana", "done, @ben"],
    }


def opsgenie_alert(path):
    told = _json(path)
    begun = datetime.fromisoformat(told["alert"]["createdAt"]).timestamp()
    return {
        "title": told["alert"]["message"],
        "severity": "sev2",
        "lines": len(told["logs"]),
        "detected": _z(told["alert"]["createdAt"]),
        "acknowledged": _ts(begun + told["alert"]["report"]["ackTime"] / 1000),
        "resolved": _ts(begun + told["alert"]["report"]["closeTime"] / 1000),
        "from systems": sum(one["owner"] == "System" for one in told["logs"]),
    }


def opsgenie_logs(path):
    logs = sorted(_json(path)["data"], key=lambda one: one["createdAt"])
    said = {one["log"].split()[1]: _z(one["createdAt"]) for one in logs}
    return {
        "lines": len(logs),
        "at": [_z(one["createdAt"]) for one in logs],
        "detected": said["created"],
        "acknowledged": said["acknowledged"],
        "resolved": said["closed"],
    }


def opsgenie_timeline(path):
    entries = _json(path)["data"]["entries"]
    said = {one["type"]: _z(one["eventTime"]) for one in entries}
    return {
        "lines": len(entries),
        "by": [one["actor"]["name"] for one in entries],
        "texts": [one["description"]["name"] for one in entries],
        "detected": said["IncidentCreated"],
        "acknowledged": said["ResponderAlertAcknowledged"],
        "resolved": said["IncidentResolved"],
    }


def incident_io(path):
    told = _json(path)
    stamps = {
        one["incident_timestamp"]["name"]: _z(one["value"]["value"])
        for one in told["incident"]["incident_timestamp_values"]
        if one["value"]
    }
    todos = told["follow_ups"]
    return {
        "title": told["incident"]["name"],
        "severity": told["incident"]["severity"]["name"].lower().replace(" ", ""),
        "lines": len(told["incident_updates"]),
        "at": sorted(_z(one["created_at"]) for one in told["incident_updates"]),
        "started": stamps["Impact started"],
        "detected": stamps["Reported at"],
        "acknowledged": None,
        "mitigated": stamps["Fixed at"],
        "resolved": stamps["Resolved at"],
        "actions": len(todos),
        "done": sum(one["status"] == "completed" for one in todos),
        "done on": [one.get("completed_at") and one["completed_at"][:10] for one in todos],
        "owners": [one.get("assignee", {}).get("name", "") for one in todos],
        "field summary": told["incident"]["summary"],
    }


def statuspage_incident(path):
    one = _json(path)
    updates = sorted(one["incident_updates"], key=lambda update: update["display_at"])
    return {
        "title": one["name"],
        "severity": "sev2",
        "lines": len(updates),
        "at": [_z(update["display_at"]) for update in updates],
        "started": _z(one["started_at"]),
        "detected": None,
        "mitigated": _z(one["monitoring_at"]),
        "resolved": _z(one["resolved_at"]),
        "field affected": one["components"][0]["name"],
    }


def firehydrant(path):
    one = _json(path)
    return {
        "title": one["name"],
        "severity": one["severity"].lower(),
        **{stone["type"]: _z(stone["occurred_at"]) for stone in one["milestones"]},
        "lines": len(one["events"]),
        "by": [event["author"]["name"] for event in one["events"]],
        "texts": [event["data"]["body"] for event in one["events"]],
    }


def rootly(path):
    one = _json(path)["data"]["attributes"]
    times = ("started", "detected", "acknowledged", "mitigated", "resolved")
    return {
        "title": one["title"],
        "severity": one["severity"]["data"]["attributes"]["slug"],
        **{key: one[f"{key}_at"] and _z(one[f"{key}_at"]) for key in times},
        "field summary": one["summary"],
    }


def github_issue(path):
    one = _json(path)
    rows = re.findall(r"^\| `([\d:]+)` \| (.*?) \|\r?$", one["body"], re.MULTILINE)
    boxes = re.findall(r"^- \[(.)\] (.*?)\r?$", one["body"], re.MULTILINE)
    return {
        "severity": one["labels"][1]["name"],
        "lines": len(rows) + len(one["comments"]),
        "at": [f"2026-10-03T{at}:00Z" for at, _ in rows] + [_z(note["createdAt"]) for note in one["comments"]],
        "resolved": f"2026-10-03T{rows[1][0]}:00Z",
        "actions": len(boxes),
        "done": sum(box == "x" for box, _ in boxes),
        "owners": [re.search(r"@([\w-]+)", text)[1] for _, text in boxes],
        "due": [None, "2026-10-20"],
    }


def gitlab_issue(path):
    one = _json(path)
    rows = re.findall(r"^- `([\d:]+)` - (.*)$", one["description"], re.MULTILINE)
    at = [f"2026-10-03T{clock}:00Z" for clock, _ in rows]
    return {
        "severity": f"sev{one['labels'][1][-1]}",
        "lines": len(rows),
        "at": at,
        "detected": at[1],
        "resolved": at[2],
        "actions": 3,
        "done": one["description"].count("Closed") + one["description"].count("~~") // 2,
        "owners": ["", "", "Search"],
    }


def jira_issue(path):
    text = path.read_text()
    return {
        "severity": "sev2",
        "lines": 1 + len(_json(path)["fields"]["comment"]["comments"]),
        "at": ["2026-10-03T14:02:00Z", "2026-10-05T09:00:00Z"],
        "actions": text.count('"taskItem"'),
        "done": text.count('"DONE"'),
        "action texts": ["Cap the steps at 20", "Alert on loops"],
        "owners": ["Ben Kurz", ""],
    }


def jira_wiki(path):
    rows = _items(path, r"^\|(\d\S+) (\S+)\|.*?\|\[~(\w+)\]\|$")
    actions = _items(path, r"^\|\[~(\w+)\]\|(\S+)\|(.*?)\|(.*?)\|$")
    return {
        "severity": "sev2",
        "at": [f"{one[1]}T{one[2]}:00Z" for one in rows],
        "by": [one[3] for one in rows],
        "texts": ["Errors rise", "Rolled back"],
        "started": f"{rows[0][1]}T{rows[0][2]}:00Z",
        "owners": [one[1] for one in actions],
        "due": [one[2] for one in actions],
        "action texts": [re.sub(r"[{}]", "", one[3]) for one in actions],
        "done": sum("(/)" in one[4] for one in actions),
        "begun": sum("In Progress" in one[4] for one in actions),
    }


def zoom_cloud_chat(path):
    rows = [line.split("\t") for line in path.read_text().splitlines()]
    start = datetime.strptime(re.search(r"GMT(\d+-\d+)", path.name)[1], "%Y%m%d-%H%M%S").replace(tzinfo=UTC).timestamp()
    counted = [[int(part) for part in row[0].split(":")] for row in rows]
    return {
        "lines": len(rows),
        "at": [_ts(str(start + h * 3600 + m * 60 + s)) for h, m, s in counted],
        "by": [row[1].strip(":") for row in rows],
        "texts": [row[2] for row in rows],
    }


def zoom_saved_chat(path):
    rows = _items(path, r"^(\d\d:\d\d:\d\d)\t From +(.*?) +to ")
    return {
        "lines": len(rows),
        "at": [f"{path.name[:10]}T{one[1]}Z" for one in rows],
        "by": [one[2] for one in rows],
        "texts": ["refunds are paid twice", "looking", "thanks"],
    }


def teams_start(path):
    said = re.findall(r"<v (.*?)>(.*?)</v>", path.read_text())
    return {
        "by": list(dict.fromkeys(name for name, _ in said)),
        "texts": [f"{said[0][1]} {said[1][1]}", said[2][1]],
        "at": ["2026-10-03T14:30:05Z", "2026-10-03T14:31:10Z"],
    }


def date_and_time(path):
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    days, day = [], ""
    for row in rows:
        day = row["Datum"] or day
        days.append(f"{datetime.strptime(day + row['Uhrzeit'], '%d.%m.%Y%H:%M'):%Y-%m-%dT%H:%M:%SZ}")
    return {
        "lines": len(rows),
        "at": days,
        "by": [row["Bearbeiter"] for row in rows],
        "texts": [row["Beschreibung des Vorfalls"].replace("**", "") for row in rows],
    }


def half_filled(path):
    at = _items(path, r"^\| (\d\d:\d\d) \| (.*) \|$")
    return {
        "severity": "sev3",
        "started": None,
        "detected": f"2026-10-03T{at[0][1]}:00Z",
        "texts": [at[0][2]],
        "actions": 1,
        "owners": [""],
        "due": [None],
    }


def azure_pir(path):
    rows = _items(path, r"^- (\d\d:\d\d) UTC on 03 October 2026 – (.*)$")
    actions = _items(path, r"^- We .*$")
    at = [f"2026-10-03T{one[1]}:00Z" for one in rows]
    return {
        "lines": len(rows),
        "at": at,
        "texts": [one[2] for one in rows],
        "started": at[0],
        "detected": at[1],
        "resolved": at[3],
        "actions": len(actions),
        "done": sum("(Completed)" in one[0] for one in actions),
    }


def coe(path):
    text = path.read_text()
    rows = _items(path, r"^- (\d\d):(\d\d) (.*)$")
    actions = _items(path, r"^\* (.*)$")
    at = [f"2026-10-0{3 + (int(one[1]) + 7) // 24}T{(int(one[1]) + 7) % 24:02}:{one[2]}:00Z" for one in rows]
    when = dict(re.findall(r"^\*\*Impact (start|end):\*\* (.*) UTC$", text, re.MULTILINE))
    return {
        "severity": "sev2",
        "at": at,
        "started": _z(f"{when['start']}+00:00"),
        "resolved": _z(f"{when['end']}+00:00"),
        "detected": at[next(n for n, one in enumerate(rows) if "notices" in one[3])],
        "acknowledged": None,
        "actions": len(actions),
        "done": sum("[x]" in one[1] or "Completed" in one[1] or "Closed" in one[1] for one in actions),
        "done on": [None, "2026-10-03", "2026-10-05", "2026-10-03", None],
        "owners": ["Platform", "ana", "", "", "Media"],
        "due": ["2026-11-01", None, None, None, None],
        "fields": ["factors", "impact", "summary"],
    }


def atlassian(path):
    rows = _items(path, r"^- (\S+) (\S+) (.*)$")
    actions = _items(path, r"^\d\. (.*?) Owner: (.*?)\. Due: (\S+)\.$")
    return {
        "at": [f"{one[1]}T{one[2]}:00Z" for one in rows],
        "texts": [one[3] for one in rows],
        "detected": f"{rows[1][1]}T{rows[1][2]}:00Z",
        "action texts": [one[1] for one in actions],
        "owners": [one[2] for one in actions],
        "due": [one[3] for one in actions],
        "field impact": re.search(r"^Impact\n\n(.*)$", path.read_text(), re.MULTILINE)[1],
    }

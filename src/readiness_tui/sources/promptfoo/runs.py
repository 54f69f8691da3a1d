"""The runs of one promptfoo file: one for each prompt and provider, with what the tool itself counts of them."""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from readiness_tui.domain.runs.model import CaseStatus, Completeness, Run
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.base import Counted, DeclaredCount, DeclaredMean, Warn
from readiness_tui.sources.kit.jsonio import RecordError, quoted
from readiness_tui.sources.kit.payload import is_number
from readiness_tui.sources.promptfoo.case import named_of, status_of
from readiness_tui.sources.promptfoo.grading import assertions, inner, pooled

Key = tuple[str, ...]

_PROMPT_VERSION = ("promptVersion", "prompt_version")
_INDEX_VERSION = ("indexVersion", "index_version")
_LONGEST_LABEL = 48
_WORDS = 28


@dataclass(frozen=True, slots=True)
class About:
    """The file's description of the evaluation; empty for JSON lines, which have none."""

    ident: str
    name: str
    tool_version: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    judge: str | None = None
    tests_name: str | None = None
    tags: tuple[str, ...] = ()
    expected: int | None = None
    stats: dict[str, Any] = field(default_factory=dict)
    repeated: bool | None = None
    prompts: tuple[Mapping[str, Any], ...] = ()

    @property
    def means(self) -> bool:
        """Whether the evaluation was run by 0.121.5 or newer, whose named scores are means."""
        return any("namedScoreWeights" in inner(prompt, "metrics") for prompt in self.prompts)


@dataclass(slots=True)
class PromptGroup:
    """What the rows of one prompt and provider have in common. `pools`: by metric the sum of the rows' figures, how many
    assertions (or which weight) stand behind it, and how many rows. `sums`: what the rows' cost, latency and tokens add
    up to."""

    label: str
    prompt: int
    provider: str
    provider_label: str = ""
    rows: int = 0
    unasserted: int = 0
    versions: set[str] = field(default_factory=set)
    indexes: set[str] = field(default_factory=set)
    tests: set[str] = field(default_factory=set)
    outcomes: Counter[CaseStatus] = field(default_factory=Counter)
    pools: dict[str, list[float]] = field(default_factory=dict)
    sums: Counter[str] = field(default_factory=Counter)


def key_of(row: Mapping[str, Any], evaluation: int = 0) -> Key:
    """What tells the runs of a file apart: the tool's column, the prompt, the provider, the evaluation. Two columns may
    have the same prompt and provider with other settings; without a label, the prompt's id is another for every test."""
    provider = row.get("provider")
    known = provider if isinstance(provider, dict) else {"id": provider}
    prompt = row.get("promptId") if inner(row, "prompt").get("label") or type(row.get("promptIdx")) is not int else None
    names = (row.get("promptIdx"), prompt, known.get("id"), known.get("label"), row.get("evalId"), evaluation)
    return tuple("" if name is None else fields.as_json(name) for name in names)


_OF_PIPELINE = 4  # parts of a key that tell pipelines apart; the rest tells evaluations of one apart


class Appended:
    """Tells evaluations apart that were written one after another: promptfoo appends to its JSON lines.

    A repeat has a `testIdx` of its own, so the same test and prompt again begin another evaluation.
    """

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._number = 0

    def number(self, row: Mapping[str, Any]) -> int:
        place = fields.as_json([row.get("testIdx"), *key_of(row)])
        if type(row.get("testIdx")) is not int:
            return self._number
        if place in self._seen:
            self._number += 1
            self._seen.clear()
        self._seen.add(place)
        return self._number


def fewer_tests(groups: Mapping[Key, PromptGroup]) -> dict[Key, int]:
    """The runs that lack tests of another run of the same evaluation, and how many that one has."""
    found: dict[Key, int] = {}
    for key, group in groups.items():
        others = [other.tests for at, other in groups.items() if at[_OF_PIPELINE:] == key[_OF_PIPELINE:]]
        if more := [len(tests) for tests in others if group.tests < tests]:
            found[key] = max(more)
    return found


def survey(groups: dict[Key, PromptGroup], key: Key, row: Mapping[str, Any]) -> None:
    """Take up a row in its group."""
    group = groups.get(key)
    test, said = inner(row, "testCase"), inner(inner(row, "response"), "metadata")
    if group is None:
        label, index = inner(row, "prompt").get("label"), row.get("promptIdx")
        group = groups[key] = PromptGroup(
            label if isinstance(label, str) else "",
            index if type(index) is int else -1,
            key[2] or key[3],
            key[3],
        )
    group.rows += 1
    for names, versions in ((_PROMPT_VERSION, group.versions), (_INDEX_VERSION, group.indexes)):
        for name in names:
            value = said.get(name, inner(test, "metadata").get(name))
            if isinstance(value, (str, int)):
                versions.add(str(value))
    asked = {"vars": test.get("vars", row.get("vars")), "assert": test.get("assert")}
    group.tests.add(json.dumps(asked, ensure_ascii=False, sort_keys=True, separators=(",", ":")))
    grading = inner(row, "gradingResult")
    passed = row.get("failureReason") == 0 or row.get("success") is True
    if grading and not grading.get("componentResults") and passed:
        group.unasserted += 1
    results = assertions(grading, test)
    group.outcomes[status_of(row, results, fields.Notes())] += 1
    for name, part in (("cost", row), ("latencyMs", row), ("prompt", _usage(row)), ("completion", _usage(row))):
        if is_number(part.get(name)):
            group.sums[name] += part[name]
    for name, (value, weight) in pooled(named_of(row), results, grading).items():
        pool = group.pools.setdefault(name, [0.0, 0.0, 0.0])
        for n, more in enumerate((value, weight, 1)):
            pool[n] += more


def run_of(path: Path, about: About, group: PromptGroup, ident: str, *, alone: bool, short: bool) -> Run:
    """The run of a group. `alone`: the file has no other; `short`: it lacks rows that the tool counted."""
    warnings = []
    label, provider = short_label(group.label), short_label(group.provider)
    if len(group.versions) > 1:
        warnings.append(
            f"{path.name}: its answers name several prompt versions ({', '.join(sorted(group.versions))}); the prompt's"
            f" label {quoted(group.label)} is taken instead."
        )
    if group.unasserted:
        n = group.unasserted
        warnings.append(
            f"{path.name}: {n} {'case has' if n == 1 else 'cases have'} no assertions; promptfoo counts that as pass."
        )
    tests = "[" + ",".join(sorted(group.tests)) + "]"
    all_failed = group.outcomes[CaseStatus.ERROR] == group.rows
    return Run(
        id=ident,
        name=about.name if alone else " · ".join(part for part in (about.name, label, provider) if part),
        tool="promptfoo",
        tool_version=about.tool_version,
        prompt_version=next(iter(group.versions)) if len(group.versions) == 1 else label or None,
        model=provider or None,
        index_version=next(iter(group.indexes)) if len(group.indexes) == 1 else None,
        judge=about.judge,
        dataset_name=about.tests_name,
        started_at=about.started_at,
        finished_at=about.finished_at,
        completeness=Completeness.ERRORED if all_failed else Completeness.PARTIAL if short else Completeness.COMPLETE,
        tags=about.tags,
        warnings=tuple(warnings),
        # Not the dataset's digest: the golden set that a gate is locked for is another file with its own digest.
        extra={
            "prompt_label": group.label,
            "provider_label": group.provider_label,
            "tests": len(group.tests),
            "tests_digest": hashlib.sha256(tests.encode("utf-8", "surrogatepass")).hexdigest(),
        },
    )


def told_apart(runs: Mapping[Key, Run], groups: Mapping[Key, PromptGroup]) -> dict[Key, Run]:
    """Different prompts or providers that go by one version get what tells them apart: one model, say, with other
    settings under another label, or only in another column."""
    made = dict(runs)
    for key, run in runs.items():
        twins = [
            groups[other]
            for other, one in runs.items()
            if one.version == run.version and other[:_OF_PIPELINE] != key[:_OF_PIPELINE]
        ]
        if not twins:
            continue
        group = groups[key]
        label = short_label(group.label)
        if group.provider_label and any(twin.provider_label != group.provider_label for twin in twins):
            made[key] = replace(run, model=f"{run.model} ({short_label(group.provider_label)})")
        elif label != run.prompt_version and any(twin.label != group.label for twin in twins):
            made[key] = replace(run, prompt_version=f"{run.prompt_version} ({label})")
        else:
            column = f"column {group.prompt + 1}" if group.prompt >= 0 else f"prompt {key[1][:8]}"
            made[key] = replace(run, prompt_version=f"{run.prompt_version or ''} ({column})".strip())
    return made


def short_label(label: str) -> str:
    """A prompt's label as a name. promptfoo labels a prompt by its own text: of that the first words and a digest."""
    plain = " ".join(label.split())
    if len(plain) <= _LONGEST_LABEL:
        return plain
    digest = hashlib.sha256(label.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{one_line(plain[:_WORDS].rsplit(' ', 1)[0], _WORDS)}… {digest}"


def declared(
    path: Path, about: About, group: PromptGroup, ident: str, *, alone: bool
) -> Iterator[DeclaredCount | DeclaredMean | Warn]:
    """What the tool itself says of a group: `prompts[].metrics`, and for a file of one run `results.stats`."""
    place = group.prompt if group.prompt >= 0 else _place(about.prompts, group)
    metrics = inner(about.prompts[place], "metrics") if 0 <= place < len(about.prompts) else {}
    where = f"{path.name}, prompts[{place}].metrics" if metrics else f"{path.name}, results.stats"
    names = ("testPassCount", "testFailCount", "testErrorCount")
    if not metrics and alone:
        metrics, names = about.stats, ("successes", "failures", "errors")
    passed, failed, errors = (_whole(metrics, name) for name in names)
    if passed is not None and failed is not None:
        yield DeclaredCount(ident, Counted.CASES, passed + failed + (errors or 0), where)
        yield DeclaredCount(ident, Counted.PASSED, passed, where)
        found = group.outcomes
        # Before 0.103 errors are among the failures, also where a newer version states 0 of them beside; a grader that
        # failed makes a failure of the tool, and an unknown of ours, which is said by itself.
        together = errors in (None, 0) and failed == found[CaseStatus.FAIL] + found[CaseStatus.ERROR]
        graders = errors == found[CaseStatus.ERROR] and failed == found[CaseStatus.FAIL] + found[CaseStatus.UNKNOWN]
        if not together and not graders:
            yield DeclaredCount(ident, Counted.FAILED, failed, where)
            if errors is not None:
                yield DeclaredCount(ident, Counted.ERRORS, errors, where)
    usage = inner(metrics, "tokenUsage")
    for what, name, stated in (
        ("cost", "cost", metrics.get("cost")),
        ("latency in ms", "latencyMs", metrics.get("totalLatencyMs")),
        ("input tokens", "prompt", usage.get("prompt")),
        ("output tokens", "completion", usage.get("completion")),
    ):
        summed = group.sums[name]
        agree = not is_number(stated) or not stated or math.isclose(stated, summed, rel_tol=1e-6)
        if not agree and metrics is not about.stats:  # those count the graders' tokens, too
            yield Warn(f"{where}: its {what} is {stated:,.6g} in all, and the rows add up to {summed:,.6g}.")
    counts, weights = inner(metrics, "namedScoresCount"), inner(metrics, "namedScoreWeights")
    for name, total in inner(metrics, "namedScores").items():
        over = weights.get(name, counts.get(name))
        if name not in group.pools or not is_number(total) or not is_number(over) or over <= 0:
            continue
        value, weight, rows = group.pools[name]
        rule, ours = "", None
        if over == weight:
            rule, ours = "the mean over all assertions, not over cases", value / weight
        elif over == rows:
            rule, ours = "what the rows add up to, divided by the rows", value / rows
        yield DeclaredMean(ident, name, total / over, where, rule=rule, rule_value=ours)


def _place(prompts: Sequence[Mapping[str, Any]], group: PromptGroup) -> int:
    """Where a group without an index stands among the prompts: by its label and provider; -1 where that is not one."""
    providers = (None, "", group.provider, group.provider_label)
    fitting = [
        n
        for n, prompt in enumerate(prompts)
        if group.label == (prompt.get("label") or prompt.get("display")) and prompt.get("provider") in providers
    ]
    return fitting[0] if len(fitting) == 1 else -1


def derived(path: Path, about: About) -> Iterator[Warn]:
    """Warns about derived metrics (named scores without a count): promptfoo computes them from sums, not as means."""
    names: set[str] = set()
    for prompt in about.prompts:
        metrics = inner(prompt, "metrics")
        names |= inner(metrics, "namedScores").keys() - inner(metrics, "namedScoresCount").keys()
    if names:
        listed = ", ".join(quoted(name) for name in sorted(names))
        yield Warn(f"{path.name}: derived metrics are sums over all cases, not scores, and were left out: {listed}.")


def _usage(row: Mapping[str, Any]) -> dict[str, Any]:
    return inner(inner(row, "response"), "tokenUsage")


def _whole(metrics: Mapping[str, Any], name: str) -> int | None:
    try:
        return fields.whole(metrics, name)
    except RecordError:
        return None

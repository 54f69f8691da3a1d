"""What would flip the verdict: the fewest changes that reach the next better one (scoring.md, "Verdicts").

A change is an item brought to 2, a gate cause fixed, an incident or action closed, an owner or date set, or a "not
applicable" confirmed; never a waiver. Independent causes are settled one by one; items, which depend on each other
through sections and the assessed share, by `fewest_items.Cover`. Of all smallest sets, the first by severity, then key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from readiness_tui.domain.checklists.assessment import Assurance, Standing
from readiness_tui.domain.checklists.model import Severity
from readiness_tui.domain.gate_result.model import Result
from readiness_tui.domain.text.secrets import mask
from readiness_tui.domain.verdict.acts import GATE_ACTS
from readiness_tui.domain.verdict.causes import item_key
from readiness_tui.domain.verdict.conditions import broken_condition_causes, condition, due_key, owner_key
from readiness_tui.domain.verdict.fewest_items import Cover, Fate, Level, LowItem
from readiness_tui.domain.verdict.gap import FoundGap
from readiness_tui.domain.verdict.model import Cause, Facts, Flip, Part, Verdict
from readiness_tui.domain.verdict.ruling import Ruling, rule


@dataclass(frozen=True, slots=True)
class WayToGo:
    """The fewest changes, the verdict they reach (None: no better one is reachable), and the conditions left then."""

    flips: tuple[Flip, ...]
    to: Verdict | None
    remaining: int


def flips(
    facts: Facts,
    standings: Mapping[str, Standing],
    found: Sequence[FoundGap],
    gap_keys: Mapping[str, str],
    ruling: Ruling,
    as_of: date,
) -> WayToGo:
    """The fewest changes from `ruling`, which must be `rule` of the same arguments. Empty if it is GO."""
    nothing = WayToGo((), None, len(ruling.conditions))
    if ruling.verdict is Verdict.GO:
        return nothing
    search = _Search(facts, standings, found, gap_keys, ruling, as_of)
    chosen = search.smallest()
    if chosen is None:
        return nothing
    after = rule(
        facts,
        search.standings_after(chosen),
        found,
        gap_keys,
        as_of,
        lifted={flip.key for flip in chosen},
    )
    return WayToGo(chosen, after.verdict, len(after.conditions))


@dataclass(frozen=True, slots=True)
class _Option:
    """Changes that belong together, and what they settle: the fate of line `at`, or the level of section `at`."""

    flips: tuple[Flip, ...]
    fate: Fate | None = None  # None: the first level of a section, or of the assessed share (the last index)
    at: int = 0

    @property
    def order(self) -> tuple[tuple[int, str], ...]:
        return tuple((flip.severity.rank, flip.key) for flip in self.flips)


class _Search:
    def __init__(
        self,
        facts: Facts,
        standings: Mapping[str, Standing],
        found: Sequence[FoundGap],
        gap_keys: Mapping[str, str],
        ruling: Ruling,
        as_of: date,
    ) -> None:
        self.facts, self.standings, self.gap_keys, self.as_of = facts, standings, gap_keys, as_of
        self.found = {gap.key: gap for gap in found}
        self.causes = {cause.key: cause for cause in ruling.causes}
        self.sections = ruling.sections
        self.to_go = ruling.verdict is Verdict.CONDITIONS

    def smallest(self) -> tuple[Flip, ...] | None:
        """The changes, most severe first; None if no listed changes can reach a better verdict."""
        tied = self._item_changes()
        if tied is None:
            return None
        return tuple(sorted([*self._independent_changes(), *tied], key=lambda flip: (flip.severity.rank, flip.key)))

    def standings_after(self, chosen: Sequence[Flip]) -> dict[str, Standing]:
        """The standings after the chosen items are met or confirmed as not applicable."""
        keys = {flip.key for flip in chosen}
        after = dict(self.standings)
        for item_id, standing in self.standings.items():
            if item_key(standing) in keys:
                after[item_id] = replace(
                    standing, points=2, vote=2, assurance=Assurance.EVIDENCED, conflict=False, na_awaiting=False,
                    waived=False,
                )  # fmt: skip
            elif _confirm_key(standing) in keys:
                after[item_id] = replace(standing, applicable=False, na_awaiting=False, waived=False)
        return after

    # --- independent causes: gate, incidents, evidence

    def _independent_changes(self) -> list[Flip]:
        chosen: list[Flip] = []
        for cause in self.causes.values():
            standing = self.standings.get(cause.item_id)
            if cause.key.startswith("condition/") or cause.key == "assessed" or cause.key.startswith("section/"):
                continue
            if standing is not None and standing.in_sum:
                continue
            lift = _Option((self._settle_cause(cause),))
            if cause.verdict is Verdict.NO_GO or self.to_go:
                chosen += lift.flips
                continue
            fixes = self._condition_fixes(cause)
            if fixes:
                options = (lift, _Option(fixes))
                chosen += min(options, key=lambda option: (len(option.flips), option.order)).flips
        return chosen

    # --- items: they depend on each other through their section and the assessed share

    def _item_changes(self) -> list[Flip] | None:
        """The first smallest set by severity, then key: each option, in that order, is taken if some smallest set
        contains it together with everything taken so far and nothing rejected so far."""
        lines, options = self._lines()
        levels, more = self._levels()
        options += more
        cover = Cover(
            lines=tuple(lines),
            points=tuple(
                sum(standing.item.weight * standing.counts for standing in section.standings if standing.in_sum)
                for section in self.sections
            ),
            weights=tuple(
                sum(standing.item.weight for standing in section.standings if standing.in_sum)
                for section in self.sections
            ),
            decided=sum(
                standing.item.weight
                for section in self.sections
                for standing in section.standings
                if standing.in_sum and standing.decided
            ),
        )
        fates: list[Fate | None] = [None] * len(lines)
        fewest = cover.fewest(fates, levels[:-1], levels[-1])
        if fewest is None:
            return None

        chosen: list[Flip] = []
        passed: set[LowItem] = set()
        for option in sorted(options, key=lambda option: option.order):
            if len(chosen) == fewest:
                break
            if option.fate is None:
                whole = levels[option.at]
                levels[option.at] = whole[:1]
                taken = cover.fewest(fates, levels[:-1], levels[-1]) == fewest
                if not taken:
                    levels[option.at] = whole[1:]
            elif fates[option.at] is not None:
                continue
            elif option.fate is Fate.RAISE and lines[option.at].must:
                taken = True
            else:
                # If one of two items with the same effect on the sums is useless, so is the other.
                line, plain = lines[option.at], option.fate is Fate.RAISE
                fates[option.at] = option.fate
                useless = plain and line in passed
                taken = not useless and cover.fewest(fates, levels[:-1], levels[-1]) == fewest
                if not taken and plain:
                    fates[option.at] = Fate.KEEP
                    passed.add(line)
                elif not taken:
                    fates[option.at] = None
            if taken:
                chosen += option.flips
        return chosen

    def _lines(self) -> tuple[list[LowItem], list[_Option]]:
        lines: list[LowItem] = []
        options: list[_Option] = []
        for index, section in enumerate(self.sections):
            for standing in section.standings:
                if not standing.in_sum or standing.counts == 2:
                    continue
                cause = self.causes.get(item_key(standing))
                must = cause is not None and (self.to_go or cause.verdict is Verdict.NO_GO)
                fixes = self._condition_fixes(cause) if cause is not None and not must else ()
                at = len(lines)
                lines.append(
                    LowItem(index, standing.item.weight, standing.counts, standing.decided, must=must, fixes=len(fixes))
                )
                options.append(_Option((self._raise_to_met(standing, cause),), Fate.RAISE, at))
                if standing.na_awaiting:
                    options.append(_Option((self._confirm(standing),), Fate.CONFIRM, at))
                if fixes:
                    options.append(_Option(fixes, Fate.KEEP, at))
        return lines, options

    def _levels(self) -> tuple[list[tuple[Level, ...]], list[_Option]]:
        """The acceptable levels of each section, last of the assessed share; and the options that allow the lower one."""
        policy = self.facts.policy
        stops = [(f"section/{s.checklist.id}", s.checklist.title, policy.section_floor, policy.section_go)
                 for s in self.sections]  # fmt: skip
        stops.append(("assessed", "the assessed share", policy.assessed_floor, policy.assessed_go))
        levels: list[tuple[Level, ...]] = []
        options: list[_Option] = []
        for at, (key, title, floor, go) in enumerate(stops):
            if self.to_go:
                levels.append((Level(go),))
                continue
            text = f"{title} below {go}%"
            fixes = self._condition_fixes(Cause(key, Part.CHECKLISTS, Verdict.CONDITIONS, text, Severity.MAJOR))
            levels.append((Level(floor, len(fixes)), Level(go)) if fixes else (Level(floor),))
            if fixes:
                options.append(_Option(fixes, None, at))
        return levels, options

    # --- the changes, worded

    def _condition_fixes(self, cause: Cause) -> tuple[Flip, ...]:
        """What the cause's condition lacks, as changes, in the order of their keys."""
        promise = condition(cause, self.facts, self.found, self.as_of)
        words = {owner_key(cause.key): "name an owner", due_key(cause.key): "set a new date"}
        changes = [
            Flip(
                key=problem.key,
                text=f"{words[problem.key]}: {cause.text}",
                severity=problem.severity,
                cause=problem.text,
                item_id=cause.item_id,
                owner=promise.owner,
                due=promise.due,
            )
            for problem in broken_condition_causes(cause, promise, self.as_of)
        ]
        return tuple(sorted(changes, key=lambda flip: flip.key))

    def _raise_to_met(self, standing: Standing, cause: Cause | None) -> Flip:
        section = self.causes.get(f"section/{standing.checklist_id}")
        lifted = cause or section or self.causes.get("assessed")
        return self._flip(
            item_key(standing),
            f"bring {standing.item.id} to met: {standing.item.title}",
            standing.item.severity,
            lifted,
            standing,
        )

    def _confirm(self, standing: Standing) -> Flip:
        text = f"have a second person confirm that {standing.item.id} {standing.item.title} is not applicable"
        cause = self.causes.get(item_key(standing))
        return self._flip(_confirm_key(standing), text, standing.item.severity, cause, standing)

    def _settle_cause(self, cause: Cause) -> Flip:
        if cause.key == "evidence":
            text = cause.act
        elif cause.part is Part.GATE:
            text = GATE_ACTS.get(cause.key) or self._found(cause) or self._pass(cause.key.removeprefix("gate/"))
        elif cause.key.endswith("/eval-case"):
            text = f"add an eval case: {cause.text}"
        elif cause.gap_key:
            text = f"close the action: {cause.text}"
        else:
            text = f"close the incident INC-{cause.key.removeprefix('incident/')}: {cause.act}"
        return self._flip(cause.key, text, cause.severity, cause)

    def _found(self, cause: Cause) -> str:
        """The act that a finding beside the gate's rows names."""
        names = {f"gate/{found.name}" for found in self.facts.gate.findings}
        return f"settle this: {cause.text}" if cause.key in names else ""

    def _pass(self, rule_key: str) -> str:
        """What a rule needs: a better figure, or only a measurement on what was locked."""
        name = mask(rule_key).replace("_", " ")
        results = [row.result for row in self.facts.gate.rows if row.rule.key == rule_key]
        if results == [Result.CHANGED]:
            return f"lock again, and measure {name} on what is locked"
        return f"make {name} pass"

    def _flip(
        self, key: str, text: str, severity: Severity, cause: Cause | None, standing: Standing | None = None
    ) -> Flip:
        gap_key = self.gap_keys[standing.item.id] if standing else cause.gap_key if cause else ""
        gap = (self.facts.gaps or {}).get(gap_key)
        row = gap if gap is not None and gap.state.live else (self.facts.conditions or {}).get(key)
        return Flip(
            key=key,
            text=text,
            severity=severity,
            cause=cause.text if cause else "",
            item_id=standing.item.id if standing else "",
            owner=row.owner if row else "",
            due=row.due if row else None,
        )


def _confirm_key(standing: Standing) -> str:
    return f"confirm/{item_key(standing)}"

"""Write docs/proofs.md from the probes and the checklists: `python docs/make_proofs.py`. A test holds it to be current."""

from __future__ import annotations

import textwrap
from pathlib import Path

from readiness_tui.domain.checklists.declared import EXPECTED_CONSTANT, SETTINGS, VARYING
from readiness_tui.domain.checklists.model import ProbeKind, ProbeSpec
from readiness_tui.domain.explanation.proofs import definition
from readiness_tui.domain.probes.registry import PROBES
from readiness_tui.sources.settings.checklist import shipped_checklists

TARGET = Path(__file__).with_name("proofs.md")

HEAD = """\
# Proofs

Written by `docs/make_proofs.py` from the probes in `src/readiness_tui/domain/probes/` and the checklists.

An item with a probe is answered from what was imported: a **share** of records and a **fact** propose points, a
**support** makes a claim evidenced and proposes none, a **refutation** can only lower. Nothing is a vote until somebody
accepts it.

**Presence is no proof.** A probe proposes 2 only where it could have said otherwise on this data:

- A placeholder (empty, `TBD`, `null`, `n/a`, `unknown`, `{{X}}`, `${X}`, `%s`, `<unknown>`) is no value, and a name that
  moves (`latest`, `main`, `prod`, a model without a date where its provider sells dated ones) is no version.
- A record of which the log does not say enough counts against the share, and how many those are stands in brackets:
  "611 of 690 tool calls carry both (6 unknown)".
- A run that ended in an error, is partial, is empty, or is dated after the review proves nothing, nor does a figure
  behind which no case stands.
- Requests dated after the review, and requests that by the log's own word no user sent (`environment: evaluation`,
  `synthetic: true`, a tag such as `load_test`), are left out. Refutations look at them too.
- A request that was copied, or answered out of a cache again and again, is one observation. A copy that lacks something
  still counts as lacking it.
- Where values must differ, one and the same value in thirty records or more gives no points.

Where one value is as it should be, a team declares it, with the reason, as `expected_constant` among the review's
settings (`+` on the screen *Checklists*):"""


def told(spec: ProbeSpec) -> str:
    """The kind, and what the item asks of it."""
    parts = [str(spec.kind)]
    if spec.kind is ProbeKind.SHARE:
        parts.append(f"at least {spec.required * 100:g} %")
    parts += [f"declare `{name}`" for name in spec.declares]
    return ", ".join(parts)


def wrapped(text: str) -> str:
    return textwrap.fill(" ".join(text.split()), 118, break_on_hyphens=False, break_long_words=False)


def document() -> str:
    """The whole of docs/proofs.md."""
    _, example, _ = SETTINGS[EXPECTED_CONSTANT]
    names = ", ".join(f"`{name}`" for name in VARYING)
    parts = [HEAD, f"\n`{example}`.\n", wrapped(f"Its names are {names}."), "\n"]
    for checklist in shipped_checklists().values():
        parts.append(f"\n## {checklist.title}\n")
        for item in checklist.items:
            if item.probe is None:
                continue
            parts.append(f"\n**{item.id} {item.title}**: `{item.probe.query}` ({told(item.probe)})\n\n")
            parts.append("\n\n".join(map(wrapped, definition(PROBES[item.probe.query]).split("\n\n"))) + "\n")
    return "".join(parts)


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")

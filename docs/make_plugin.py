"""Write docs/plugin.md from the example that the tests install: `python docs/make_plugin.py`. A test holds it to be current."""

from __future__ import annotations

from pathlib import Path

TARGET = Path(__file__).with_name("plugin.md")
EXAMPLE = Path(__file__).with_name("plugin_example")

HEAD = """\
# A format of your own: a plugin

For CSV, JSON or JSON lines, a [mapping file](mapping.md) is enough. Any other format can be added by a small Python
package that registers a *source* in the entry point group `readiness_tui.sources`. Once installed in the environment of
`readiness`, it is recognised, explained (`readiness import --explain`) and listed (`readiness sources`) like the
built-in formats.

A source is an object, or a class without arguments that makes one, with

- `name` and `title`: what `--format` takes, and what a person reads;
- `recognise(path, head)`: a `Recognised` with a reason and a certainty from 1 to 100, or None. Decide by content; if two
  sources are equally certain, the program asks;
- `read(path)`: the records, one by one, so that a large file is never in memory as a whole;
- optionally, `brings` and `lacks`: what the format has and what it lacks, in a few words each.

What `read` yields (`readiness_tui.sources.base`): `RunStart`, then a `CaseRecord` for each case of that run;
`TraceRecord` for recorded requests; `EvalSetRecord` for golden cases; `Reject` for a line that cannot be used, `Warn`
for what a person should know, and now and then `Progress`. If a whole file cannot be used, raise `ReadinessError`, in
full sentences. Values are those of `readiness_tui.domain.evaluation`, in milliseconds, US dollars, tokens and UTC;
`None` means "not recorded", never 0.

A plugin whose name is taken, or that does not load, is left out; the message about an unrecognised file mentions it.
"""


def document() -> str:
    """The whole of docs/plugin.md."""
    parts = [HEAD, "\n## A complete package\n"]
    for name, language in (("pyproject.toml", "toml"), ("readiness_acme.py", "python"), ("sample.jsonl", "text")):
        about = "A file for it, with a truncated last line:" if language == "text" else f"`{name}`:"
        parts.append(f"\n{about}\n\n```{language}\n{(EXAMPLE / name).read_text(encoding='utf-8')}```\n")
    parts.append("\n```sh\npip install .\nreadiness import sample.jsonl\n```\n")
    return "".join(parts)


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")

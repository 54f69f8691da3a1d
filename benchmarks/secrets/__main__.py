"""`python -m benchmarks.secrets`: what share of labelled credentials is masked, by kind, and how much harmless text is.

Eight lists that share no line: `development`, which the rules were written with, `held_out`, lines as another scanner
describes them, `strangers`, formats from vendors' documents in places drawn at random, `scanners`, from the rule lists of gitleaks and
TruffleHog, `detectors`, drawn by chance from those of five others, `union`, by chance from all of theirs, `logged`, of such rules
in what agents log, and `sampled`, by chance from six of them again. The held-out half was first run on
rules that had never met it: 518 of 550 were masked (94.2 %), and 10 of 595 harmless texts were taken for one (1.7 %). What was
missed then (a login in .netrc, `-u … -p …`, `-Password`, Amazon's MWS tokens, the Spanish word for password with its ñ) was
mended as kinds, so that its figure of today is no longer one of texts unseen.

The strangers came after that, in a list of 222 kinds: 843 of 904 were masked (93.3 %), and 2 of 353 harmless texts taken for one
(0.6 %). `passwd=`, a value in a field beside its name, subscripts, short sentences and four vendors were mended as kinds, too.
What is kept here is shorter and leans on what was missed: of it the rules of that day masked 637 of 745 (85.5 %).

The scanners came third, whole as it is kept: of its first draw 890 of 945 were masked (94.2 %), and of the 329 harmless texts written
with it none was changed. Ten vendors' formats fell, five of a login's names (counted as credentials then; its password was masked),
what stands beside a variable that is read (`env.SECRET || "…"`), a login given to a library, a tag of YAML, `-passin pass:…`, and
any password that begins like a rule of validation (`gt…`, `min…`). They were mended as kinds, with two dozen more formats that the
scanners list.

The detectors came fourth: 104 kinds, of which a draw chose the vendor, the rule, and the places. 485 of 520 were masked (93.3 %), and none
of 306 harmless texts was changed. Of the 35 missed, seven were labels that asked for too much: in five the name before a password
(which was masked), in one a vendor's name that stood beside its key as well, in one a prefix in a case that its vendor does not
write. The others were formats of nine vendors (in small letters, or short), PKCS #12 in base64, tokens of two or three parts that begin
like JSON and are none, and two ways to write what is beside its name: in a call (`put("X-Api-Key", "…")`), and behind the address
that it opens. They were mended as kinds, with some twenty formats more of the same lists: 512 of the same 520 are masked now. What
is kept here has the labels put right, as shapes; of it the rules of that day masked 495 of 520 (95.2 %).

The union came fifth, whole as it is kept: 188 kinds, 26 of them names alone, written by somebody who did not know the rules, and measured
once. 883 of 940 were masked (93.9 %), and 10 of 439 harmless texts changed (2.3 %): the name of a file in a bucket, of a secret in
Amazon's and in Google's store, three of each, and the example key of Amazon's documents, which stays masked and is not in the list any more.
No label of a credential was wrong. What fell: a key instead of a name in `curl -u`, values longer than the rules look, in brackets, or
behind "the key you asked for is" and "Incorrect API key provided:", short bearers, headers in f-strings, a default in a block of
Terraform with other lines before it, fish's `set -x`, names that end in `key_pass` or in a vendor's name behind "password". They were
mended as kinds.

The logged came sixth, whole as it is kept: 218 kinds, also by somebody who did not know the rules, measured once. 1,049 of 1,090 were
masked (96.2 %), and 4 of 315 harmless texts changed (1.3 %), all of them publishable keys beside a name with "key". Of the 41
missed, 14 labels asked for too much (`benchmarks.secrets.logged` says how; here they are put right); the others stood below their name in
CSV or a table of Markdown, behind escaped quotes in a sentence, behind `??`, in the path to a bot, in `bundle config`, or were passwords
named `…_pass`. They were mended as kinds: tables of any delimiter, what code falls back on in a dozen languages, values that a
call only wraps, and what vendors publish by its beginning and by its name.

The sampled list came last, when these were mended, whole as it is kept, and again by somebody who did not know the rules: 226 kinds, 47 of them told by a word
alone. Measured once, 1,102 of 1,130 were masked (97.5 %), and 3 of 449 harmless texts changed (0.7 %: the public id of an application at
Square). No label of what fell was wrong. It leans on a few places: 28 missed are a password two lines behind the sentence that says so (5),
in an address's path at ThingsBoard (5), behind "the password for the user … is" (3), a key of two ids at GC Notify (2), an id and a
secret behind "auth" (2), and one sentence, "I rotated the … token yesterday, the new one is" (11). The rules had met most of the
formats by then: the fixed part of 94 of the 127 that their shape tells stands in the lists above, too, but only 14 of the 47 vendors that a word tells.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from benchmarks.secrets import (
    bystanders,
    detectors,
    development,
    harmless,
    held_out,
    logged,
    lookalikes,
    onlookers,
    passersby,
    sampled,
    scanners,
    strangers,
    union,
)
from benchmarks.secrets.measure import Shown, measure
from readiness_tui.cli.common import as_json, say, say_json

HALVES = {
    "development": development.samples,
    "held out": held_out.samples,
    "strangers": strangers.samples,
    "scanners": scanners.samples,
    "detectors": detectors.samples,
    "union": union.samples,
    "logged": logged.samples,
    "sampled": sampled.samples,
}

PLAIN = (harmless, lookalikes, bystanders, passersby, onlookers)


@click.command()
@click.option("--each", default=5, show_default=True, type=click.IntRange(1, 1000), help="Samples of each kind.")
@as_json
def main(each: int, as_json: bool) -> None:
    """How much of labelled credentials is masked, and how much harmless text; beside detect-secrets, where installed."""
    plain = [*(text for texts in PLAIN for text in texts.samples(each)), *logged.harmless(each)]
    found = {name: measure(samples(each), plain) for name, samples in HALVES.items()}
    peers = {name: measure(samples(each), plain, hide) for name, samples in HALVES.items()} if (hide := _peer()) else {}
    if as_json:
        say_json({"schema": 1, "halves": _objects(found), "detect-secrets": _objects(peers)})
        return
    for name, one in found.items():
        say(_line(name, one))
        for kind, count in sorted(one.missed.items()):
            say(f"    {kind}: {count} of {each} not masked")
    for name, one in peers.items():
        say(_line(f"detect-secrets, {name}", one))
    for text in next(iter(found.values())).alarms:
        say(f"    taken for a credential: {text}")


def _line(name: str, one: Shown) -> str:
    return (
        f"{name}: {one.kinds} kinds, {one.found} of {one.tried} masked ({one.found / one.tried:.1%});"
        f" {len(one.alarms)} false alarms in {one.harmless} harmless texts ({len(one.alarms) / one.harmless:.1%})"
    )


def _objects(found: dict[str, Shown]) -> dict[str, dict[str, object]]:
    return {
        name: {
            "kinds": one.kinds,
            "tried": one.tried,
            "masked": one.found,
            "missed": dict(one.missed),
            "harmless": one.harmless,
            "false_alarms": len(one.alarms),
        }
        for name, one in found.items()
    }


def _peer() -> Callable[[str], str] | None:
    """What detect-secrets finds in a file of its own with its default settings; None where it is not installed."""
    if find_spec("detect_secrets") is None:
        return None
    from detect_secrets.core.secrets_collection import SecretsCollection
    from detect_secrets.settings import default_settings

    def hide(text: str) -> str:
        with TemporaryDirectory() as folder, default_settings():
            file = Path(folder) / "said.txt"
            file.write_text(text, encoding="utf-8")
            found = SecretsCollection()
            found.scan_file(str(file))
            for _, hit in found:
                text = text.replace(hit.secret_value or "\0", "[masked]")
        return text

    return hide


if __name__ == "__main__":
    main()

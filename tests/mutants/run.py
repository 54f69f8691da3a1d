"""Hold the tests against small faults: each is put into a copy of the source, and the tests of its room run.

    python tests/mutants/run.py              all of them, two at a time
    python tests/mutants/run.py -k waiver    those whose name holds "waiver"

A fault that the tests notice is caught, one that they do not notice survives. Ends with 0 where at least 90 % are
caught and none is stale: a text that is no longer found, or found twice, tests nothing. The faults are listed by floor
in domain.toml, store.toml, sources.toml, services.toml and web.toml. Where code moves on, its mutant follows it or gives way to
another; one that survives asks for a test first.
"""

from __future__ import annotations

import argparse
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
LISTS = Path(__file__).parent
PACKAGE = Path("src", "readiness_tui")
LEAST = 90  # per cent
AT_ONCE = 2
LONGEST = 300  # seconds of one room's tests; no fault of the list makes them run for ever


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault: `old` stands exactly once in `file` (below src/readiness_tui) and becomes `new`. `tests`: its room's."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    why: str


class Fate(StrEnum):
    CAUGHT = "caught"
    SURVIVED = "survived"
    STALE = "stale"
    BROKEN = "broken"  # the tests did not get as far as a failing test: that says nothing about them


def read_list(folder: Path = LISTS) -> list[Mutant]:
    """The mutants of every list in the folder."""
    return [
        Mutant(**one, tests=tuple(room["tests"]))
        for path in sorted(folder.glob("*.toml"))
        for room in tomllib.loads(path.read_text(encoding="utf-8"))["room"]
        for one in room["mutant"]
    ]


def problem(mutant: Mutant, package: Path = ROOT / PACKAGE) -> str:
    """Why a mutant tests nothing; "" where it applies."""
    path = package / mutant.file
    if not path.is_file():
        return f"there is no {mutant.file}"
    found = path.read_text(encoding="utf-8").count(mutant.old)
    if found != 1:
        return f"its text stands {found} times in {mutant.file}, and exactly once is needed"
    if mutant.old == mutant.new:
        return "it changes nothing"
    missing = [name for name in mutant.tests if not (ROOT / name).exists()]
    return f"there are no tests {', '.join(missing)}" if missing or not mutant.tests else ""


class Copy:
    """A copy of the source in which one fault at a time is made, and taken back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # With the compiled modules, whose dates the copy keeps: only the mutated one is compiled anew.
        shutil.copytree(ROOT / "src", folder / "src")
        for name in ("checklists", "sample_data", "pyproject.toml"):  # a checkout is known by its project file
            (folder / name).symlink_to(ROOT / name)

    def run(self, mutant: Mutant) -> tuple[Fate, str]:
        """What becomes of the mutant, and the failing test that caught it, or why it says nothing."""
        path = self.folder / PACKAGE / mutant.file
        source = path.read_text(encoding="utf-8")
        # A change of the same length within one second looks unchanged to Python, so the compiled module goes.
        for compiled in path.parent.glob(f"__pycache__/{path.stem}.*.pyc"):
            compiled.unlink()
        path.write_text(source.replace(mutant.old, mutant.new), encoding="utf-8")
        try:
            return self.tests(mutant.tests)
        finally:
            path.write_text(source, encoding="utf-8")

    def tests(self, names: Sequence[str]) -> tuple[Fate, str]:
        """Whether these tests pass on the copy, up to the first that fails."""
        env = os.environ | {
            "PYTHONPATH": str(self.folder / "src"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "HYPOTHESIS_STORAGE_DIRECTORY": str(self.folder / "hypothesis"),
        }
        command = [sys.executable, "-m", "pytest", *names, "-x", "-q", "--tb=no", "--no-header"]
        command += ["-p", "no:cacheprovider", "-p", "no:xdist", "--hypothesis-seed=0"]
        command += ["--basetemp", str(self.folder / "tmp")]
        try:
            done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=LONGEST)
        except subprocess.TimeoutExpired:
            return Fate.BROKEN, f"the tests took longer than {LONGEST} s"
        lines = done.stdout.strip().splitlines()
        if done.returncode == 1:
            failed = next((line for line in lines if line.startswith(("FAILED", "ERROR"))), "")
            return Fate.CAUGHT, failed.partition(" ")[2].partition(" - ")[0]
        if done.returncode == 0:
            return Fate.SURVIVED, ""
        return Fate.BROKEN, f"pytest ended with {done.returncode}: {' '.join(lines[-1:]) or done.stderr.strip()[-200:]}"


def sound(copy: Copy, mutants: Sequence[Mutant]) -> list[str]:
    """What makes every answer worthless: tests that fail without any fault, or that do not read the copy."""
    seen = subprocess.run(
        [sys.executable, "-c", "import readiness_tui; print(readiness_tui.__file__)"],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(copy.folder / "src")}, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    if not seen.startswith(str(copy.folder)):
        return [f"the tests would read {seen.strip()}, which is not the copy that is changed"]
    found = []
    for names in dict.fromkeys(mutant.tests for mutant in mutants):
        fate, said = copy.tests(names)
        if fate is not Fate.SURVIVED:
            found.append(f"{' '.join(names)} does not pass without a fault: {said}")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-k", default="", metavar="NAME", help="only the mutants whose name holds NAME")
    parser.add_argument("--unchecked", action="store_true", help="do not run each room's tests without a fault first")
    asked = parser.parse_args(arguments)
    mutants = [mutant for mutant in read_list() if asked.k in mutant.name]
    if not mutants:
        print(f"No mutant's name holds “{asked.k}”. They are listed in the .toml files beside this one.")
        return 2
    counts = dict.fromkeys(Fate, 0)

    def tell(mutant: Mutant, fate: Fate, said: str) -> None:
        counts[fate] += 1
        print(f"{fate:9} {mutant.name}{f'  ({said})' if said else ''}", flush=True)

    ready = []
    for mutant in mutants:
        if said := problem(mutant):
            tell(mutant, Fate.STALE, said)
        else:
            ready.append(mutant)
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copies: queue.Queue[Copy] = queue.Queue()
        for number in range(AT_ONCE):
            copies.put(Copy(Path(folder, str(number))))

        def run(mutant: Mutant) -> tuple[Fate, str]:
            copy = copies.get()
            try:
                return copy.run(mutant)
            finally:
                copies.put(copy)

        if not asked.unchecked:
            one = copies.get()
            if broken := sound(one, ready):
                print("\n".join(broken))
                return 2
            copies.put(one)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for mutant, (fate, said) in zip(ready, pool.map(run, ready), strict=True):
                tell(mutant, fate, said)

    share = 100 * counts[Fate.CAUGHT] / len(mutants)
    print(f"\n{', '.join(f'{count} {fate}' for fate, count in counts.items() if count)}: {share:.1f} % of "
          f"{len(mutants)} caught, {LEAST} % are needed")  # fmt: skip
    return 0 if share >= LEAST and not counts[Fate.STALE] and not counts[Fate.BROKEN] else 1


if __name__ == "__main__":
    sys.exit(main())

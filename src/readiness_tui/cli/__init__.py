"""The command line: parse, call one service, print."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Entry point of `readiness` and `readiness-tui`. Exit codes: see `codes`."""
    if sys.argv[1:] == ["--version"]:
        # Asked by scripts and CI on every run, so it loads nothing.
        from readiness_tui import __version__

        print(f"readiness {__version__}")
        return
    try:
        from readiness_tui.cli.root import run
    except KeyboardInterrupt:  # Ctrl-C while the modules are read
        sys.exit(130)
    except ImportError as error:
        print(f"readiness: it is not installed whole: {error}. Install it again.", file=sys.stderr)
        sys.exit(70)
    status = run()
    gc.freeze()  # else Python, about to end, looks through all that was ever made for what refers to itself
    sys.exit(status)

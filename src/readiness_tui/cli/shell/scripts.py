"""The completion scripts of the shells, and how each shell asks for words: click's own, mended where a name has spaces.

A system is called "Support bot", and a name may hold whatever somebody typed: so bash gets each word quoted by bash itself,
never expanded, and fish gets a word whole that has a comma. What is no word on one line is not offered at all.
"""

from __future__ import annotations

import os
from typing import Any

from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
    split_arg_string,
)

VARIABLE = "_READINESS_COMPLETE"

#: bash cuts words at `:` and `=` as well, so the whole line is handed over, and of a word only what comes after the last cut is
#: put in. Works without `compopt` and `nosort` too, which the bash of macOS lacks.
_BASH = """\
%(complete_func)s() {
    local line type value cut word=${COMP_LINE:0:COMP_POINT} current=${COMP_WORDS[COMP_CWORD]}
    COMPREPLY=()
    while IFS= read -r line; do
        type=${line%%%%,*} value=${line#*,}
        case $type in
        dir) compopt -o dirnames 2>/dev/null ;;
        file) compopt -o default 2>/dev/null ;;
        plain)
            case $current in
            \\"*) case $value in *[\\"\\$\\`\\\\\\!]*) continue ;; esac ;;
            \\'*) case $value in *\\'*) continue ;; esac ;;
            *) printf -v value %%q "$value" ;;
            esac
            COMPREPLY+=("$value") ;;
        cut)
            case $current in \\"* | \\'*) continue ;; esac
            printf -v value %%q "$value"
            for cut in "${!COMPREPLY[@]}"; do COMPREPLY[cut]=${COMPREPLY[cut]#"$value"}; done ;;
        esac
    done < <(READINESS_LINE=$word %(complete_var)s=bash_complete "$1" 2>/dev/null)
}
complete -o nosort -F %(complete_func)s readiness readiness-tui 2>/dev/null ||
    complete -F %(complete_func)s readiness readiness-tui
"""

_FISH = """\
function %(complete_func)s
    for line in (env %(complete_var)s=fish_complete COMP_WORDS=(commandline -cp) COMP_CWORD=(commandline -t) readiness 2>/dev/null)
        set -l found (string split -m 1 , -- $line)
        switch $found[1]
            case dir
                __fish_complete_directories (commandline -t)
            case file
                __fish_complete_path (commandline -t)
            case plain
                echo $found[2]
        end
    end
end
complete --no-files --command readiness --arguments "(%(complete_func)s)"
complete --no-files --command readiness-tui --arguments "(%(complete_func)s)"
"""


class _OneLine(ShellComplete):
    """Offers only words that stand on one line and hold no control characters."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[str]]:
        return [item for item in super().get_completions(args, incomplete) if item.value.isprintable()]


@add_completion_class
class Bash(_OneLine, BashComplete):
    source_template = _BASH

    def source(self) -> str:
        return self.source_template % self.source_vars()

    def get_completion_args(self) -> tuple[list[str], str]:
        line = os.environ.get("READINESS_LINE")
        if line is None:
            return super().get_completion_args()
        *words, last = split_arg_string(f"{line}|")  # one more character shows where the last word ends
        return words[1:], last[:-1]

    def complete(self) -> str:
        args, incomplete = self.get_completion_args()
        found = [self.format_completion(item) for item in self.get_completions(args, incomplete)]
        option, _, value = incomplete.partition("=")
        if option.startswith("-"):
            incomplete = value
        elif "=" in incomplete:
            incomplete = incomplete[: incomplete.rindex("=") + 1]
        kept = incomplete[: incomplete.rfind(":") + 1]
        return "\n".join([*found, *([f"cut,{kept}"] if kept else [])])


@add_completion_class
class Fish(_OneLine, FishComplete):
    source_template = _FISH


@add_completion_class
class Zsh(_OneLine, ZshComplete):
    pass


SHELLS: dict[str, type[ShellComplete]] = {"bash": Bash, "zsh": Zsh, "fish": Fish}


def script(shell: str) -> str:
    """The text that a shell reads to complete `readiness`; its name is a key of SHELLS."""
    cli: Any = None  # a script knows no commands: it asks the program at each key press
    text = SHELLS[shell](cli, {}, "readiness", VARIABLE).source()
    if shell == "zsh":
        text = f"(( $+functions[compdef] )) || {{ autoload -Uz compinit && compinit; }}\n{text}"
        text = text.replace("#compdef readiness\n", "").replace(
            "    compdef _readiness_completion readiness\n",
            "    compdef _readiness_completion readiness readiness-tui\n",
        )
    return text

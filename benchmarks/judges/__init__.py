"""How often a judged metric "surely" meets its threshold though in truth it does not: simulated, with the program's own bound."""

from benchmarks.judges.simulate import CELLS, LIMIT, LOOKS, REPEATS, Cell, Look, example, false_holds

__all__ = ["CELLS", "LIMIT", "LOOKS", "REPEATS", "Cell", "Look", "example", "false_holds"]

"""Every table of a new file is in one list: what is in none is somebody's own, and nothing in it is looked at."""

from readiness_tui.store.chain import shape, tables


def test_every_table_is_vouched_for_or_says_why_not() -> None:
    ours = {name for name, (kind, _, _) in shape._own().items() if kind == "table"}
    ours = {name for name in ours if not name.startswith("sqlite_")}
    lists = (tables.AUDITED, tables.CONTENTS, tables.ALONE, tables._TRAIL)
    assert ours == set().union(*lists)
    assert len(ours) == sum(map(len, lists))

"""Asking which of several people an initial means, over the form in which it was typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from textual.screen import Screen
from textual.widgets import Input

from readiness_tui.domain.checklists.people import meant
from readiness_tui.services.review import people
from readiness_tui.tui.dialogs.form import FormDialog, Submit, Values
from readiness_tui.tui.dialogs.pick import PickDialog
from readiness_tui.tui.host import host
from readiness_tui.tui.text import line


def asking_whom(
    over: Screen[Any],
    submit: Submit,
    field: str = "owner",
    *,
    name_in: Callable[[str], str] = str,
    with_name: Callable[[str, str], str] = lambda typed, name: name,
) -> Submit:
    """`submit`, which asks first where the initial typed in `field` is that of several: the choice goes into the field,
    and the form is submitted. `name_in`, `with_name`: where the name is only a part of what the field holds."""
    app = host(over)

    async def submit_named(values: Values) -> str | None:
        typed = name_in(values.get(field, ""))
        assert app.desk is not None
        circles = await app.serve(people.circles, app.desk) if typed else ()
        candidates = meant(typed, *circles)
        if len(candidates) < 2:
            return await submit(values)
        form = cast(FormDialog, over.app.screen)

        async def chosen(name: str | None) -> None:
            if name is not None:
                box = form.query_one(f"#field-{field}", Input)
                box.value = with_name(values[field], name)
                await form.action_submit()

        choices = [(name, line(name)) for name in candidates]
        over.app.push_screen(PickDialog(f"Who is “{typed}”?", choices), chosen)
        return people.which_one(typed, candidates)

    return submit_named

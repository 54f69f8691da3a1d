"""The rows of promptfoo's older and other JSON, brought into those of results version 3.

Version 2 (before 0.93; a newer export of an old evaluation still writes it): rows without `testIdx`, `promptIdx`,
`testCase` and `failureReason`; the rendered prompt in each, its template in `table.head.prompts`.
The web view's download (`{head, body}`): a row a test, in it an output a prompt with `pass`, `text`, `prompt`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from readiness_tui.sources.promptfoo.grading import inner


def of_version_2(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of results version 2 as one of version 3."""
    prompt = inner(row, "prompt")
    label = prompt.get("label") or prompt.get("display") or ""
    provider = row.get("provider")
    made = dict(row)
    made["prompt"] = {**prompt, "label": label}
    made["provider"] = provider if isinstance(provider, dict) else {"id": provider}
    made.setdefault("promptId", label)  # the text in `raw` is another one for every test
    made.setdefault("testCase", {"vars": row.get("vars")})
    if row.get("success") is None and isinstance(row.get("pass"), bool):
        made["success"] = row["pass"]
    return made


def is_view(top: Mapping[str, Any]) -> bool:
    """Whether an outline or a document is the web view's download."""
    return "head.prompts" in top and ("body.[].outputs" in top or "body.[].vars" in top)


def of_view(head: Mapping[str, Any], body: Sequence[Any]) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """The rows in the web view's download with the number of the row of the table that each stands in, or why not."""
    listed = head.get("prompts")
    prompts = [one if isinstance(one, dict) else {} for one in listed] if isinstance(listed, list) else []
    names = head.get("vars")
    for number, row in enumerate(body, 1):
        outputs = row.get("outputs") if isinstance(row, dict) else None
        if not isinstance(outputs, list):
            yield number, "the row has no list of outputs"
            continue
        test = inner(row, "test")
        cells = row.get("vars")
        if "vars" not in test and isinstance(names, list) and isinstance(cells, list):
            test = {**test, "vars": dict(zip(map(str, names), cells, strict=False))}
        index = row.get("testIdx")
        for n, output in enumerate(outputs):
            if not isinstance(output, dict):
                continue  # the test was not run with this prompt
            prompt = prompts[n] if n < len(prompts) else {}
            yield number, _of_output(output, prompt, test, index if type(index) is int else number - 1, n)


def _of_output(
    output: Mapping[str, Any], prompt: Mapping[str, Any], test: Mapping[str, Any], test_index: int, n: int
) -> dict[str, Any]:
    response = output.get("response")
    if not isinstance(response, dict):
        response = {"tokenUsage": output.get("tokenUsage"), "error": output.get("error")}
        # The text of a failed cell has its reasons before the output, so it is the output only where it passed.
        if output.get("pass") is True:
            response["output"] = output.get("text")
    label = prompt.get("label") or prompt.get("display") or ""
    return {
        **output,
        "testIdx": test_index,
        "promptIdx": n,
        "promptId": f"{n}:{prompt.get('id') or label}",
        "prompt": {"raw": output.get("prompt"), "label": label},
        "provider": {"id": prompt.get("provider") or output.get("provider")},
        "success": output.get("pass"),
        "response": response,
        "testCase": test,
    }

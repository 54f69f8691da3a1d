"""Fetches a tracking server's runs and traces over plain HTTP into a file that the source `mlflow` reads.

The calls, as MLflow 3.17 answers them (mlflow.org, REST API; checked against a running server): `experiments/search` and
`runs/search` of API 2.0, `traces/search` and, ten traces at a time, `traces/batchGet` of API 3.0, which has the spans; an
older server without it gives traces without spans. The answers are written as they arrive, one record per line, so the
same server state gives the same file.

Only these calls are sent, and everything that the server decides is bounded: the pages of a list here, time and bytes of
an answer and of all in `bounded_http`. What was fetched before a bound or a break is kept (`kept_traces`).
"""

from __future__ import annotations

import base64
import re
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.sources.kit import payload
from readiness_tui.sources.kit.jsonio import RecordError, decode, too_crowded
from readiness_tui.sources.kit.payload import inner
from readiness_tui.sources.mlflow.answers import PULLED
from readiness_tui.sources.mlflow.bounded_http import BoundedHttp, HttpError
from readiness_tui.sources.mlflow.kept_traces import KeptTraces

PAGE = 100
MAX_PAGES = 2_000  # of one list
MAX_LISTED = PAGE * MAX_PAGES  # of one list, however many of them a page brings
MAX_VALUES = 4_000_000  # in one answer: each takes up to a hundred times its bytes of memory
MAX_TOKEN = 8_192  # characters of the name of a page
SPANS_PAGE = 10  # traces per request for spans, as in MLflow's own client
MAX_TRACES = 20_000
_NAMES = 12  # listed to who names another
_ENDED = ("OK", "ERROR")
_CREDENTIAL = re.compile(r"[\x20-\x7e]*")  # what a header can carry


@dataclass(slots=True)
class Pulled:
    """What was fetched, and warnings about it."""

    runs: int = 0
    traces: int = 0
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Credentials:
    """A token, or a user with a password; neither is ever shown."""

    token: str | None = None
    user: str | None = None
    password: str | None = None

    @property
    def header(self) -> str | None:
        """Raises ReadinessError, which does not show it, where it is nothing that can be sent."""
        if self.token:
            if not _CREDENTIAL.fullmatch(self.token):
                raise ReadinessError(
                    "The token for the server has a line break or a character in it that cannot be sent, so nothing was"
                    " fetched. Look at MLFLOW_TRACKING_TOKEN."
                )
            return f"Bearer {self.token}"
        if self.user is not None:
            pair = f"{self.user}:{self.password or ''}".encode()
            return f"Basic {base64.b64encode(pair).decode()}"
        return None


class Server:
    """One tracking server. Raises ReadinessError if `url` is not a server's address."""

    def __init__(self, url: str, credentials: Credentials = Credentials()) -> None:
        try:
            parts = urlsplit(url if "//" in url else f"//{url}")
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise ReadinessError(f"{_shown(url)} is no address of a server.") from error
        if parts.scheme not in ("http", "https") or not host:
            raise ReadinessError(
                f"{_shown(url)} is no address of a server. Write it as http://localhost:5000, or https://…"
            )
        if parts.username is not None:
            credentials = Credentials(user=parts.username, password=parts.password)
        shown = f"[{host}]" if ":" in host else host
        netloc = shown if port is None else f"{shown}:{port}"
        #: the address as shown and stored, without credentials
        self.url = urlunsplit((parts.scheme, netloc, quote(parts.path.rstrip("/"), safe="/%"), "", ""))
        self.name = re.sub(r"[^A-Za-z0-9.-]", "-", host) + (f"-{port}" if port else "")
        self._header = credentials.header
        self._http = BoundedHttp()

    def version(self) -> str | None:
        """The server's version, if it states one."""
        try:
            found = self._answer("/version", None).decode("ascii").strip()
        except (ReadinessError, UnicodeDecodeError):
            return None
        return found if 0 < len(found) < 40 else None

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        return self._json(path, self._answer(path, payload.as_raw(body).encode()))

    def get(self, path: str, query: Sequence[tuple[str, str]]) -> dict[str, Any]:
        return self._json(path, self._answer(f"{path}?{urlencode(query)}", None))

    def pages(self, path: str, body: Mapping[str, Any], key: str) -> Iterator[dict[str, Any]]:
        """The objects under `key` on every page."""
        token: str | None = None
        seen: set[str] = set()
        count = 0
        for _ in range(MAX_PAGES):
            answer = self.post(path, {**body, "max_results": PAGE, **({"page_token": token} if token else {})})
            listed = answer.get(key)
            count += len(listed) if isinstance(listed, list) else 0
            if count > MAX_LISTED:
                break
            yield from (part for part in (listed if isinstance(listed, list) else ()) if isinstance(part, dict))
            token = payload.version(answer, "next_page_token")
            if not token:
                return
            if token in seen or len(token) > MAX_TOKEN:
                raise ReadinessError(f"{self.url}{path} gives the same page again and again, so it was given up.")
            seen.add(token)
        raise ReadinessError(
            f"{self.url}{path} has more than {MAX_PAGES:,} pages or {MAX_LISTED:,} entries, so it was given up. Fetch less at a time, with --experiment"
            " or --limit."
        )

    def _json(self, path: str, data: bytes) -> dict[str, Any]:
        if crowded := too_crowded(data, MAX_VALUES):
            raise ReadinessError(f"{self.url}{path}: the answer {crowded}, so it was given up.")
        try:
            found = decode(data)
        except RecordError as error:
            raise ReadinessError(
                f"{self.url}{path} did not answer in JSON ({error}). Is it an MLflow server?"
            ) from error
        if not isinstance(found, dict):
            raise ReadinessError(f"{self.url}{path} did not answer with a JSON object. Is it an MLflow server?")
        return found

    def _answer(self, path: str, body: bytes | None) -> bytes:
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if self._header is not None:
            headers["Authorization"] = self._header
        request = urllib.request.Request(self.url + path, data=body, headers=headers)
        return self._http.answer(request, f"{self.url}{path.partition('?')[0]}")


def _shown(url: str) -> str:
    """An address as an error shows it, without what may be secret in it."""
    return one_line(re.split("[?#]", url.rpartition("@")[2])[0], 100)


def fetch(
    server: Server,
    target: Path,
    kept: KeptTraces,
    *,
    experiments: Sequence[str] = (),
    runs: Sequence[str] = (),
    limit: int = MAX_TRACES,
    progress: Callable[[int, int], bool] | None = None,
) -> Pulled | None:
    """Write the server's runs and traces to `target`; None if `progress` asked to stop.

    `experiments`, `runs`: only those with these names or ids, and then only traces that belong to such a run.
    `kept`: traces that an earlier pull fetched before it broke off, and where this one keeps its own. Raises ReadinessError.
    """
    found = list(server.pages("/api/2.0/mlflow/experiments/search", {}, "experiments"))
    chosen = _chosen(found, experiments, ("name", "experiment_id"), server, "experiment")
    pulled = Pulled()
    with target.open("wb") as file:
        _write(file, {PULLED: {"url": server.url, "version": server.version()}})
        ids = set()
        asked = _Named(runs, ("run_name", "run_id"))
        for name, run in _runs(server, chosen):  # one at a time: a server may hold any number
            if asked.has(run):
                _write(file, {"run": run, "experiment": name})
                if runs:
                    ids.add(str(inner(run, "info").get("run_id")))
                pulled.runs += 1
        asked.refuse_unknown(server, "run")
        heads = _traces(server, chosen, ids if runs else None, limit, pulled)
        for trace in _with_spans(server, heads, pulled, kept):
            _write(file, trace)
            pulled.traces += 1
            if progress is not None and pulled.traces % SPANS_PAGE == 0 and not progress(pulled.traces, 0):
                return None
    return pulled


def _runs(server: Server, experiments: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str | None, dict[str, Any]]]:
    for experiment in experiments:
        body = {"experiment_ids": [str(experiment.get("experiment_id"))], "run_view_type": "ACTIVE_ONLY"}
        for run in server.pages("/api/2.0/mlflow/runs/search", body, "runs"):
            yield payload.version(experiment, "name"), run


def _traces(
    server: Server, experiments: Sequence[Mapping[str, Any]], runs: set[str] | None, limit: int, pulled: Pulled
) -> Iterator[dict[str, Any]]:
    """The heads of the traces, latest first."""
    count = 0
    for experiment in experiments:
        place = {
            "type": "MLFLOW_EXPERIMENT",
            "mlflow_experiment": {"experiment_id": str(experiment.get("experiment_id"))},
        }
        try:
            for info in server.pages("/api/3.0/mlflow/traces/search", {"locations": [place]}, "traces"):
                if runs is not None and not runs & _run_ids_of(info):
                    continue
                if count >= limit:
                    pulled.warnings.append(
                        f"Only the latest {limit:,} traces were fetched; the server has more. Use --limit."
                    )
                    return
                count += 1
                yield info
        except HttpError as error:
            if error.code not in (404, 405, 501):
                raise
            pulled.warnings.append("The server has no traces/search (MLflow before 3.0), so only runs were fetched.")
            return


def _run_ids_of(info: Mapping[str, Any]) -> set[str]:
    listed = info.get("assessments")
    said = [inner(part, "metadata") for part in (listed if isinstance(listed, list) else ())]
    own = (inner(info, "trace_metadata").get("mlflow.sourceRun"), *(part.get("mlflow.assessment.sourceRunId") for part in said))  # fmt: skip
    return {run_id for run_id in own if isinstance(run_id, str)}


def _with_spans(
    server: Server, infos: Iterator[dict[str, Any]], pulled: Pulled, kept: KeptTraces
) -> Iterator[dict[str, Any]]:
    batch: list[tuple[dict[str, Any], Any]] = []  # heads, and the spans of those that were fetched before
    there = True
    lost = 0
    while True:
        info = next(infos, None)
        if info is not None:
            batch.append((info, kept.spans(info)))
        wanted = [part for part, spans in batch if spans is None]
        if batch and (info is None or len(wanted) == SPANS_PAGE or len(batch) == PAGE):
            fetched: dict[str, Any] = {}
            if there and wanted:
                try:
                    fetched = _spans(server, [str(part.get("trace_id")) for part in wanted])
                except HttpError as error:
                    if error.code not in (404, 405, 501):
                        raise
                    there = False
                    pulled.warnings.append("The server has no traces/batchGet, so the traces came without their spans.")
            for part, spans in batch:
                if spans is None:
                    spans = fetched.get(str(part.get("trace_id")))
                    if spans and part.get("state") in _ENDED:  # no span comes any more
                        kept.add(part, spans)
                lost += there and not spans
                yield {"trace_info": part, "spans": spans or []}
            batch = []
        if info is None:
            break
    if lost:
        pulled.warnings.append(f"The server gave no spans for {lost:,} of {pulled.traces:,} traces.")


def _spans(server: Server, ids: Sequence[str]) -> dict[str, Any]:
    answer = server.get("/api/3.0/mlflow/traces/batchGet", [("trace_ids", ident) for ident in ids])
    listed = answer.get("traces")
    traces = [part for part in (listed if isinstance(listed, list) else ()) if isinstance(part, dict)]
    return {str(inner(part, "trace_info").get("trace_id")): part.get("spans") for part in traces}


def _chosen(
    found: Sequence[dict[str, Any]], wanted: Sequence[str], keys: Sequence[str], server: Server, what: str
) -> list[dict[str, Any]]:
    """The wanted ones, by name or id; all if none are named. Raises ReadinessError for an unknown name."""
    asked = _Named(wanted, keys)
    chosen = [part for part in found if asked.has(part)]
    asked.refuse_unknown(server, what)
    return chosen


class _Named:
    """What is wanted of the parts of a server, by name or id; all of them where nothing is. `keys`: where a part has its
    name and its id."""

    def __init__(self, wanted: Sequence[str], keys: Sequence[str]) -> None:
        self._wanted, self._keys = wanted, keys
        self._met: set[str] = set()
        self._some: dict[str, None] = {}  # names that there are, for who named another

    def has(self, part: Mapping[str, Any]) -> bool:
        said = inner(part, "info") or part
        if len(self._some) < _NAMES:
            self._some[one_line(str(said.get(self._keys[0])), 40)] = None
        met = {str(said.get(key)) for key in self._keys} & {*self._wanted}
        self._met |= met
        return bool(met) or not self._wanted

    def refuse_unknown(self, server: Server, what: str) -> None:
        """Raises ReadinessError where something wanted was not among them."""
        for name in self._wanted:
            if name not in self._met:
                listed = ", ".join(sorted(self._some))
                raise ReadinessError(f"{server.url} has no {what} {one_line(name, 60)}. There are: {listed or 'none'}.")


def _write(file: IO[bytes], record: Mapping[str, Any]) -> None:
    file.write(payload.as_raw(record).encode("utf-8", "surrogatepass") + b"\n")

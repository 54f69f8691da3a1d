"""A tracking server on loopback that gives the answers of a real one (MLflow 3.17, over the sample's database)."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

ANSWERS = json.loads(gzip.decompress((Path(__file__).parent / "data" / "mlflow" / "server.json.gz").read_bytes()))


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that broke off: Python would tell stderr, at any moment, and so in the middle of another test."""


class Stub:
    """Answers as the tracking server did, trace pages of 6; `answers` overrides a path, `seen` keeps what was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Callable[[], tuple[int, bytes, dict[str, str]]]] = {}
        self.seen: list[tuple[str, str | None]] = []
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._go({})

            def do_POST(self) -> None:
                self._go(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

            def _go(self, body: dict[str, Any]) -> None:
                asked = urlsplit(self.path)
                stub.seen.append((asked.path, self.headers.get("Authorization")))
                code, data, headers = stub.answer(asked.path, parse_qs(asked.query), body)
                self.send_response(code)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = _Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def answer(self, path: str, query: dict[str, list[str]], body: dict[str, Any]) -> tuple[int, bytes, dict[str, str]]:
        if path in self.answers:
            return self.answers[path]()
        value: Any = None
        match path.rpartition("/mlflow/")[2] or path:
            case "experiments/search":
                value = ANSWERS["experiments"]
            case "runs/search":
                value = ANSWERS["runs"][body["experiment_ids"][0]]
            case "traces/search":
                (place,) = body["locations"]
                pages = ANSWERS["traces"][place["mlflow_experiment"]["experiment_id"]]
                tokens = [None, *(page.get("next_page_token") for page in pages)]
                value = pages[tokens.index(body.get("page_token"))]
            case "traces/batchGet":
                found = query["trace_ids"]
                assert len(found) <= 10
                value = {"traces": [{"trace_info": {"trace_id": i}, "spans": ANSWERS["spans"][i]} for i in found]}
            case "/version":
                return 200, ANSWERS["version"].encode(), {}
            case _:
                return 404, b"", {}
        return 200, json.dumps(value).encode(), {"Content-Type": "application/json"}

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

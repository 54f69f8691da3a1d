"""What a request has to be before anything is served: for this server by its Host, and of its own pages by its Origin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from readiness_tui.domain.text.hosts import OwnHosts
from readiness_tui.domain.text.sanitise import one_line

#: The app's page draws its own styles (xterm.js), and everything else comes from this server alone.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:;"
        " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Guard:
    """`names`: hosts besides this machine's own under which the server may be called; `public`: the address at which a
    proxy offers it, "" where there is none."""

    def __init__(self, names: Iterable[str] = (), public: str = "") -> None:
        said = urlsplit(public)
        self._hosts = OwnHosts([*names, *([said.netloc] if public else [])])
        self._public = f"{said.scheme}://{said.netloc}".lower() if public else ""

    def refusal(self, method: str, headers: Mapping[str, str], *, upgrade: bool) -> str:
        """Why a request is not answered, in a sentence; "" where it is. `upgrade`: it asks for a WebSocket."""
        host, origin = headers.get("Host", ""), headers.get("Origin")
        if host not in self._hosts:
            return (
                f"This request is for the host {one_line(host, 60) or '(none)'}, and this server is not called so. Whoever runs it"
                " names it with --allow-host."
            )
        if origin is None:
            if upgrade or method not in ("GET", "HEAD"):
                return "This request does not say which page it comes from (Origin), so it is not answered."
        elif not self._own(origin, host):
            return f"This request comes from another site's page ({one_line(origin, 60)}), so it is not answered."
        if headers.get("Sec-Fetch-Site") in ("cross-site", "same-site") and headers.get("Sec-Fetch-Mode") != "navigate":
            return "This request comes from another site's page, so it is not answered."
        return ""

    def _own(self, origin: str, host: str) -> bool:
        origin = origin.lower()
        return origin == f"http://{host.lower()}" or bool(self._public and origin == self._public)

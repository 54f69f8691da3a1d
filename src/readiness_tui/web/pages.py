"""The few pages beside the app: the login, a sentence, and the page that the app stands in."""

from __future__ import annotations

from html import escape

from readiness_tui.domain.text.sanitise import visible
from readiness_tui.domain.text.secrets import mask

_HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/page.css">
"""

LOGIN = f"""{_HEAD}<title>Log in: readiness</title>
</head>
<body class="sheet">
<main>
<h1>Readiness review</h1>
<p>Your login link is good once, and is for you alone: what you do is recorded in your name.</p>
<form id="login">
<label for="token">Token of the link</label>
<input id="token" type="password" autocomplete="off" autofocus required>
<p id="said" role="alert"></p>
<button type="submit">Open the review</button>
</form>
<p class="muted">No link? Ask whoever runs <code>readiness serve</code>.</p>
</main>
<script src="/assets/page.js"></script>
</body>
</html>
"""


def sentence(title: str, said: str, *, back: str = "", leaves: bool = False) -> str:
    """A page that says one thing. `back`: what its link to the app is called; `leaves`: it offers to log out."""
    link = f'<a class="button" href="/">{escape(back)}</a>' if back else ""
    leave = '<button id="logout" class="plain">Log out</button>' if leaves else ""
    return f"""{_HEAD}<title>{escape(title)}: readiness</title>
</head>
<body class="sheet">
<main>
<h1>{escape(title)}</h1>
<p>{_shown(said)}</p>
{link}{leave}
</main>
<script src="/assets/page.js"></script>
</body>
</html>
"""


def app(who: str) -> str:
    """The page of the app itself."""
    return f"""{_HEAD}<link rel="stylesheet" href="/static/css/xterm.css">
<title>{_shown(who)}: readiness</title>
<script src="/static/js/textual.js"></script>
</head>
<body class="app">
<div class="waits"><p>Opening the review, as {_shown(who)} …</p></div>
<div class="over" role="alertdialog" aria-label="This window is over"><main>
<h1>This window is over</h1>
<p>You left the app, or the connection was lost. What was saved stays, and what you were typing is kept.</p>
<a class="button" href="/ended">Go on</a>
</main></div>
<div class="textual-terminal" data-font-size="16"></div>
<script src="/assets/page.js"></script>
</body>
</html>
"""


def _shown(text: str) -> str:
    return escape(visible(mask(text)))

"""Where a credential stands in logs and traces of systems around language models.

`%s` is the value, `%V` the vendor as people write it, `%v` the same as an
identifier in lower case, `%E` the name of an environment variable.
"""

from __future__ import annotations

# A word beside the value says what it is.
WORDED = [
    "%E=%s",
    'export %E="%s"',
    "      - name: %E\n        value: %s\n",
    '{"mcpServers": {"%v": {"command": "npx", "args": ["-y", "%v-mcp"], "env": {"%E": "%s"}}}}',
    "%v:\n  region: eu\n  api_key: %s\n  timeout: 30\n",
    '{"role": "user", "content": "here is the %V api key: %s please wire it in"}',
    "client = %V(api_key='%s', max_retries=<n>)",
    "2026-03-1<d!:1> 11:0<d!:1>:22 DEBUG http.client > GET /v1/items x-api-key: %s host: api.%v.example",
    'curl -sS https://api.%v.example/v2/me -H "Authorization: Bearer %s"',
    'tool_call: run_shell(cmd="%v login --token %s --yes")',
    "| service | secret | rotated |\n|---|---|---|\n| %V | %s | 2026-03-1<d!:1> |",
    "+    os.environ.setdefault('%E', '%s')",
    "docker run --rm -e %E=%s ghcr.io/acme/worker:1.<n>",
    '  File "/srv/app/%v_client.py", line <n>, in call\n    raise AuthError("401 for access token %s")',
    '{"tool": "http_request", "arguments": {"url": "https://api.%v.example/jobs?api_key=%s&page=2", "method": "GET"}}',
    'terraform plan: ~ %v_token = "%s" -> (known after apply)',
    "I rotated the %V token yesterday, the new one is %s (keep it out of the wiki)",
    '{\\"name\\": \\"set_secret\\", \\"input\\": {\\"key\\": \\"%E\\", \\"value\\": \\"%s\\"}}',
    "[%v]\nendpoint = https://api.%v.example\nsecret_key = %s\n",
]

# No word beside it: the shape of the value and the vendor's name must do.
BARE = [
    "%V answered 401 for %s, trying again in <n> ms",
    '{"event": "tool_result", "server": "%v", "stdout": "using %s\\n"}',
    "%v.errors.Unauthorized: %s was revoked\n    at Session.open (/app/node_modules/%v/index.js:<n>:11)",
    "| <n> | %V | %s | active |",
    "sorry, I pasted %s into the chat, that opens our %V account",
    '["%v", "login", "%s"]',
    "  > %v\n  < connected as %s (<n> ms)",
    "git diff\n-  %V.connect('%s')\n+  %V.connect(settings.%v)",
]


def place(context: str, value: str, vendor: str, env: str) -> str:
    """The place with the shape of a value in it, and the vendor's names."""
    ident = vendor.lower().replace(" ", "").replace(".", "")
    camel = vendor.replace(" ", "").replace(".", "") if "= %V(" in context or "%V.connect" in context else vendor
    return context.replace("%s", value).replace("%V", camel).replace("%v", ident).replace("%E", env)

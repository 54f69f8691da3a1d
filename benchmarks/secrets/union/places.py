"""The texts in which credentials turn up in logs and traces: a name, a value, and what stands around them."""

from __future__ import annotations

import json

#: A name in the style that the syntax asks for: S SNAKE, s snake, c camel, k kebab, d dotted, w words; V is the vendor as people
#: write it, P the same as the name of a class, K what the vendor calls it ("API key"), v the value.
# fmt: off
COMMON = (
    "{S}={v}",
    'export {S}="{v}"',
    "{S}='{v}' python -m agent.run --model gpt-4o-mini",
    "docker run --rm -e {S}={v} -p 8080:8080 registry.local/agent:1.4",
    "ENV {S} {v}",
    "# .env.production\nAPP_ENV=production\n{S}={v}\nLOG_LEVEL=info",
    "services:\n  worker:\n    environment:\n      - {S}={v}\n      - TZ=UTC",
    "env:\n  - name: {S}\n    value: {v}\n  - name: REGION\n    value: eu-west-1",
    "{s}: {v}",
    '{s}: "{v}"',
    "{k}:\n  enabled: true\n  {s}: '{v}'",
    '{s} = "{v}"',
    "[{V}]\ntimeout = 30\n{s} = {v}",
    "{d}={v}",
    '{{"{s}": "{v}", "timeout": 30}}',
    '{{"{c}": "{v}"}}',
    '{{\n  "region": "eu",\n  "{c}": "{v}",\n  "retries": 3\n}}',
    "{{'{s}': '{v}', 'verify': True}}",
    "{P}Config({s}='{v}', timeout=30.0)",
    '{s} = "{v}"\nclient = connect({s})',
    'os.environ["{S}"] = "{v}"',
    "os.environ.setdefault('{S}', '{v}')",
    "const {c} = '{v}';",
    'process.env.{S} = "{v}";',
    '{c} := "{v}"',
    'private static final String {S} = "{v}";',
    "define('{S}', '{v}');",
    "'{s}' => '{v}',",
    "ENV['{S}'] ||= '{v}'",
    'variable "{s}" {{\n  type    = string\n  default = "{v}"\n}}',
    '<add key="{c}" value="{v}" />',
    "<{c}>{v}</{c}>",
    '$env:{S} = "{v}"',
    "setx {S} {v}",
    "set -x {S} {v}",
    "agent-cli sync --{k} {v} --dry-run",
    "agent-cli sync --{k}={v}",
    "helm upgrade bot ./chart --set config.{c}={v}",
    "2026-03-14T09:12:44Z DEBUG loader {s}={v} attempt=2",
    'time=2026-05-02T10:00:01Z level=info msg="settings loaded" {s}="{v}"',
    "INFO:root:using {w} {v}",
    "My {V} {K} is {v}, can you check why the sync fails?",
    "Here is the {V} {K}: {v}",
    "Use this {V} {K} for the test run: `{v}`.",
    "user: the {V} {K} you asked for is {v}",
    "The {V} {K} ({v}) must not be shared with the customer.",
    "| {V} {K} | {v} |",
    "INSERT INTO settings (name, value) VALUES ('{s}', '{v}');",
    "export interface Env {{}}\nexport const env = {{ {S}: '{v}' }};",
    "- {V} {K}: {v}\n- Region: eu-west-1",
    'Tool call: configure_integration(provider="{V}", {s}="{v}")',
)
#: Requests, for what is no password.
KEYED = (
    "https://api.example.net/v1/items?{s}={v}&limit=20",
    "GET /v2/search?q=tea&{c}={v} HTTP/1.1",
    "curl -s https://api.example.net/v1/me -H 'Authorization: Bearer {v}'",
    "> authorization: Bearer {v}\n> accept: */*",
    "curl https://api.example.net/v1/me -H 'X-Api-Key: {v}'",
    'headers = {{"Authorization": f"Token {v}", "Accept": "application/json"}}',
    '{{"headers": {{"x-api-key": "{v}", "content-type": "application/json"}}}}',
    'requests.exceptions.HTTPError: 401 Client Error for url: https://api.example.net/v1/me?api_key={v}',
    "AuthenticationError: Incorrect API key provided: {v}",
    '  File "/app/tools/client.py", line 41, in call\n    raise AuthError("invalid {w}: {v}")\nAuthError: invalid {w}: {v}',
    "curl -u '{v}:' https://api.example.net/v1/charges",
)
#: For what says by itself what it is.
BARE = (
    "I tried with {v} and still get a 401.",
    '{{"role": "user", "content": "here you go: {v}"}}',
    "Observation: found {v} in config.py line 12",
    "git diff\n-OLD = None\n+OLD = '{v}'",
    "tool result: stdout: {v}",
)
# fmt: on


def escaped(name: str, value: str) -> str:
    """The arguments of a call, JSON within JSON, as traces keep them."""
    inside = json.dumps({"action": "connect", name: value})
    return json.dumps({"name": "run_tool", "arguments": inside})


def twice_escaped(name: str, value: str) -> str:
    call = json.dumps({"input": json.dumps({name: value})})
    return json.dumps({"attributes": {"gen_ai.tool.call": call}})


def styles(words: str) -> dict[str, str]:
    """A name of small words in each style of writing."""
    parts = words.split()
    return {
        "S": "_".join(parts).upper(),
        "s": "_".join(parts),
        "c": parts[0] + "".join(part.capitalize() for part in parts[1:]),
        "k": "-".join(parts),
        "d": ".".join(parts),
        "w": words,
    }


def put(template: str, vendor: str, called: str, words: str, value: str) -> str:
    spaced = vendor.replace("-", " ").replace(".", " ")
    joined = "".join(word[:1].upper() + word[1:] for word in spaced.split())
    return template.format(V=vendor, P=joined, K=called, v=value, **styles(words))

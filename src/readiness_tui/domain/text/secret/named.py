"""Credentials that are told by the name beside them: `password=…`, `"apiKey": "…"`, `<token>…</token>`."""

from __future__ import annotations

import re
from collections.abc import Callable

from readiness_tui.domain.text.secret.rule import BLANK, SPACE, SecretRule, mixed, of
from readiness_tui.domain.text.secret.values import (
    CALL,
    digits,
    jumbled,
    odd,
    scattered,
    strong,
    typed,
    unspoken,
    word_or_number,
)

_QUOTE = r"(?:\\{0,3}[\"'`])?"  # a quote, escaped where JSON is inside JSON
_CLOSE = r"(?:\\{0,3}[\"'`]\]?)?"  # of a name: `"password"`, `environ["PASSWORD"]`
_TYPE = r"(?:\[[0-9]{0,4}\])?(?:\s{0,2}:?\s{0,2}(?:str|string|String))?"
_SIGN = r"(?:[?|]{1,2})?[:=]{1,3}>?"
_TAG = r"(?:!![A-Za-z]{1,8}\s{1,4})?"  # of YAML
_SIGNS = rf"{_CLOSE}{_TYPE}\s{{0,16}}+{_SIGN}\s{{0,16}}+{_TAG}"  # without the quote of the value
ASSIGN = rf"{_SIGNS}{_QUOTE}"
NUMBERED = (
    r"(?:[ _-]?(?:[0-9]{1,2}|base|value|string|old|new|prod(?:uction)?|dev|test|live|staging|sandbox|primary|secondary|admin"
    r"|default|eu|us|github|gitlab|travis|jenkins|docker|mysql|postgres|smtp|ftp|npm|pypi))?"
)

# The same in lower-case bytes.
_LOOSE_QUOTE = r"""(?:\\{0,3}["'`])?"""
_LOOSE_CLOSE = r"""(?:\\{0,3}["'`]\]?)?"""
_LOOSE_TYPE = rf"(?:\[[0-9]{{0,4}}\])?(?:[{SPACE}]*:?[{SPACE}]*str(?:ing)?)?"
_LOOSE_TAG = rf"(?:!![a-z\x80-\xff]{{1,24}}[{SPACE}]+)?"
LOOSE_ASSIGN = rf"{_LOOSE_CLOSE}{_LOOSE_TYPE}[{SPACE}]*[?|]{{0,2}}[:=]{{1,3}}>?[{SPACE}]*{_LOOSE_TAG}{_LOOSE_QUOTE}"
LOOSE_TAIL = f"{NUMBERED}{LOOSE_ASSIGN}"  # after many names, so `sieve` writes it once
_LOOSE_VALUE = r"[^\t-\r\x1c- ]{%d}"  # one kind of quotes may stand in another

PASSWORD = ("passw(?:or)?d", "passphrase", "passcode", "pwd")
_WHOSE = (
    "db",
    "smtp",
    "mail",
    "mysql",
    "pg",
    "redis",
    "ftp",
    "ssh",
    "ldap",
    "mongo",
    "user",
    "admin",
    "root",
    "login",
    "http",
)
SECRET = (
    "secret(?:[ _.-]?key)?",
    "api[ _.-]?(?:key|token)",
    "access[ _.-]?(?:key|token)",
    "account[ _.-]?key",
    "private[ _.-]?key",
    "auth[ _.-]?(?:token|key)",
    "refresh[ _.-]?token",
    "session[ _.-]?token",
    "bot[ _.-]?token",
    "encryption[ _.-]?key",
    "signing[ _.-]?key",
    "master[ _.-]?key",
    "license[ _.-]?key",
    "subscription[ _.-]?key",
    "deploy[ _.-]?key",
    "service[ _.-]?key",
    "instrumentation[ _.-]?key",
    "ingest(?:ion)?[ _.-]?key",
    "app[ _.-]?key",
    "unseal[ _-]?key",
    "jwt",
    "key[ _.-]?pass",
    *(f"{whose}_pass" for whose in _WHOSE),
)
ANY_KEY = (
    "token", "key", "auth", "credentials?", "creds", "pat", "login", "bearer", "private", "access", "crumb", "_api", "salt", "seed",
)  # fmt: skip
# A word of its own: `doc_key` and `docKey`, not `pandadocKey`.
_WORD = r"(?:(?<![A-Za-z])|(?-i:(?<=[a-z0-9])(?=[A-Z])))"
#: Keys that open nothing: what stands before "key" says what they find.
HARMLESS = re.compile(
    r"(?:cache|sort|primary|foreign|partition|idempotency|"
    rf"{_WORD}(?:page|next|prev|previous|continuation|cursor|public|pub"
    r"|range|start|pagination|ssh|kms|group|dedup|dedupe|deduplication|object|s3|gcs|storage|row|column|field|index|lookup|hash|content|file|image|doc"
    r"|document|chunk|etag|trace|span|request|response|correlation|message|run|host|map|translation|i18n|locale|registry"
    r"|issue|project|config|setting|parent|unique|composite|candidate|shard|routing|sync|change|resume|delta|upload|blob"
    r"|record|item|memo|cell|dataset|natural|surrogate|checksum|digest|commit|fingerprint|lock|redis|join|limit|throttle|shortcut"
    r"|answer|legend|dict|dictionary|json|yaml|path|prefix|metadata|attribute|property|argument|param|parameter|state"
    r"|store|kv|memory|vector|embedding|model|tool|agent|eval|score|rubric|criterion|variable|unknown|missing|duplicate))s?[ _.-]?$",
    re.IGNORECASE,
)
#: Tokens that open nothing: they go on with a list, or are pieces of a text.
_TURNED = re.compile(
    rf"{_WORD}(?:page|pagination|next|prev|previous|continuation|cursor|public|pub|sync|change|resume|delta|scroll|start|end|stop|eos|bos"
    r"|pad|unk|mask|sep|cls|eot|special|first|last|prompt|completion|input|output|total|max|min|cancel|cancellation|text"
    r"|unexpected|idempotency|dedup|image|audio|string|word)s?[ _.-]?$",
    re.IGNORECASE,
)
#: Of things that a record may be about: their keys find them, unless they look random by themselves.
_THING = re.compile(
    rf"{_WORD}(?:customer|order|event|job|task|workflow|product|tenant|org(?:ani[sz]ation)?|entity|node|session|thread|ticket"
    r"|case|article|page|template|feature|metric|label|category|asset|widget|component|step|version|release|environment"
    r"|region|team|member|invoice|payment|transaction|incident|alert|conversation|chat|experiment|snapshot|bucket|folder"
    r"|batch|segment|prompt|query|flag|tag|namespace)s?[ _.-]?$",
    re.IGNORECASE,
)
_VENDOR = re.compile(
    "adafruit|adobe|airtable|alchemy|algolia|amplitude|asana|assemblyai|atlassian|auth0|azure|baseten|beamer|bitbucket|"
    "bittrex|bitly|box|bugsnag|cerebras|circleci|clearbit|cloudflare|cloudinary|codecov|cohere|coinbase|comet|confluen|"
    "contentful|datadog|deepgram|deepl|deepseek|digitalocean|discord|drone|dropbox|elastic|elevenlabs|etsy|facebook|"
    "fastly|figma|finicity|finnhub|firebase|flickr|freshbooks|freshdesk|gitea|github|gitlab|gitter|gocardless|google|"
    "grafana|helicone|heroku|hetzner|hubspot|huggingface|instagram|intercom|ipinfo|ipstack|jenkins|jfrog|jira|jumpcloud|"
    "kraken|kucoin|langfuse|langsmith|launchdarkly|linear|linkedin|linode|lob|looker|mailchimp|mailgun|mapbox|"
    "mattermost|meraki|messagebird|mistral|mixpanel|neptune|netlify|new.?relic|notion|nytimes|okta|openai|opsgenie|"
    "pagerduty|paypal|pinecone|plaid|postmark|pusher|qdrant|rapidapi|readme|replicate|rollbar|segment|sendbird|"
    "sendgrid|sentry|serp|shodan|shopify|sidekiq|slack|snyk|sonar|splunk|spotify|square|squarespace|stability|stripe|"
    "sumo|supabase|tavily|telegram|telegr|together|travis|trello|twilio|twitch|twitter|typeform|unsplash|vercel|voyage|vultr|"
    "wandb|weaviate|yandex|yelp|zendesk|zoho|zoom",
    re.IGNORECASE,
)
#: Who says so means a credential: a vendor's name before the word, or "API", "secret" in it.
_OWNED = re.compile(rf"secret|api|private|access|auth|client|sdk|{_VENDOR.pattern}", re.IGNORECASE)
#: A name before the word, and no word that stands before any other.
_OWNER = re.compile(
    r"(?<![\w.-])(?!(?:the|an?|this|that|these|our|your|my|his|her|its|their|no|new|old|each|every|any|some|which|what|whose"
    r"|of|for|by|with|to|in|is|and|or|not|same|other|another|one|first|last|next|unexpected|invalid|unknown|found|got) ?$)"
    r"[\w.-]{2,60}[ _.-]?$",
    re.IGNORECASE,
)
_STORAGE_KEY = re.compile("[A-Za-z0-9+/]{86}==")  # of Azure; what else is called so says where a thing lies
FILE = re.compile(r"[\w.:=+-]+(?:/[\w.:=+-]+)+\.[a-z]{2,8}", re.ASCII)
_BUCKET = re.compile(r"bucket[^\r\n]{0,60}\Z", re.IGNORECASE)
_NO_OWNER = ("", "from", "with", "for", "using", "by", "hit", "miss", "the")
_CACHED = re.compile(r"cache[^\r\n:=]{0,40}[ \t]\Z", re.IGNORECASE)
#: By which a key for signing is found.
_KEY_ID = re.compile("(?:[0-9A-F]{8}){1,5}")
_SIGNS_WITH = re.compile(r"(?:rsa|dsa|gpg|pgp|primary|sub|signing)[ _-]?$", re.IGNORECASE)
_ARN = re.compile(r"arn:aws[\w:/-]{0,60}\Z")  # what a store of secrets calls one
_NAME_BEFORE = re.compile(r"[\w.-]{0,60} ?\Z")
LOOKED_BACK = 60
#: As ids and digests are written: small letters and digits, in pieces or not.
_PLAIN_ID = re.compile(r"[0-9a-f-]+|[0-9A-F-]+|[\w.#:/@-]*[#:/@][\w.#:/@-]*", re.ASCII)
_AN_ID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


_BESIDE = ("token", "key", "secret", "passw(?:or)?d", "credential")


def _loose(names: tuple[str, ...], least: int) -> tuple[str, ...]:
    """What sees every assignment to one of the names."""
    value = _LOOSE_VALUE % least
    return tuple(f"{name}{LOOSE_TAIL}{value}" for name in names)


def name_before(match: re.Match[str]) -> str:
    """The part of the name that stands before a match."""
    found = _NAME_BEFORE.search(match.string, max(0, match.start() - LOOKED_BACK), match.start())
    return found.group() if found else ""


def finds(name: str, word: str, value: str) -> bool:
    """A key or token by which something is found, not opened."""
    if word[:5].lower() == "token":
        return bool(_TURNED.search(name))
    return bool(HARMLESS.search(name) or (_THING.search(name) and _PLAIN_ID.fullmatch(value)))


def _opens(above: str, word: str, value: str) -> bool:
    """What a key without a name of its own is part of may tell whose it is."""
    if finds(above, word, value) or _THING.search(above):
        return False
    return word[:5].lower() == "token" or bool(_OWNED.search(above)) or not above or (value.isalnum() and mixed(value))


def key_like(match: re.Match[str]) -> bool:
    """A key by its look, or by whose it is and its look; not one that only finds something."""
    name, word, value = name_before(match), match.group(), match[1]
    if (finds(name, word, value) and not _STORAGE_KEY.fullmatch(value)) or FILE.fullmatch(value) or CALL.match(value):
        return False
    if (
        not name.strip()
        and "/" in value
        and _BUCKET.search(match.string, max(0, match.start() - LOOKED_BACK), match.start())
    ):
        return False
    if name.strip().lower() in _NO_OWNER and _CACHED.search(
        match.string, max(0, match.start() - LOOKED_BACK), match.start()
    ):
        return False
    if (len(value) >= 20 and strong(value)) or (
        _VENDOR.search(name) and len(value) >= 12 and typed(value) and mixed(value)
    ):
        return True
    token, owner = word[:5].lower() == "token", bool(name.strip(" _.-"))
    if not owner:
        above = _ABOVE.search(match.string, max(0, match.start() - LOOKED_BACK), match.start())
        owner = above is not None and _opens(above[1] or "", word, value)
        if not owner and word[:3].lower() == "key":
            return False
    if not token and _THING.search(name):
        return False
    return scattered(value) or (owner and (jumbled(value) or odd(value) or unspoken(value)))


#: Between a name and its value, where the value may be short.
_TOLD = re.compile(r"\||[ \t](?:is|to|was|now)[ \t]")


#: Of the environment: `ACME_T`oken.
_VARIABLE = re.compile("[A-Z][A-Z0-9]+_[A-Z]\\Z")


def beside(match: re.Match[str]) -> bool:
    """A key that follows its name without a sign: by its look alone, or by whose it is."""
    name, word, value = name_before(match), match.group(), match[1].rstrip(".:-")
    if finds(name, word, value) or _THING.search(name) or FILE.fullmatch(value):
        return False
    if _KEY_ID.fullmatch(value) and _SIGNS_WITH.search(name):
        return False
    owned = bool(_OWNED.search(name + word[:24]) or _VARIABLE.search(name + word[:1]))
    if _AN_ID.fullmatch(value) and not owned:
        return False
    owner = owned or bool(_OWNER.search(name))
    if owner and _TOLD.search(word[: word.rfind(match[1])]) and (jumbled(value) or odd(value)):
        return True
    return (len(value) >= 20 and strong(value)) or (owner and (scattered(value) or unspoken(value)))


LOOSE = (*_loose(PASSWORD, 6), *_loose(SECRET, 6))
NAMES = "|".join((*PASSWORD, *SECRET))
_WORDS = "|".join(PASSWORD)
#: What it is a part of: `stripe:` in the line above, `"stripe": {`, `Stripe(`, `config["stripe"][`; or the head of a request.
_ABOVE = re.compile(
    r"(?:(?<![\w.-])([\w.-]{2,40})(?:\\{0,3}[\"'])?\]?\s{0,2}(?:[:=]{1,2}>?\s{0,2})?(?:[{(\[]|\r?\n)\s{0,12}|-H\s{0,2})(?:\\{0,3}[\"'])?\Z"
)
# A sign of a value without quotes; `&` where no other field of an address begins.
_PLAIN = r"(?:[^\s\"'`\\<>,;&{}]|&(?![\w.%\[\]-]{1,40}=|#?\w{1,6};|[\s&\"'`<>]|$))"
#: In the line below, another name begins: `secret:` and `  client_id: …` under it.
_NO_NAME = r"(?![\w.-]{1,60}\\{0,3}[\"'`]?:(?:\s|$))"
_ESCAPED = r"\\(?:/|u00[0-9A-Fa-f]{2})"  # as JSON may write a sign
_QUOTED = tuple(rf"\\{{0,3}}{sign}((?:[^\s{sign}\\]|\\[^{sign}nrt\s]){{6,256}}+)\\{{0,3}}{sign}" for sign in "\"'`")


def _assigned(sign: str, value: str, names: str, check: Callable[[re.Match[str]], bool]) -> SecretRule:
    return SecretRule(
        "assigned-secret",
        rf"(?:{names}){NUMBERED}{sign}{value}",
        LOOSE,
        check,
        "=",
        any_case=True,
    )


_BARE = rf"{_CLOSE}=(?:{_QUOTE})"  # `NAME=value` without a space between
# Beside the name, in a field of its own: `name: PASSWORD` and `value: …` under it, `variable "password" { default = "…"`.
_ITS_VALUE = (
    r"\\{0,3}[\"'`]?\s{0,4}[,{]?(?:\s|\\n){0,40}(?:(?:type|description|sensitive|nullable)[ \t]{0,20}=[^\r\n{}]{0,200}\r?\n\s{0,40}){0,3}\\{0,3}[\"']?(?:value|default)\\{0,3}[\"']?\s{0,4}[:=]\s{0,4}\\{0,3}[\"']?"
    r"([^\"'\s,<>{}\\]{6,4096}+)"
)
_LOOSE_ITS_VALUE = tuple(
    rf"{word}\\{{0,3}}[\"']?[{SPACE}]*[:=][{SPACE}]*\\{{0,3}}[\"']?[^\"'{BLANK}]{{6}}" for word in ("value", "default")
)

_WRAPS = (
    r"(?:[\w.:]{0,20}[.:])?(?:field|secretstr|secretbytes|securestring|secret|str|string|bytes|b64decode|fromhex|buffer\.from|string::from|some)"
    r"\((?:default\s?=\s?|value\s?=\s?)?[rb]?[\"']"
)

SAYS_SO = re.compile(rf"(?:{NAMES}){NUMBERED}\Z", re.IGNORECASE)


def _typed_or_long(value: str) -> bool:
    return typed(value) or digits(value) or unspoken(value)


def _no_name_of_one(match: re.Match[str]) -> bool:
    """No secret's name behind where it is kept: `arn:aws:secretsmanager:…:secret:prod/db`."""
    return _typed_or_long(match[1]) and not _ARN.search(
        match.string, max(0, match.start() - LOOKED_BACK), match.start()
    )


NAMED = (
    SecretRule(
        "assigned-secret",
        rf"<[a-z0-9_:.-]{{0,40}}(?:{NAMES})>\s{{0,4}}([^\s<>]{{6,4096}}+)\s{{0,4}}</",
        tuple(f"{name}>[^<>]{{6}}" for name in (*PASSWORD, "secret", "key", "token", "_pass", "jwt")),
        of(typed),
        any_case=True,
    ),
    SecretRule(
        "assigned-key",
        rf"(?:{'|'.join(ANY_KEY)}){NUMBERED}>\s{{0,4}}([^\s<>]{{8,512}}+)\s{{0,4}}</",
        tuple(rf"{name}{NUMBERED}>[{SPACE}]*[^{BLANK}<>]{{8}}" for name in ANY_KEY),
        key_like,
        "</",
        any_case=True,
    ),
    SecretRule(
        "assigned-secret",
        rf"(?:{NAMES}){NUMBERED}{_ITS_VALUE}",
        _LOOSE_ITS_VALUE,
        of(typed),
        any_case=True,
    ),
    SecretRule(
        "assigned-key",
        rf"(?:{'|'.join(ANY_KEY)}|_pass){NUMBERED}{_ITS_VALUE}",
        _LOOSE_ITS_VALUE,
        key_like,
        any_case=True,
    ),
    SecretRule(
        "assigned-secret",
        r"<pass(?: encoding=\"base64\")?>\s{0,4}([^\s<>]{6,256}+)\s{0,4}</pass>",
        ("pass>[^<>]{6}", "pass encoding="),
        of(typed),
        any_case=True,
    ),
    # A password is told by its name even where it is short, or a word in quotes.
    *(_assigned(_SIGNS, quoted, _WORDS, of(word_or_number)) for quoted in _QUOTED),
    *(_assigned(_SIGNS, quoted, NAMES, of(_typed_or_long)) for quoted in _QUOTED),
    # In a call that only wraps it: `SecretStr("…")`, `Field(default="…")`.
    SecretRule(
        "assigned-secret",
        rf"(?:{NAMES}){NUMBERED}{_SIGNS}{_WRAPS}([^\s\"'\\]{{6,512}}+)[\"']",
        LOOSE,
        of(_typed_or_long),
        "=",
        any_case=True,
    ),
    SecretRule(
        "assigned-key",
        rf"(?:{'|'.join(ANY_KEY)}|_pass){NUMBERED}{_SIGNS}{_WRAPS}([^\s\"'\\]{{8,512}}+)[\"']",
        _loose((*ANY_KEY, "_pass"), 8),
        key_like,
        "=",
        any_case=True,
    ),
    _assigned(_BARE, rf"{_NO_NAME}((?:{_PLAIN}|{_ESCAPED}){{6,}}+)", _WORDS, of(word_or_number)),
    _assigned(ASSIGN, rf"{_NO_NAME}((?:{_PLAIN}|{_ESCAPED}){{6,}}+)", _WORDS, of(typed)),
    SecretRule(
        "assigned-secret",
        rf"(?:{NAMES}){NUMBERED}{ASSIGN}{_NO_NAME}((?:{_PLAIN}|{_ESCAPED}){{8,}}+)",
        LOOSE,
        _no_name_of_one,
        "=",
        any_case=True,
    ),
    SecretRule(
        "assigned-key",
        rf"(?:{'|'.join(ANY_KEY)}){NUMBERED}{ASSIGN}{_NO_NAME}((?:{_PLAIN}|{_ESCAPED}){{8,}}+)",
        _loose(ANY_KEY, 8),
        key_like,
        "=",
        any_case=True,
    ),
    # As a table, a command line or a hurried sentence has it: `token 4f5e…`, `API key: ` with the sign left out.
    SecretRule(
        "assigned-key",
        rf"(?:{'|'.join(_BESIDE)})[\"'`]?[ \t]{{1,4}}[\"'`(]?([A-Za-z0-9_./+=~:%?@-]{{16,512}}+)",
        tuple(rf"{name}[\"'`]?[ \t]{{1,4}}[\"'`(]?[a-z0-9_./+=~:%?@-]{{16}}" for name in _BESIDE),
        beside,
        any_case=True,
    ),
    SecretRule(
        "assigned-key",
        rf"(?:{'|'.join(_BESIDE)})[\"'`*]{{0,3}}[ \t]{{0,24}}\|[ \t]{{0,4}}[\"'`*]{{0,3}}([A-Za-z0-9_./+=~:%?@-]{{8,512}}+)",
        tuple(rf"{name}[\"'`*]*[ \t]*\|[ \t\"'`*]*[a-z0-9_./+=~:%?@-]{{8}}" for name in _BESIDE),
        beside,
        "|",
        any_case=True,
    ),
)

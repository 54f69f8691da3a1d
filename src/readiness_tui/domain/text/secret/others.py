"""Formats of vendors that few scanners list, and that `prefixed` does not see: without a word that says what they are, in small
letters, or short."""

from __future__ import annotations

from readiness_tui.domain.text.secret.formats import ALNUM, END, HEX, UUID, WORD
from readiness_tui.domain.text.secret.rule import FREE, SecretRule, cased, key, mixed, of, pieced, random

#: What stands before a UUID.
_HEADS = ("ovsxp_", "ovsxat_", "waka_", "-dep-", "-api-", "sec-c-", "_production_", "_sandbox_", "ctx7sk-", "sk_")

OTHERS = (
    # Without a word that says so, or too short for `prefixed`.
    key(
        "vendor-token",
        "ucat_ bb_pr_ bb_ma_ bb_at_ zpka_ pts_ cpk_ odt_ unkey_ os_v2_app_ os_v2_org_",
        "A-Za-z0-9_.",
        20,
        sure=random,
    ),
    key("vendor-token", "da2- m0- NF- db-", ALNUM, 26, sure=random, tail="(?![A-Za-z0-9-])"),
    key("vendor-token", "APP_USR- akab-", "A-Za-z0-9-", 30, sure=pieced),
    key("vendor-token", "oauth:", "a-z0-9", 30, sure=mixed, tail=END),
    key("vendor-token", "pk.", HEX, 32, tail=END),
    key("vendor-token", "hawk. amzn1.oa2-cs.v1. WPL_AP0. WPL_AP1.", "A-Za-z0-9_.+/=-", 20, sure=mixed),
    key("vendor-token", "secret-token: AstraCS: endr+ bce-v3/ALTAK", "A-Za-z0-9_:./=-", 16, sure=mixed),
    key("vendor-token", "IGQV IGAA A21AA 3MVG9 AKLT GOOG1E dG9rO", "A-Za-z0-9_.+/=-", 40, sure=mixed),
    key("vendor-token", "BSA 4/0A", WORD, 27, sure=cased),
    key("vendor-token", "BBFF- BBUS-", ALNUM, 26, sure=random),
    SecretRule(
        "vendor-token",
        rf"{FREE}((?:ovsxp_|ovsxat_|waka_|px-dep-|px-api-|sec-c-|persona_production_|persona_sandbox_|ctx7sk-|sk_|gcntfy-[a-z0-9_-]{{1,40}}-){UUID})",
        (
            *(f"{head}[a-f0-9]{{8}}-[a-f0-9]{{4}}" for head in _HEADS),
            "gcntfy-",
        ),
    ),
    SecretRule("vendor-token", rf"{FREE}(KEY0[0-9A-F]{{31}}_[A-Za-z0-9]{{22}})", ("key0[0-9a-f]{31}_",)),
    SecretRule(
        "vendor-token",
        rf"{FREE}((?:PRD|SBX)-[a-f0-9]{{8,12}}(?:-[a-f0-9]{{4,8}}){{3,5}})",
        ("prd-[a-f0-9]{8}", "sbx-[a-f0-9]{8}"),
    ),
    SecretRule("vendor-token", rf"{FREE}([0-9]{{1,15}}-[A-Za-z0-9]{{64}}){END}", ("-[a-z0-9]{64}",), of(cased), "-"),
    SecretRule("vendor-token", rf"{FREE}(K00[0-9][A-Za-z0-9/+]{{27}}){END}", ("k00[0-9][a-z0-9/+]{27}",), of(cased)),
    key("digitalocean-token", "DO00", "0-9A-Z", 16, sure=mixed, tail=END),
)

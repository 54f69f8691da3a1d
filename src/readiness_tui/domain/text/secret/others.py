"""Formats of vendors that few scanners list, and that `prefixed` does not see: without a word that says what they are, in small
letters, or short."""

from __future__ import annotations

import re

from readiness_tui.domain.text.secret.formats import ALNUM, ANY_UUID, END, HEX, UUID, WORD
from readiness_tui.domain.text.secret.rule import FREE, SecretRule, cased, key, mixed, of, pieced, random
from readiness_tui.domain.text.secret.values import turns

#: What stands before a UUID.
_HEADS = ("ovsxp_", "ovsxat_", "waka_", "-dep-", "-api-", "sec-c-", "_production_", "_sandbox_", "ctx7sk-", "sk_")


def _no_digest(value: str) -> bool:
    return mixed(value) and bool(re.search("[g-zA-Z]", value))


def _without_order(value: str) -> bool:
    return turns(value) >= 8


def _cased_piece(value: str) -> bool:
    """No name in capitals with a year, as `BSA-2026-Report` is."""
    return cased(value) and pieced(value)


OTHERS = (
    SecretRule(
        "clickhouse-key",
        rf"{FREE}(4b1d[A-Za-z0-9]{{38}}){END}",
        ("4b1d[a-z0-9]{38}",),
        of(_no_digest),
    ),
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
    key("vendor-token", "pk.", ALNUM, 32, sure=mixed, tail="(?![A-Za-z0-9.])"),
    key("vendor-token", "hawk. amzn1.oa2-cs.v1. WPL_AP0. WPL_AP1.", "A-Za-z0-9_.+/=-", 20, sure=mixed),
    key("vendor-token", "secret-token: AstraCS: endr+ bce-v3/ALTAK", "A-Za-z0-9_:./=-", 16, sure=mixed),
    key("vendor-token", "IGQV IGAA A21AA 3MVG9 AKLT GOOG1E dG9rO", "A-Za-z0-9_.+/=-", 40, sure=mixed),
    key("vendor-token", "4/0A", WORD, 27, sure=cased),
    key("vendor-token", "BSA", WORD, 24, sure=_cased_piece),
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
    # Behind a few letters: in small ones, or short.
    key("vendor-token", "cr-", HEX, 50, tail=END),
    key("vendor-token", "mlsn.", ALNUM, 30, sure=random),
    key("vendor-token", "na1. eu1.", "A-Za-z0-9+/", 90, sure=cased),
    key(
        "vendor-token",
        "vtwn_ essu_ AIK_CI_ dvc_server_ aact_prod_ aact_hmlg_ live_auth_ test_auth_ k2sk_v1_ mdb_sa_sk_ persona_production_ persona_sandbox_",
        WORD,
        16,
        sure=random,
    ),
    key("vendor-token", "pina_ prf_ tss_", WORD, 20, sure=pieced),
    key("vendor-token", "flp_ waka_", ALNUM, 36, sure=mixed),
    SecretRule("vendor-token", rf"{FREE}(ion_[A-Za-z0-9]{{36,}}+){END}", ("ion_[a-z0-9]{36}",), of(mixed), "_"),
    key(
        "vendor-token",
        "packagist_ort_ packagist_out_ packagist_oat_ packagist_urt_ packagist_uut_ packagist_uat_",
        HEX,
        60,
    ),
    key("vendor-token", "api_live. api_live_us. api_live_ca. api_sandbox.", "A-Za-z0-9_.-", 20, sure=random),
    key("vendor-token", "SWMTKN-1- SWMKEY-1-", "A-Za-z0-9+/-", 40, sure=mixed),
    key("vendor-token", "apk_ apk_user_", "A-Za-z0-9+/=", 80, sure=cased),
    key("vendor-token", "cog_", "a-z2-7", 52, sure=mixed, tail=END),
    key("vendor-token", "cflt", "A-Za-z0-9+/", 60, sure=cased, tail=END),
    key("vendor-token", "configcat-sdk-1/", "A-Za-z0-9_/-", 40, sure=mixed),
    key("vendor-token", "R_", HEX, 32, tail=END),
    key("vendor-token", "cnvca CAIS", WORD, 40, sure=cased),
    key("vendor-token", "AQV AQW AQX AQU", WORD, 90, sure=cased),
    key("vendor-token", "web_ server_", "a-z0-9", 32, sure=_without_order, tail=END),
    key("vendor-token", "dvc_client_ dvc_mobile_", WORD, 14, sure=mixed),
    key("vendor-token", "api_", ALNUM, 12, sure=mixed, tail=r"\.[A-Za-z0-9]{16,}+"),
    key("vendor-token", "samsara_api_", ALNUM, 20, sure=random),
    SecretRule(
        "klaviyo-key", rf"{FREE}(pk_(?:[A-Za-z0-9]{{6}}_)?[a-f0-9]{{34}}){END}", ("pk_[a-z0-9]{6}_?[a-f0-9]{28}",)
    ),
    SecretRule("pubnub-key", rf"{FREE}((?:pub|sub)-c-{ANY_UUID}){END}", ("pub-c-", "sub-c-")),
    key("vendor-token", "EXO", ALNUM, 24, sure=cased, tail=END),
    key("vendor-token", "RGAPI-", "a-z0-9_-", 36, sure=mixed),
    key("vercel-token", "vcp_ vci_ vca_ vcr_ vck_", WORD, 40, sure=_cased_piece),
    SecretRule("fly-token", rf"{FREE}(FlyV1 [A-Za-z0-9=_,/+-]{{60,}}+)", ("flyv1 [a-z0-9=_,/+-]{16}",), of(mixed)),
    SecretRule("slack-token", rf"{FREE}(xoxd-[A-Za-z0-9/+%_=-]{{40,}}+)", ("xoxd-[a-z0-9/+%_=-]{16}",), of(mixed)),
    SecretRule("vendor-token", rf"{FREE}([A-Za-z0-9+/]{{22}}==:[A-Za-z0-9]{{32}}){END}", (":[a-z0-9]{32}",), of(cased)),
    SecretRule(
        "authress-key",
        rf"{FREE}((?:sc|ext)_[a-z0-9]{{5,30}}\.[a-z0-9]{{4,6}}\.acc[_-][a-z0-9-]{{10,32}}\.[a-z0-9+/_=-]{{30,}}+)",
        (r"\.acc[_-][a-z0-9-]{10}",),
        gate=".",
    ),
    # A mark in the middle, at its place: the rest of the list that `azure-key` is from.
    SecretRule(
        "azure-key",
        rf"{FREE}([A-Za-z0-9+/]{{76}}\+A(?:Ba|MC)[A-Za-z0-9+/]{{5}}[AQgw]==|[A-Za-z0-9+/]{{33}}(?:\+ARm|AZEG)[A-P][A-Za-z0-9+/]{{5}}="
        r"|[A-Za-z0-9_-]{44}AzFu[A-Za-z0-9_-]{5}[AQgw]==)",
        (r"\+aba[a-z0-9+/]{5}", r"\+amc[a-z0-9+/]{5}", r"\+arm[a-p]", "azeg[a-p]", "azfu[a-z0-9_-]{5}"),
    ),
    # A certificate with its key, as PKCS #12 has them, in base64.
    SecretRule(
        "private-key",
        rf"{FREE}(MI[I-L][A-Za-z0-9+/]{{2}}[AQgw]IBAzCC[A-Za-z0-9+/]{{20,}}+=*+(?:\s?(?:\\r)?(?:\\n|\n)[A-Za-z0-9+/]{{16,}}+=*+)*+)",
        ("ibazcc[a-z0-9+/]{16}",),
    ),
    SecretRule(  # an id and its secret
        "vendor-token",
        rf"{FREE}([a-f0-9]{{32}}\.[A-Za-z0-9]{{16}}){END}(?!\.)",
        (r"\.[a-z0-9]{16}",),
        of(lambda value: cased(value[33:])),
        ".",
    ),
    # Like a JWT, whatever its parts are written in: two or three of them, and each begins as JSON does.
    SecretRule(
        "jwt",
        rf"{FREE}(ey[A-Za-z0-9_-]{{16,600}}+\.ey[A-Za-z0-9_-]{{16,9000}}+(?:\.[A-Za-z0-9_-]{{8,}}+)?)",
        (r"\.ey[a-z0-9_-]{16}",),
        of(cased),
        ".",
    ),
)

"""Which fields name a version, and which only look like it."""

from __future__ import annotations

import pytest

from readiness_tui.domain.text.versions import floats, has, has_version, names_model, pinned, undated


@pytest.mark.parametrize(
    "value",
    [
        "v4", "v", "1", "2.4.1", "kb-2026-11-22", "rag-v4-prod", "main@3f9c2d1", "support", "production-7", "p1",
        "prompt_v4", "3f9c2d1b", "unknown-topics-2", "v1.0-dev", "antwort", "nonesuch", "müller",
    ],
)  # fmt: skip
def test_it_names_a_version(value: str) -> None:
    assert has_version(value)


@pytest.mark.parametrize(
    "value",
    [
        None, "", "  ", "TBD", "tbd.", "null", "None", "none", "n/a", "N/A", "na", "nan", "unknown", "UNKNOWN", "-", "—", "?",
        "...", "<unknown>", "<version>", "(unknown)", "'null'", "{{X}}", "{{ prompt.version }}", "rag-{{version}}", "${X}",
        "${GIT_SHA:-none}", "$GIT_SHA", "%s", "v%d", "%(version)s", "%VERSION%", "__VERSION__", "@VERSION@", "{version}", "{}",
        "[version]", "[[version]]", "todo", "FIXME", "xxx", "change-me", "placeholder", "undefined", "unset", "not set",
        "no version", "version", "string", "[object Object]", "0.0.0", "0.0.0-SNAPSHOT", "rag-TBD", "prompt-unknown",
        "unknown-model", "version: null",
    ],
)  # fmt: skip
def test_a_placeholder_names_none(value: str | None) -> None:
    assert not has_version(value)


@pytest.mark.parametrize(
    "value",
    [
        "latest", "Latest", "main", "master", "HEAD", "stable", "prod", "production", "current", "staging", "develop", "newest",
        "rag:latest", "rag-latest", "rag@main", "prompts/support/production", "registry.example/rag:stable", "2026-latest",
    ],
)  # fmt: skip
def test_a_name_that_moves_names_no_version_though_it_is_a_value(value: str) -> None:
    assert has(value)
    assert not has_version(value)


@pytest.mark.parametrize(
    "model",
    [
        "gpt-4o", "gpt-4", "gpt-5-mini", "openai/gpt-4o-mini", "azure/gpt-4.1", "chatgpt-4o-latest", "o3", "o3-mini",
        "claude-3-5-sonnet-latest", "claude-sonnet-4", "claude-sonnet-4-5", "us.anthropic.claude-3-haiku", "gemini-1.5-pro",
        "gemini-2.0-flash", "mistral-large", "mistral-large-latest", "command-r-plus", "grok-2", "gpt-4o-0000-00-00",
        "latest", "prod", "our-model:latest",
    ],
)  # fmt: skip
def test_a_model_floats_where_its_provider_sells_dated_names(model: str) -> None:
    assert floats(model)
    assert undated(model)
    assert not names_model(model)
    assert not pinned(model)


@pytest.mark.parametrize(
    "model",
    [
        "gpt-4o-2024-08-06", "gpt-4-0613", "gpt-4-1106-preview", "gpt-5-2025-08-07", "o1-2024-12-17", "claude-3-5-sonnet-20241022",
        "claude-sonnet-4-20250514", "claude-3-7-sonnet@20250219", "anthropic.claude-3-v2:1", "gemini-1.5-pro-002",
        "mistral-large-2407", "command-r-plus-08-2024", "grok-2-1212", "ft:gpt-3.5-turbo:acme::7p4lURel", "support-ft-v3",
        "m@sha256:ab", "llama-3.1-8b@0e9e39f249a16976918f6564b8830bc894c89659",
    ],
)  # fmt: skip
def test_a_dated_model_is_pinned(model: str) -> None:
    assert pinned(model)
    assert names_model(model)
    assert not floats(model)


@pytest.mark.parametrize(
    "model", ["llama-3.1-8b", "gpt-oss-20b", "our-own", "claude-opus-4-6", "gemini-2.5-pro", "open-mistral-7b"]
)
def test_of_a_model_that_nobody_dates_nothing_is_said(model: str) -> None:
    assert names_model(model)
    assert undated(model)
    assert not pinned(model)
    assert not floats(model)

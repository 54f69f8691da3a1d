"""Recounts of the JUnit files: straight from their elements and attributes."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree


def _root(path: Path) -> ElementTree.Element:
    return ElementTree.parse(path).getroot()


def _elements(path: Path) -> dict[str, Any]:
    """By what stands inside of a test."""
    tests = list(_root(path).iter("testcase"))
    errors = [test for test in tests if test.find("error") is not None]
    fails = [test for test in tests if test.find("failure") is not None and test not in errors]
    skipped = [test for test in tests if test.find("skipped") is not None and test not in (*errors, *fails)]
    return {
        "cases": len(tests),
        "pass": len(tests) - len(errors) - len(fails) - len(skipped),
        "fail": len(fails),
        "error": len(errors),
        "unknown": len(skipped),
        "rejects": 0,
    }


def _complete(path: Path) -> dict[str, Any]:
    """As many tests as are declared."""
    root = _root(path)
    declared = sum(int(suite.get("tests", 0)) for suite in ([root] if root.get("tests") else root.findall("testsuite")))
    return {**_elements(path), "partial": int(declared > len(list(root.iter("testcase"))))}


def _attributes(path: Path) -> dict[str, Any]:
    said = [test.get("status") for test in _root(path).iter("testcase")]
    return {
        "cases": len(said),
        "pass": said.count("run"),
        "fail": said.count("fail"),
        "unknown": said.count("notrun") + said.count("disabled"),
        "partial": 0,
    }


not_run = ctest = _attributes
counts_short = teardown = surefire = empty_name = _complete


def collection_error(path: Path) -> dict[str, Any]:
    lost = [error for error in _root(path).iter("error") if error.get("message") == "collection failure"]
    return {**_elements(path), "partial": len(lost)}


def suite_error(path: Path) -> dict[str, Any]:
    outside = [suite for suite in _root(path).iter("testsuite") if suite.find("error") is not None]
    return {**_elements(path), "partial": len(outside)}


def bun(path: Path) -> dict[str, Any]:
    files = {(test.get("file"), test.get("name")) for test in _root(path).iter("testcase")}
    return {**_complete(path), "distinct": len(files)}


def playwright(path: Path) -> dict[str, Any]:
    names = {test.get("name") for test in _root(path).iter("testcase")}
    return {**_complete(path), "distinct": len(names)}


def two_prompts(path: Path) -> dict[str, Any]:
    return {**_complete(path), "runs": len(_root(path).findall("testsuite"))}

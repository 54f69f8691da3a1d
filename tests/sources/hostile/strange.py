"""Contents that no tool wrote, forced into every format: empty, cut short, nested without end, of the wrong shape.

Each was once a way to get past some reader. They are read by all of them.
"""

from __future__ import annotations

_NOTHING = (
    b"", b"\n\n", b" \n\t\n", b"\xef\xbb\xbf", b"null", b"3", b'"text"', b"[]", b"{}", b"[[]]", b"[null]\n", b"\x00" * 100,
    b",,,\n,,,\n", b",,\n,,\n", b"a,a\n1,2\n", b"\xff\xfe", b"\x1b[2J\n", b"just some words\n", b"NaN\n", b"1e999",
)  # fmt: skip

_DEEP = (
    b"[" * 200_000, b'{"a":' * 200_000, b'{"trace_id":' * 5_000, b'{"info":' * 5_000, b'{"resourceSpans":' * 50_000,
    b'{"resourceSpans": [{"scopeSpans": [{"spans": [{"attributes": ' + b"[" * 90 + b"]" * 90 + b"}]}]}]}",
    b'{"trace_id": "t", "dotted_order": "d", "run_type": "llm", "id": "i", "child_runs": ' + b"[" * 9000,
    b"<a>" * 50_000, b"- " * 5_000, b"a: &a [*a]\n", b'{"trace_id": 1' + b"0" * 5000 + b"}",
)  # fmt: skip

_BINARY = (
    b"PK\x03\x04" + b"\0" * 100, b"PK\x05\x06" + b"\0" * 18, b"SQLite format 3\x00" + b"\0" * 84,
    b"SQLite format 3\x00" + b"\xff" * 5000, b":W&B\xe1\xbe\x00", b":W&B\xe1\xbe\x01" + b"\0" * 50,
    b":W&B\xe1\xbe\x00" + b"\xff" * 70_000, b":W&B\xe1\xbe\x00" + b"\0" * 70_000, b"\x0a\x7f" + b"\xff" * 200,
    b"\x00\x00\x00\x08" + b"\x0a\x06\x12\x04\x12\x02\x0a\x00" * 3, b"\x1f\x8b\x08" + bytes(range(60)),
    "<testsuite/>".encode("utf-16"), b"<testsuite>", b"<!DOCTYPE a [<!ENTITY b 'c'>]><testsuite>&b;</testsuite>",
)  # fmt: skip

_OWN = (
    b'{"run": {"started_at": 1e308}}\n{"case_id": 1}\n', b'{"run": 3}\n{"case_id": []}\n', b'{"cases": 3}', b'{"cases": [3]}',
    b'{"trace_id": null}\n{"trace_id": [1]}\n', b'{"faithfulness": NaN}', b'{"id": 1e400}\n',
)  # fmt: skip

_REPORTS = (
    b'{"evalId": "x", "results": {"version": 3}}', b'{"evalId": "x", "results": [1]}',
    b'{"evalId": 1, "results": {"version": 3, "stats": {"durationMs": 1e300}, "timestamp": 1, "results": [{}]}}',
    b"evalId: x\nresults:\n  version: 3\n  results: 1\n", b'{"version":2,"status":1,"eval":[]}',
    b'{"version":2,"status":"success","eval":{"task":1,"model":"m"},"samples":[1,{"id":1,"scores":{"s":{"value":{}}}}]}',
    b'{"testCases":[{"name":"x","metricsData":[{"name":"m","score":1e999}],"completionTime":-1}]}',
    b'{"spec":{"eval_name":1,"created_at":"never"}}\n', b'{"results":{"t":1},"n-samples":1,"higher_is_better":2,"date":"x"}',
    b'{"doc_id":1,"doc_hash":1,"filter":[],"metrics":1,"target":1}\n', b'{"user_input":[],"response":1,"m":1}\n',
    b'<promptfoo><evalId>1</evalId><results><version>3</version><results/><stats><successes>1</successes>'
    b'<failures>0</failures><errors>0</errors></stats></results></promptfoo>',
)  # fmt: skip

_TRACES = (
    b'{"resourceSpans": 3}\n{"resourceLogs": [3]}\n', b'{"annotator_kind": 1, "span_id": 2, "result": 3, "name": 4}\n',
    b'{"context": {"trace_id": "t", "span_id": 1}, "span_kind": 3, "parent_id": [], "status_code": {}}\n',
    b'{"data": []}', b'{"data": [[1]], "meta": 1}', b'{"trace_id": ["t"], "dotted_order": {}, "run_type": [], "id": {}}\n',
    b'{"run": {}, "example": {}, "evaluation_results": {"results": [1, {}]}}\n' * 3,
    b'example_id,execution_time,id,inputs.q,feedback.a\nx,NaN,i,"' + b"[" * 5000 + b'",nan\n',
    b'example_id,execution_time,id,inputs.q,feedback.a\nx,1,i,"[0x' + b"f" * 9000 + b']",inf\n',
    b"example_id,execution_time,id,inputs.q,feedback.a,outputs.a\xff,outputs.b\nx,1,i,q,1,o,p\n",
    b'traceId,startTime,type,projectId,input\nt,2026-11-20,SPAN,p,"' + b'{""a"":' * 99 + b"1" + b"}" * 99 + b'"\n',
    b'{"data": [{"traceId": [], "startTime": {}, "type": [], "projectId": 1, "id": 7}], "meta": {"cursor": {}}}',
)  # fmt: skip

_TRACKERS = (
    b'{"columns": 3, "data": []}', b'{"columns": ["a", "a"], "data": []}', b'{"columns": ["a"], "data": {"a": 1}}',
    b'{"columns": [], "data": []}', b'{"columns": ["case_id"], "data": [[[[[[1]]]]], 3, null, ["x", "y"]]}',
    b'{"columns": ["score"], "data": [[NaN], [1e999], [-Infinity], [123456789012345678901234567890]]}',
    b'{"runs": [{"info": {}, "data": {}}, 3]}', b'{"traces": [{"trace_id": 1, "tags": 3, "assessments": [3, {}]}]}',
    b'{"info": {"trace_id": "x", "request_time": 1e300}, "data": {"spans": [3, {"span_id": 3}]}}\n{}\n',
    b'{"_runtime": "x", "_timestamp": [], "t": {"_type": "table-file", "path": "../../../etc/passwd"}}',
    b'{"_runtime": 12.5, "_timestamp": 1795435341.7, "accuracy": 0.75, "best": Infinity}',
    b'{"mlflow_pull": 3}\n{"run": {"info": {"run_id": 3, "start_time": "x"}}}\n{"run": 3}\n',
    b"run_id,experiment_id,status,start_time,metrics.a\nr,1,FINISHED,never,1e999\nr2,1,?,,nan\nr2,1,?,,0x1\n",
)  # fmt: skip

#: What a pattern that takes blanks back would read for hours: the suite would not end.
_BLANKS = tuple(
    begin + blank * 400_000
    for blank in (b"\n", b" ", b"\t", b"\r\n", b"\n  ")
    for begin in (b"", b"results:", b"- ", b"thresholds", b"{", b"[", b"<a", b"x,y", b"---", b'"')
)

CONTENTS = (*_NOTHING, *_BLANKS, *_DEEP, *_BINARY, *_OWN, *_REPORTS, *_TRACES, *_TRACKERS)

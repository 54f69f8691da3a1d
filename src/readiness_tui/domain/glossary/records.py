"""The words of the log, of imports and of incidents."""

from __future__ import annotations

from readiness_tui.domain.glossary.model import Term, TermGroup

RECORDS = TermGroup(
    "Traces, imports and incidents",
    (
        Term(
            "trace",
            "One recorded request: question, answer, what was retrieved, which tools were called.",
            also=("traces", "request", "record"),
        ),
        Term(
            "success, fail, abstain, error",
            "How a request ended: well, badly, by saying that it does not know, or without an answer.",
            also=("success", "abstain", "error", "errors", "status", "outcome"),
        ),
        Term(
            "tool call",
            "What the system asked another program to do, with arguments and a result.",
            also=("tools", "tool"),
        ),
        Term(
            "retrieved",
            "The passages that were found for a question; a chunk is one of them.",
            also=("chunk", "chunks"),
        ),
        Term("feedback", "What users said of an answer."),
        Term("waterfall", "The steps of a request under each other, each as long as it took.", also=("steps", "span")),
        Term("counts", "How many traces have each value of a field.", also=("facets",)),
        Term("filter", "A condition such as `latency>3000` that narrows a list.", also=("filters", "narrowed")),
        Term(
            "import",
            "Reads files into the review. Twice is once, and what could not be read is listed with line and reason.",
            also=("imports", "imported", "rejected"),
            page="sources.md",
        ),
        Term(
            "mapping",
            "Which column or field of a file is what, where the program cannot tell by itself.",
            page="mapping.md",
        ),
        Term("masked", "A credential or personal datum that is not shown.", also=("secret", "redacted", "•••")),
        Term(
            "taken back",
            "An import that was withdrawn: what it had replaced is there again.",
            also=("take back",),
            page="next_review.md",
        ),
        Term(
            "incident",
            "Something broke: its times, what happened, and what is done so that it does not come back.",
            also=("incidents", "INC"),
            page="incidents.md",
        ),
        Term(
            "sev1, sev2, sev3, sev4",
            "How bad an incident is; sev1 is the worst. An open sev1 is NO-GO, an open sev2 a condition.",
            also=("sev1", "sev2", "sev3", "sev4", "sev"),
        ),
        Term(
            "started, detected, acknowledged, mitigated, resolved",
            "The five times of an incident, and how long each took.",
            also=(
                "started",
                "detected",
                "acknowledged",
                "mitigated",
                "resolved",
                "to detect",
                "to acknowledge",
                "to mitigate",
                "to resolve",
            ),
        ),
        Term("timeline", "What happened when, line by line."),
        Term(
            "factor",
            "Something that made an incident possible or worse. There is rarely one cause.",
            also=("factors", "root cause"),
        ),
        Term(
            "action",
            "What is to be done after an incident, with an owner and a day. An open one is a gap.",
            also=("actions",),
        ),
        Term("did not hold", "Items that were thought met and that an incident refuted."),
        Term(
            "eval case",
            "A case that asks what the incident was about, so that it is tested from now on.",
            also=("as a case",),
        ),
        Term("doubtful", "What an import was not sure of, to be looked at by a person."),
        Term("recurs", "Whether it can happen again, and with what.", also=("recurs?",)),
        Term("live notes", "Notes with times, typed while the incident runs.", also=("live",)),
        Term(
            "failure class",
            "What kind of thing failed: retrieval, a prompt, a tool, the data. Trends count by it.",
            also=("class", "failure classes"),
        ),
        Term(
            "control",
            "An item of the checklists that should have prevented the incident: it held, failed, or was absent.",
            also=("controls", "controls that failed", "item breached", "held"),
            page="incidents.md",
        ),
        Term("impact", "How many were affected, of how many, and by which source."),
        Term(
            "what changed",
            "Prompt, model, index, tools or traffic before and after the incident began.",
            also=("changed around it",),
        ),
        Term("factors that recur", "Factors that more than one incident had."),
    ),
)

"""Every place of the app: what it is for, and what to do first. Where nothing is in it yet, it says so with these words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual.content import Content
from textual.screen import Screen

from readiness_tui.tui.host import host
from readiness_tui.tui.text import join
from readiness_tui.tui.texts.named_keys import with_keys

if TYPE_CHECKING:
    from readiness_tui.services.explanation import Subject


@dataclass(frozen=True, slots=True)
class Signpost:
    """`empty`: what is said first where nothing is there; `purpose`: what it is for; `act`: what to do, with `{id}` for the
    key of the action with this id."""

    empty: str
    purpose: str
    act: str
    words: tuple[str, ...] = ()


PLACES = {
    "overview": Signpost(
        "Nothing is imported and nothing is scored yet.",
        "Here stands the verdict, what decides it, and the fewest changes that better it.",
        "Press {app.import} to import runs and traces, or {app.checklists} to score the first item. {app.explain} explains what"
        " is highlighted, on every screen.",
    ),
    "overview changes": Signpost(
        "No change is asked for.",
        "Here stand the fewest changes that reach a better verdict.",
        "Press {overview.why} for what the verdict rests on, {app.scorecard} to read the scorecard and freeze it.",
    ),
    "checklists": Signpost(
        "This review has no item.",
        "Here every item is scored, with what proves it: 0 missing, 1 partial, 2 met.",
        "Press {checklists.scope} to choose checklists and how deep the review looks.",
    ),
    "evals": Signpost(
        "There is no gate yet.",
        "Here stands whether the evaluation runs reach what the team agreed on before the change.",
        "Write what a release has to reach into a gate.yaml, import it with {app.import}, then lock it with {evals.lock}:"
        " before the run.",
    ),
    "gate without a run": Signpost(
        "The gate was not run: there is no candidate.",
        "Here each metric of the candidate is held against its rule.",
        "Import a run with {app.import}, or choose one under runs ({evals.tab} turns the tabs) with {evals.candidate}.",
    ),
    "compare": Signpost(
        "A comparison needs a candidate and a baseline that share cases.",
        "Here candidate and baseline are compared case by case: what got better, what got worse, what could be luck.",
        "{evals.tab} turns the tabs: under runs {evals.candidate} makes one the candidate, {evals.baseline} the baseline."
        " {app.import} imports runs.",
    ),
    "runs": Signpost(
        "No run is imported yet.",
        "Here stand all evaluation runs of this system, the latest first, with quality, time and cost together.",
        "Press {app.import} and name what your eval tool wrote: promptfoo, Inspect, Ragas, or cases as JSON Lines.",
    ),
    "all cases": Signpost(
        "No case meets the filter.",
        "Here stand all cases of the run.",
        "{cases.leave} shows all of them again.",
    ),
    "traces": Signpost(
        "No trace is imported yet.",
        "Here stand all requests that were recorded. Proofs read them, the gate's latency and error rate can come from them,"
        " and incidents point at single ones.",
        "Press {app.import} and name a log: JSON Lines with one request a line, or an export of OpenTelemetry, Langfuse,"
        " LangSmith, Phoenix or MLflow.",
    ),
    "traces filtered": Signpost(
        "No trace meets the filter.",
        "The list shows only what the line above asks for.",
        "{room.back} shows all traces again, {traces.filter} changes the filter.",
    ),
    "traces pinned": Signpost(
        "None of these traces is imported.",
        "Another screen asked for them by their ids.",
        "{room.back} goes back, {app.traces} shows all traces, {app.import} imports those that are missing.",
    ),
    "incidents": Signpost(
        "No incident is recorded.",
        "Here stands what went wrong, how severe and how long, and what is done about it. An open sev1 is a NO-GO, an open"
        " sev2 a condition; the incident note is one of the seven things that a review hands in.",
        "Press {incidents.new} when something goes wrong, or for a drill: what happened, how severe, since when. Then"
        " {incidents.log} takes live notes, {incidents.time} sets the times, {incidents.write} writes the note,"
        " {incidents.action} adds what is to be done.",
    ),
    "incidents filtered": Signpost(
        "No incident meets the filter.",
        "The list shows only what the line above asks for.",
        "{room.back} shows all of them, {incidents.new} opens one.",
    ),
    "gaps": Signpost(
        "There is no gap.",
        "A gap is what is not good enough yet, with who closes it by when. It lives on until the review verifies it.",
        "Score items with {app.checklists}: each below 2 becomes one. {gaps.done} shows those that were closed.",
    ),
    "conditions": Signpost(
        "There is no condition.",
        "A condition is what somebody promises by a day, so that the release can go.",
        "{app.overview} shows what the verdict rests on.",
    ),
    "scorecard": Signpost(
        "Nothing is scored yet, so it says little.",
        "Here stands the document that the meeting leaves behind: the verdict, what it rests on, and the gaps.",
        "Score items with {app.checklists}, import with {app.import}; {scorecard.freeze} closes the review with it.",
    ),
    "history": Signpost(
        "This is the first review of the system.",
        "Here stand all reviews with their verdicts, and below them who changed what, when and why.",
        "{history.new} starts the next one, which carries on what is open; {history.undo} takes a change back.",
    ),
    "changes": Signpost(
        "No change is recorded.",
        "Here stands who changed what, when and why.",
        "Score items with {app.checklists}: each score is a change.",
    ),
    "labelling": Signpost(
        "No case waits for a person.",
        "Here people say of single answers whether they are good enough, before they see what the judge said.",
        "Import a run with {app.import} whose golden set marks cases high_risk, or go to {app.evals} and lock a gate:"
        " it then asks for labels.",
    ),
    "live": Signpost(
        "No incident is open.",
        "Live notes write down what happens in an incident while it happens, from anywhere.",
        "Under Incidents ({app.incidents}) one is opened.",
    ),
    "live notes": Signpost(
        "Nothing is written down yet.",
        "What is written here stands in the incident's timeline, with its time.",
        "Type what happened, and press {live.write}.",
    ),
    "meeting": Signpost(
        "Nothing is on the agenda.",
        "Meeting mode goes through what needs the meeting, one item at a time: conflicts, blockers, what is undecided.",
        "{meeting.leave} goes back; {app.checklists} scores items.",
    ),
    "why": Signpost(
        "Nothing speaks against it.",
        "Here stands every cause of the verdict. Enter goes to what a cause is about, and Esc there comes back.",
        "{app.scorecard} shows the scorecard, which closes the review.",
    ),
    "found": Signpost(
        "No row here has these words.",
        "Only the rows with every word that is typed are shown.",
        "{list.all} shows all rows again.",
    ),
    "choices": Signpost(
        "There is nothing to choose here.",
        "What is asked for needs something to choose from first.",
        "{pick.leave} leaves.",
    ),
    "reviews": Signpost(
        "No review here is called that.",
        "Here stand the reviews of every system in this file.",
        "{reviews.leave} shows all of them again; under History ({app.history}) the next one is started.",
    ),
    "this review alone": Signpost(
        "This file holds one review.",
        "Where a file holds several, one of them is chosen here.",
        "Under History ({app.history}) the next one is started.",
    ),
    "copy": Signpost(
        "This is a copy to score: nothing of this is in it.",
        "A copy holds the items and what their proofs said when it was made. Gate, runs, traces, incidents, conditions and"
        " everybody else's votes are in the file that it was made from.",
        "{app.checklists} scores the items. `readiness share back -o FILE` hands the votes in.",
    ),
    "copy overview": Signpost(
        "Nothing is scored yet in this copy.",
        "Here stand your own scores, by checklist. The verdict is in the file that the copy was made from.",
        "{app.checklists} scores the first item. `readiness share back -o FILE` hands the votes in.",
    ),
    "words": Signpost(
        "No word of the app is like that.",
        "Here stands what every word and sign of the screens means.",
        "{glossary.leave} leaves; a shorter word finds more.",
    ),
}

#: By a screen's guide: what lies over the rooms, and the two that stand before any, whose titles say less than this. What it
#: is for, and what to do.
GUIDES = {
    "The first start": (
        "No review is open here. Each way to begin makes a file of its own in this folder; nothing is made before one is"
        " chosen.",
        "{greeting.new} for your own system: its name, its release and who takes part. {greeting.import} does the same and"
        " reads your eval runs and traces at once. {greeting.sample} and {greeting.lab} are for looking and trying.",
    ),
    "Quick lab": (
        "The whole loop on a small example: questions, thresholds, a baseline, one change, and whether to ship it and why. Its"
        " files are yours afterwards.",
        "{lab.go_on} goes on, {lab.back} goes a step back, {lab.leave} leaves; the files stay.",
    ),
    "Import": (
        "Reads what your eval and tracing tools wrote, and the gate, the golden set or a mapping that you wrote. The format is"
        " recognised by the content; what is in the file already is not stored twice.",
        "Type a path, a file or a folder, and press Enter. {import.role} says first whether its runs are the candidate, the"
        " baseline, or neither; {import.mapping} says what the columns of an unknown table mean. {import.leave} cancels an"
        " import that runs, else leaves.",
    ),
    "Live notes": (
        "Each line goes into the timeline of the open incident, with its time, while things happen.",
        "Type what happens and press {live.write}. @ links a trace, a case, an item or a person; / sets a time or the severity;"
        " a time in front, such as 14:05, dates the line back. {live.leave} leaves.",
    ),
    "Note of an incident": (
        "Here each section of the incident's note is written. What is typed is kept within a second.",
        "{writing.next} saves and goes to the next section, {writing.sections} chooses one, {writing.leave} saves and leaves.",
    ),
    "Incident note": (
        "This is the incident's note as it is handed in, chapter by chapter.",
        "{note.read} reads on, {note.leave} leaves. It is written and exported under Incidents.",
    ),
    "Around an incident": (
        "Here stands what was different in the recorded requests around the start of the incident, the largest changes first."
        " It moved at the same time; whether it is the cause, people decide.",
        "{around.take} takes a line into the note, {around.time} compares around another time, {around.example} shows a request"
        " of the new state. {around.leave} leaves.",
    ),
    "Runs over time": (
        "Quality, time and cost of the runs, one after the other, with the gate's thresholds.",
        "{plot.before} and {plot.after} go from run to run, whose figures stand above; {plot.metric} shows the next metric."
        " {plot.close} leaves.",
    ),
    "One case": (
        "Here stands all that is known of one case: question, answer, scores, and what the golden set asks for.",
        "{case.next} goes to the next, {case.label} gives it a human label, {case.gap} makes it a gap. {case.close} leaves.",
    ),
    "All cases of a run": (
        "Here stand all cases of the run, however many; a filter says which.",
        "{cases.filter} filters, {cases.sort} sorts, {cases.counts} counts them by a field, Enter opens one. {cases.leave}"
        " leaves.",
    ),
    "How they are spread": (
        "Here latency and cost of what is listed stand as bars: how many lie between which values, with the gate's limit.",
        "{spread.leave} goes back to the list, where a filter says what is counted.",
    ),
}


#: What a reviewer's copy never has, whatever is done in it.
_NOT_IN_A_COPY = ("evals", "gate without a run", "compare", "runs", "traces", "incidents", "conditions")
_IN_A_COPY = {"overview": "copy overview", "overview changes": "copy overview", **dict.fromkeys(_NOT_IN_A_COPY, "copy")}


def _signpost(name: str, screen: Screen[Any]) -> Signpost:
    view = host(screen).view
    return PLACES[_IN_A_COPY.get(name, name) if view is not None and view.lent is not None else name]


def empty_text(name: str, screen: Screen[Any]) -> Content:
    """What a place says that has nothing in it: that, what it is for, what to do."""
    place = _signpost(name, screen)
    return join(
        Content.styled(place.empty, "bold"),
        "\n",
        Content.styled(place.purpose, "$foreground-muted"),
        "\n",
        with_keys(place.act, screen),
    )


def empty_sentence(name: str, screen: Screen[Any]) -> str:
    """The same as a notice."""
    place = _signpost(name, screen)
    return f"{place.empty} {with_keys(place.act, screen)}"


def place_explained(name: str, screen: Screen[Any]) -> Subject:
    """What a place is for, and what to do in it."""
    from readiness_tui.domain.explanation.model import Explanation, passage
    from readiness_tui.services.explanation import Subject

    place, called = _signpost(name, screen), name.capitalize()
    act = with_keys(place.act, screen)
    made = Explanation(
        called, called, (passage("What it is for", place.purpose), passage("What to do", act)), (name, *place.words)
    )
    return Subject("this screen", lambda: made)

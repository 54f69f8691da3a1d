"""Write the worked scorecard anew: `python -m tests.reports.write_expected`, then read the difference."""

from tests.reports.sample import make_card
from tests.reports.test_scorecard import EXPECTED

if __name__ == "__main__":
    from readiness_tui.reports.scorecard_md import scorecard_markdown

    EXPECTED.write_text(scorecard_markdown(make_card()), encoding="utf-8", newline="\n")

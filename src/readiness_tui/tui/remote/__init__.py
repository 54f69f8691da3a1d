"""The app in somebody's browser, on a machine that is not theirs."""

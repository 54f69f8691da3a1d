"""The smallest Textual app, and one with a list: what a start and a key cost without us."""

from textual.app import App, ComposeResult
from textual.widgets import OptionList, Static


class Hello(App[None]):
    def compose(self) -> ComposeResult:
        yield Static("Hello, world")
        yield OptionList(*(f"row {number}" for number in range(300)))

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()


if __name__ == "__main__":
    Hello().run()

"""What was taken away meanwhile: work that ends after its screen, and a click on a row that a list has no more."""

from __future__ import annotations

from traceback import walk_tb

from textual._context import active_message_pump
from textual.app import App, ScreenError
from textual.css.query import NoMatches
from textual.dom import DOMNode, NoScreen
from textual.events import Click
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.widget import MountError
from textual.widgets import OptionList
from textual.worker import active_worker

GONE = (
    NoMatches,
    ScreenError,
    NoScreen,
    MountError,
)  # what work meets whose screen is gone: no fault where that was left


def left(app: App[None], error: Exception) -> bool:
    """Whether what failed was done for a screen, or a part of one, that was left meanwhile."""
    worker, pump = active_worker.get(None), active_message_pump.get(None)
    return any(_is_left(app, node) for node in (worker.node if worker is not None else pump, _asked(error)))


def hits_nothing(pump: MessagePump, message: Message) -> bool:
    """Whether this is a click on a row that was painted, and is not in the list any more."""
    if not isinstance(message, Click) or not isinstance(pump, OptionList):
        return False
    row = message.style.meta.get("option")
    return row is not None and row >= pump.option_count


def _asked(error: Exception) -> object:
    """The node that met `error`. What waits for a refresh is done by whatever screen is on top by then, so who does it
    does not say for whom."""
    met: object = None
    for frame, _ in walk_tb(error.__traceback__):
        if isinstance(node := frame.f_locals.get("self"), DOMNode):
            met = node
    return met


def _is_left(app: App[None], node: object) -> bool:
    if not isinstance(node, DOMNode) or isinstance(node, App):
        return False
    screen = next((one for one in node.ancestors_with_self if isinstance(one, Screen)), None)
    if node._closing or not node.is_attached or screen is None:
        return True
    return screen not in app.screen_stack and screen not in app._installed_screens.values()

"""The styles that tao.tcss gives to a widget's parts."""

from rich.style import Style
from textual.widget import Widget


def looks(widget: Widget, *parts: str) -> list[Style]:
    """What each of these component classes adds to the ground it is drawn on."""
    return [widget.get_component_rich_style(part, partial=True) for part in parts]

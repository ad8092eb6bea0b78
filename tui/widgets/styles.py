"""The styles that tao.tcss gives to the parts of a widget."""

from rich.style import Style
from textual.widget import Widget


def part_styles(widget: Widget, *parts: str) -> list[Style]:
    """What each of these component classes adds to the widget's own style."""
    return [widget.get_component_rich_style(part, partial=True) for part in parts]

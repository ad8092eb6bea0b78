"""The colours: a dark room and one warm lamp. Every meaning is also a shape or a word, so none depends on colour."""

from textual.theme import Theme

TAO = Theme(
    name="tao",
    primary="#e0a458",
    secondary="#7fa9a3",
    accent="#e0a458",
    foreground="#d9d4c9",
    background="#111315",
    surface="#171a1d",
    panel="#22262b",
    success="#93b879",
    warning="#e0a458",
    error="#e2705f",
    dark=True,
    variables={"quiet": "#8f8c84", "dim": "#62646a", "faint": "#3a4047"},
)
SHADES = {"quiet": "#909090", "dim": "#707070", "faint": "#505050"}  # for every other theme

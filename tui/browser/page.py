"""The page: a terminal that fills the window. Everything on it comes from this computer."""

from html import escape

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Tao</title>
<link rel="stylesheet" href="/static/css/xterm.css">
<style>
@font-face {{ font-family: "Roboto Mono"; src: url("/static/fonts/RobotoMono-VariableFont_wght.ttf"); }}
body {{ margin: 0; background: #111315; color: #d9d4c9; font-family: "Roboto Mono", monospace; }}
.textual-terminal {{ width: 100vw; height: 100vh; }}
.word {{ position: absolute; inset: 0; display: flex; align-items: center; justify-content: center; }}
.word a {{ color: #e0a458; margin-left: 1em; }}
.closed, body.-first-byte .starting, body.-closed .textual-terminal {{ display: none; }}
body.-closed .closed {{ display: flex; }}
#start {{ display: none; }}
</style>
<script src="/static/js/textual.js"></script>
</head>
<body>
<div class="word starting">Opening Tao's screen</div>
<div class="word closed">The screen is closed.<a href="/">Open it again</a></div>
<span id="start"></span>
<div id="terminal" class="textual-terminal" data-session-websocket-url="{websocket}" data-font-size="{font}"></div>
<script src="/tao.js"></script>
</body>
</html>
"""
# keys reach the terminal without a click, as soon as it is drawn and whenever the window comes to the front
SCRIPT = """const focusTerminal = () => document.querySelector(".xterm-helper-textarea")?.focus();
new MutationObserver(focusTerminal).observe(document.body, {attributes: true, attributeFilter: ["class"]});
window.addEventListener("focus", focusTerminal);
"""
SMALLEST, USUAL, LARGEST = 6, 16, 60


def page(host: str, secure: bool, font: str) -> str:
    """The page's HTML. host: as the browser addresses this computer; font: the letters' height in pixels, as text."""
    size = min(LARGEST, max(SMALLEST, int(font))) if font.isascii() and font.isdigit() else USUAL
    return PAGE.format(websocket=escape(f"{'wss' if secure else 'ws'}://{host}/ws", quote=True), font=size)

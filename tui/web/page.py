"""The pages: the one with the terminal in it, and those that say why there is none.

Everything they need comes from here: a war room may have no way to the internet.
"""

from __future__ import annotations

from html import escape

HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",  # the first address may hold the token
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_FACES = """
@font-face { font-family: "Roboto Mono"; font-weight: 100 700; font-style: normal;
  src: url("static/fonts/RobotoMono-VariableFont_wght.ttf"); }
@font-face { font-family: "Roboto Mono"; font-weight: 100 700; font-style: italic;
  src: url("static/fonts/RobotoMono-Italic-VariableFont_wght.ttf"); }
"""
_STYLE = """
html, body { height: 100%; margin: 0; overflow: hidden; background: #0f1419; }
body { color: #c8d0d8; font: 16px "Roboto Mono", "DejaVu Sans Mono", monospace; }
#terminal { position: absolute; inset: 0; }
#words { display: none; position: absolute; inset: 0; z-index: 10; align-items: center;
  justify-content: center; background: #0f1419d0; }
#words.shown { display: flex; }
.box { max-width: 60ch; padding: 24px 32px; border: 1px solid #3a4550;
  background: #161c23; line-height: 1.5; }
.plain { display: flex; height: 100%; align-items: center; justify-content: center; }
button, input { font: inherit; padding: 4px 12px; color: inherit; background: #0f1419;
  border: 1px solid #3a4550; }
"""
# The client of textual-serve draws, and opens its websocket when the page is loaded.
# It neither waits for the font that it measures, nor takes the keyboard, nor says why
# its websocket has ended: that is done around it.
_SCRIPT = """
history.replaceState(null, "", location.pathname);
const terminal = document.getElementById("terminal");
const socket = new URL("ws", location.href);
socket.protocol = location.protocol === "https:" ? "wss:" : "ws:";
terminal.dataset.sessionWebsocketUrl = socket.href;
function say(text, again) {
  document.getElementById("said").textContent = text;
  document.getElementById("again").hidden = !again;
  document.getElementById("words").classList.add("shown");
}
function tryAgain() {
  fetch(location.pathname, {cache: "no-store"}).then(
    () => location.reload(), () => setTimeout(tryAgain, 3000));
}
function takeKeys() {
  const input = document.querySelector(".xterm-helper-textarea");
  if (input) input.focus();
}
window.WebSocket = class extends WebSocket {
  constructor(url) {
    super(url);
    this.addEventListener("open", takeKeys);
    this.addEventListener("close", (event) => {
      if (event.code === 1000) return say("You have left the dashboard.", true);
      say("No connection to taloscope: what was on the screen is old. Trying again.");
      setTimeout(tryAgain, 3000);
    });
  }
};
document.getElementById("again").onclick = () => location.reload();
window.addEventListener("focus", takeKeys);
const begin = window.onload;
window.onload = async (event) => {
  const faces = ["16px", "bold 16px"].map((how) => how + " 'Roboto Mono'");
  await Promise.allSettled(faces.map((face) => document.fonts.load(face)));
  begin(event);
};
"""


def policy(nonce: str) -> str:
    """What the page may load, and from where: from us alone."""
    return (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; "
        "style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )


def terminal(title: str, font_size: int, nonce: str) -> str:
    """The page with the terminal."""
    body = f"""
<link rel="stylesheet" href="static/css/xterm.css">
<script src="static/js/textual.js"></script>
<div id="terminal" class="textual-terminal" data-font-size="{font_size}"></div>
<div id="words" style="font-size: {font_size}px"><div class="box"><p id="said"></p>
<button id="again" hidden>Open it again</button></div></div>
<script nonce="{nonce}">{_SCRIPT}</script>"""
    return _page(title, _FACES + _STYLE, body)


def refusal(said: str, *, asks_token: bool = False, again_seconds: int = 0) -> str:
    """A page that says why there is no terminal, and what to do."""
    field = """
<form method="post" action="./"><input type="password" name="token" autofocus
 autocomplete="off" aria-label="token"> <button>Look</button></form>"""
    again = f'<meta http-equiv="refresh" content="{again_seconds}">'
    body = f"""{again if again_seconds else ""}
<div class="plain"><div class="box"><p>{escape(said)}</p>
{field if asks_token else ""}</div></div>"""
    # Without our fonts: whoever is refused gets none.
    return _page("taloscope", _STYLE, body)


def _page(title: str, style: str, body: str) -> str:
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>
<link rel="icon" href="data:,"><style>{style}</style></head>
<body>{body}</body></html>
"""

"""A real headless Chromium, driven over its DevTools protocol."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.real.conftest import binary
from tui.clock import SystemClock

CLOCK = SystemClock()
START_SECONDS = 60.0
SHOW_SECONDS = 60.0
_BEAT, _BEAT_SECONDS = Event(), 0.1
"""Between two looks at a page; nobody sets it."""
_PORT_FILE = "DevToolsActivePort"
# The page's client keeps its terminal to itself; it sets this property on its way.
_LAY_OPEN = """
Object.defineProperty(Object.prototype, "websocket_url", {
  configurable: true,
  set(url) {
    window.__client = this;
    Object.defineProperty(this, "websocket_url", {value: url, writable: true});
  },
});
"""
_SCREEN = """
(() => {
  const buffer = window.__client?.terminal.buffer.active;
  if (!buffer) return document.body?.innerText ?? "";
  const rows = [];
  for (let y = 0; y < window.__client.terminal.rows; y++)
    rows.push(buffer.getLine(y).translateToString(true));
  return rows.join("\\n");
})()
"""
_COLOURS = """
(async () => {
  const picture = new Image();
  picture.src = "data:image/png;base64,%s";
  await picture.decode();
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const drawing = canvas.getContext("2d");
  drawing.drawImage(picture, 0, 0);
  const data = drawing.getImageData(0, 0, picture.width, picture.height).data;
  return new Set(new Uint32Array(data.buffer)).size;
})()
"""


class Tab:
    """One tab of one browser."""

    def __init__(self, process: subprocess.Popen[bytes], socket: ClientConnection):
        self.process = process
        self._socket = socket
        self._number = 0
        self._session = ""
        made = self._call("Target.createTarget", url="about:blank")
        target = {"targetId": made["targetId"], "flatten": True}
        self._session = self._call("Target.attachToTarget", **target)["sessionId"]
        self._call("Page.enable")
        self._call("Page.addScriptToEvaluateOnNewDocument", source=_LAY_OPEN)

    def _call(self, method: str, **parameters: Any) -> Any:
        self._number += 1
        asked = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            asked["sessionId"] = self._session
        self._socket.send(json.dumps(asked))
        while True:
            answer = json.loads(self._socket.recv(timeout=SHOW_SECONDS))
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]

    def open(self, url: str, width: int = 1280, height: int = 800) -> None:
        """Go to a page, in a window of so many pixels."""
        self._call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        self._call("Page.bringToFront")
        self._call("Emulation.setFocusEmulationEnabled", enabled=True)
        self._call("Page.navigate", url=url)

    def run(self, script: str) -> Any:
        """What a script of the page gives."""
        done = self._call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in done, done
        return done["result"].get("value")

    @property
    def text(self) -> str:
        """What the terminal in the page shows; of another page its text."""
        found = self.run(_SCREEN)
        assert isinstance(found, str)
        return found

    def wait(self, words: str, *, within: str = _SCREEN, gone: bool = False) -> str:
        """Until this is on the screen, or is not any more; what is on it then.

        within  a script whose value is the text that is looked at
        """
        deadline = CLOCK.monotonic() + SHOW_SECONDS
        while (words in (text := str(self.run(within)))) is gone:
            assert CLOCK.monotonic() < deadline, f"waited for {words!r} in\n{text}"
            _BEAT.wait(_BEAT_SECONDS)
        return text

    def press(self, key: str) -> None:
        """A key that is a letter or a sign, or Escape."""
        text = {"text": key} if len(key) == 1 else {}
        code = {} if text else {"windowsVirtualKeyCode": {"Escape": 27}[key]}
        self._call("Input.dispatchKeyEvent", type="keyDown", key=key, **text, **code)
        self._call("Input.dispatchKeyEvent", type="keyUp", key=key, **code)

    def picture(self) -> bytes:
        """What the window shows, as PNG."""
        taken = self._call("Page.captureScreenshot", format="png")
        return base64.b64decode(taken["data"])

    def colours(self, picture: bytes) -> int:
        """How many colours a picture has; a blank page has one."""
        # Another page than ours: its policy lets no script of others load a picture.
        self._call("Page.navigate", url="about:blank")
        found = self.run(_COLOURS % base64.b64encode(picture).decode())
        assert isinstance(found, int)
        return found

    def kill(self) -> None:
        """End the browser, all its processes, without a word to anybody."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def _debugging_url(folder: Path, process: subprocess.Popen[bytes]) -> str:
    deadline = CLOCK.monotonic() + START_SECONDS
    path = folder / _PORT_FILE
    while not path.exists() or len(path.read_text().split()) < 2:
        assert process.poll() is None, "Chromium has ended"
        assert CLOCK.monotonic() < deadline, "Chromium does not start"
    port, place = path.read_text().split()
    return f"ws://127.0.0.1:{port}{place}"


@contextmanager
def browser(folder: Path) -> Iterator[Tab]:
    """A browser of its own, with nothing in it, until the block ends."""
    command = [
        binary("chromium", "chromium-browser", "google-chrome"),
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--remote-debugging-port=0",
        f"--user-data-dir={folder}",
        "about:blank",
    ]
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        url = _debugging_url(folder, process)
        with connect(url, max_size=None, compression=None) as socket:
            yield Tab(process, socket)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

"""Pages built from the product's own sources, served to a browser without a server: for tests and benches."""

import json
import mimetypes
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from playwright.sync_api import BrowserContext, Page, Request, Route

ROOT = Path(__file__).resolve().parents[2]
# A browser trusts this name with what it keeps from other sites: locks between tabs, hashes.
ADDRESS = "http://localhost:4173"
# No code from elsewhere, none made from text. Cornerstone and the pages set styles of elements.
POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; img-src 'self' data: blob:; "
    "style-src 'self' 'unsafe-inline'"
)
# Where the browser imitates a graphics processor, the page draws without it. With this it takes it for a real one.
WITH_GRAPHICS = """{
  const asked = WebGL2RenderingContext.prototype.getParameter;
  WebGL2RenderingContext.prototype.getParameter = function (name) {
    return name === 0x9246 ? 'a graphics processor' : asked.call(this, name);
  };
}"""


def build(folder: Path) -> Path:
    """The pages of frontend/bench, built into a folder of their own."""
    command = ["npx", "--no-install", "vite", "build", "--config", "vite.bench.config.ts"]
    done = subprocess.run(
        [*command, "--outDir", str(folder), "--emptyOutDir"],
        cwd=ROOT / "frontend",
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"The pages could not be built:\n{done.stdout}{done.stderr}")
    return folder


class Refused(Exception):
    """What a door answers instead."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(status)
        self.status, self.body = status, body


@dataclass
class Site:
    """What a page may ask for: built files, data by path, and what `doors` answers. The rest are strays."""

    files: Path
    data: dict[str, bytes] = field(default_factory=dict)
    doors: Callable[[str, Request], dict[str, Any] | None] = lambda path, request: None
    strays: list[str] = field(default_factory=list)

    def open(self, context: BrowserContext, path: str) -> Page:
        context.route("**/*", self._answer)
        opened = context.new_page()
        opened.set_default_timeout(60_000)
        opened.goto(ADDRESS + path)
        return opened

    def _answer(self, route: Route) -> None:
        try:
            self._give(route)
        except Refused as refused:
            body = json.dumps(refused.body)
            route.fulfill(status=refused.status, body=body, content_type="application/json")

    def _give(self, route: Route) -> None:
        address = urlsplit(route.request.url)
        path = unquote(address.path.lstrip("/"))
        ours = f"{address.scheme}://{address.netloc}" == ADDRESS
        file = self.files / ("index.html" if path.startswith("reading/") else path)
        if ours and (body := self.data.get(path)) is not None:
            route.fulfill(body=body, content_type="application/octet-stream")
        elif ours and (answer := self.doors(path, route.request)) is not None:
            route.fulfill(body=json.dumps(answer), content_type="application/json")
        elif ours and file.is_file():
            kind = mimetypes.guess_type(file)[0] or "application/octet-stream"
            route.fulfill(
                body=file.read_bytes(), content_type=kind, headers={"Content-Security-Policy": POLICY}
            )
        else:
            if path not in ("favicon.ico", "icon.svg"):
                self.strays.append(route.request.url)
            route.fulfill(status=404)


def picture(
    key: str, lv: Mapping[str, float] | None, dims: tuple[int, int, int] = (80, 80, 64)
) -> dict[str, object]:
    """How a page is told of a neutral volume that lies at /data/<key>."""
    return {
        "key": key,
        "address": f"/data/{key}",
        "dims": list(dims),
        "spacing_mm": 2,
        "full_scale": 40_000,
        "lv": None if lv is None else dict(lv),
    }


def heart_layout(columns: int, pairs: int, sets: int = 1) -> dict[str, object]:
    """Stress above rest: rows of the short axis, then both long axes; further sets to the right."""
    views = [("SA", n * columns) for n in range(pairs)] + [("VLA", 0), ("HLA", 0)]
    strips = [
        {
            "view": view,
            "state": state,
            "set": number + 1,
            "row": 2 * pair + at,
            "column": number * columns,
            "count": columns,
            "first": first,
        }
        for pair, (view, first) in enumerate(views)
        for at, state in enumerate(("stress", "rest"))
        for number in range(sets)
    ]
    return {"name": "test", "columns": columns * sets, "rows": 2 * len(views), "strips": strips}

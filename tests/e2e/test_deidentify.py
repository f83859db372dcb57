"""The browser's de-identification in a real Chromium: the worker of the build, under the pages' own security policy.

Files with invented identifiers in every place that could hold one go in. What comes out must hold none of them and be
the same bytes as the server's own procedure makes, and nothing may go over the network meanwhile.
"""

import base64
import functools
import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from csp.utils import build_policy
from django.conf import settings
from playwright.sync_api import Browser, Page

from reader_study.intake import chain
from reader_study.intake.deidentification import Answers, Deidentified, report_digest
from reader_study.intake.description import Pixels
from reader_study.intake.pseudonyms import Pseudonyms
from reader_study.intake.reasons import NotTaken
from tests.reader_study.intake.hostile import DOUBTFUL, HOSTILE
from tests.reader_study.intake.odd import ODD
from tests.reader_study.intake.planted import KINDS, everywhere, found, usual

KEY = hashlib.sha256(b"key of one site").digest()
PSEUDONYMS = Pseudonyms(KEY)
# What the browser leaves to the server: it decodes no JPEG, and has no limit but its worker's.
OF_THE_SERVER = {"bad_codestream", "too_costly"}
ASK_THE_WORKER = """
async ({worker, key, file, said}) => {
  const bytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const fresh = () => {
    const thread = new Worker(worker, {type: 'module'});
    thread.postMessage({key: bytes(key)});
    return thread;
  };
  globalThis.thread ??= fresh();
  const ask = (what) => new Promise((resolve, reject) => {
    thread.onmessage = ({data}) => resolve(data);
    thread.onerror = () => reject(new Error('The worker broke.'));
    thread.postMessage({id: 1, what, n: 0, file: new Blob([bytes(file)]), answers: said});
  });
  const {judged, code} = await ask('judge');
  const {sealed} = await ask('sealed');
  let text = '';
  for (const byte of new Uint8Array(sealed ?? [])) text += String.fromCharCode(byte);
  return {judged: judged ?? {verdict: 'broken', code}, sealed: btoa(text)};
}
"""


@dataclass(frozen=True)
class Answer:
    """What the worker says of a file, and the sealed file; empty if there is none."""

    verdict: str
    code: str
    facts: dict[str, Any]
    sealed: bytes


Ask = Callable[..., Answer]


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The front end's build with the header that the application sends with every page."""

    class Pages(SimpleHTTPRequestHandler):
        def end_headers(self) -> None:
            self.send_header("Content-Security-Policy", build_policy())
            super().end_headers()

        def log_message(self, *args: object) -> None:
            pass

    handler = functools.partial(Pages, directory=str(settings.FRONTEND_DIST))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def page(site: str, chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{site}/.vite/manifest.json")  # any page of the site: only its policy counts
    yield page
    context.close()


@pytest.fixture(scope="module")
def ask(site: str, page: Page) -> Ask:
    """ask(data, **answers): the worker's judgement, and what it would send."""
    (worker,) = (settings.FRONTEND_DIST / "assets").glob("worker-*.js")

    def asked(data: bytes, **said: object) -> Answer:
        given = {
            "worker": f"{site}/assets/{worker.name}",
            "key": base64.b64encode(KEY).decode(),
            "file": base64.b64encode(data).decode(),
            "said": said,
        }
        answer = page.evaluate(ASK_THE_WORKER, given)
        judged = answer["judged"]
        return Answer(judged["verdict"], judged["code"], judged, base64.b64decode(answer["sealed"]))

    return asked


def of_the_server(data: bytes, answers: Answers = Answers()) -> Deidentified:  # noqa: B008  # it is frozen
    return chain.examined(data, pseudonyms=PSEUDONYMS, kinds=None, answers=answers)


@pytest.mark.parametrize("implicit", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_of_a_person_leaves_the_browser(
    kind: str, implicit: bool, ask: Ask, page: Page, request: pytest.FixtureRequest
) -> None:
    planted = usual(kind, 4711, implicit=implicit)
    ask(planted.data)  # the worker has loaded itself
    requested: list[str] = []
    page.on("request", lambda one: requested.append(one.url))
    answer = ask(planted.data)
    assert (answer.verdict, requested) == ("send", [])
    assert len(planted.secrets.planted) >= 60
    assert found(planted.secrets, answer.sealed) == set()
    expected = of_the_server(planted.data)
    assert answer.sealed == expected.data
    assert answer.facts["sha256"] == hashlib.sha256(expected.data).hexdigest()
    assert answer.facts["reportDigest"] == report_digest(expected.report)
    assert answer.facts["subject"] == expected.subject.token


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_leaves_from_any_attribute_of_the_standard(kind: str, ask: Ask) -> None:
    planted = everywhere(kind, 4712)
    answer = ask(planted.data)
    assert answer.verdict == "send"
    assert found(planted.secrets, answer.sealed) == set()
    assert answer.sealed == of_the_server(planted.data).data


@pytest.mark.parametrize("name", ODD)
def test_odd_but_honest_files_leave_as_the_server_would_make_them(name: str, ask: Ask) -> None:
    """What JPEG compressed stays compressed: the server makes the same of it as of the original."""
    data = ODD[name]()
    expected = of_the_server(data)
    answer = ask(data)
    if expected.description.state is None:
        assert (answer.verdict, answer.code) == ("ask", "state_unknown")
        answer = ask(data, state="rest")
        expected = of_the_server(data, Answers(state="rest"))
    assert answer.verdict == "send"
    assert of_the_server(answer.sealed).data == expected.data
    if not name.startswith("JPEG"):
        assert answer.sealed == expected.data


@pytest.mark.parametrize("name", [*HOSTILE, *DOUBTFUL])
def test_no_hostile_or_doubtful_file_leaves(name: str, ask: Ask) -> None:
    make, code = (HOSTILE | DOUBTFUL)[name]
    data = make()
    answer = ask(data)
    if code in OF_THE_SERVER and answer.verdict == "send":
        with pytest.raises(NotTaken):  # what the browser could not see, the server does
            of_the_server(answer.sealed)
        return
    assert (answer.verdict, answer.code, answer.sealed) == (verdict_of(code), code, b"")


def verdict_of(code: str) -> str:
    return {"no_patient_id": "ask", "burned_in": "look", "secondary": "look"}.get(code, "kept_back")


def test_a_person_looks_and_blanks(ask: Ask) -> None:
    data = DOUBTFUL["a name in the image"][0]()
    box = {"frame": None, "left": 0, "top": 0, "right": 60, "bottom": 40}
    answer = ask(data, blank=[box], pixels="blanked")
    assert answer.verdict == "send"
    assert answer.facts["description"]["pixels"] == "blanked"
    assert b"113101" in answer.sealed  # Clean Pixel Data
    assert ask(data, pixels="seen").verdict == "send"
    assert of_the_server(answer.sealed).description.pixels is Pixels.BLANKED

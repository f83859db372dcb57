"""What each role gets from each endpoint. Whom a row does not name gets the answer for what is absent: 404.

Things are those of site A (see world.py). "everyone" is who is signed in, whatever they may do.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from reader_study.agreement import exports
from reader_study.interop.exporting import FHIR
from reader_study.studies.templates import kawakubo_replica
from tests.attacks.roles.world import BLOB
from tests.reader_study.agreement.studies import REASON
from tests.reader_study.allocation.drafts import PASSWORD
from tests.reader_study.reading.test_display_check import CHECK

SIGNED_IN = (
    "coordinator", "coordinator of another site", "quality", "reader", "another reader", "adjudicator",
    "investigator", "monitor", "statistician", "former investigator", "administrator", "nobody",
)  # fmt: skip
EVERYBODY = ("anonymous", *SIGNED_IN)
ADMINISTRATOR = ("administrator",)
COORDINATORS = ("coordinator", "coordinator of another site")
INVESTIGATOR = ("investigator",)
OVERSIGHT = ("investigator", "monitor")
MEMBERS = tuple(name for name in SIGNED_IN if name not in ("former investigator", "administrator", "nobody"))
UNBLINDED = (*COORDINATORS, "quality", "investigator", "monitor")  # who see cases, each of their sites
OF_THE_SITE = ("coordinator", "quality", "investigator", "monitor")
SEE_PICTURES = ("coordinator", "quality", "investigator")
QUALITY = ("quality",)  # alone decides where there is somebody for it
RESULTS = ("investigator", "monitor", "statistician")

Things = Mapping[str, str]


@dataclass(frozen=True)
class Row:
    """method and address of an endpoint -> who gets which status; `named` are parts of the address that are no ids.

    study: the state of the study that is asked for. body: what is sent, or a function of the things there.
    """

    method: str
    address: str
    gets: Mapping[str, int]
    study: str = "open"
    body: Any = None
    named: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    content_type: str = "application/json"

    def sent(self, things: Things) -> Any:
        return self.body(things) if callable(self.body) else self.body


def amended(things: Things) -> dict[str, Any]:
    """The charter in force with another title."""
    return {"document": {**json.loads(things["document"]), "title": "A better title"}}


def get(address: str, who: tuple[str, ...], status: int = 200, **more: Any) -> Row:
    return Row("GET", address, dict.fromkeys(who, status), **more)


def post(
    address: str, who: tuple[str, ...], status: int, body: Any | Callable[[Things], Any] = None, **more: Any
) -> Row:
    return Row("POST", address, dict.fromkeys(who, status), body=body if body is not None else {}, **more)


PROTOCOL = kawakubo_replica(title="T", reader_title="R", simulated=True).as_document()
STUDY = "api/studies/{study_id}"
PEOPLE: list[Row] = [
    Row("GET", "accounts/sign-in", {"anonymous": 200} | dict.fromkeys(SIGNED_IN, 302)),
    Row("POST", "accounts/sign-in", {"anonymous": 200} | dict.fromkeys(SIGNED_IN, 302), body={}),
    post("accounts/sign-out", EVERYBODY, 302),
    post("accounts/language", EVERYBODY, 302),
    get("accounts/invitations/{uid}/{token}", EVERYBODY, named={"token": "@account_token"}),
    post("accounts/invitations/{uid}/{token}", EVERYBODY, 400, named={"token": "@account_token"}),
    get("accounts/join/{secret}", EVERYBODY),
    post("accounts/join/{secret}", EVERYBODY, 400),  # no password was chosen
    Row("GET", "{page}", {"anonymous": 302} | dict.fromkeys(SIGNED_IN, 200), named={"page": "studies"}),
    get("api/session", SIGNED_IN),
    post("api/session/language", SIGNED_IN, 204, {"language": "ja"}),
    post("api/session/reminders", SIGNED_IN, 204, {"reminders": False}),
    get("api/due", SIGNED_IN),
    get("api/token", SIGNED_IN, 401),  # for programs, with a token
    Row("DELETE", "api/tokens/{token_id}", {"coordinator": 204, "administrator": 204}),
    post(
        "api/invitations",
        ADMINISTRATOR,
        201,
        {"email": "new@example.org", "full_name": "New Person", "language": "ja"},
    ),
    get("api/protocol-templates", ADMINISTRATOR),
    get("api/studies", SIGNED_IN),
    post(
        "api/studies",
        ADMINISTRATOR,
        201,
        {"title": "T", "investigator": "ivo.investigator@example.org", "document": PROTOCOL},
    ),
    get(STUDY, MEMBERS),
    Row(
        "PUT",
        f"{STUDY}/protocol",
        {"investigator": 201},
        study="draft",
        body={"document": PROTOCOL, "reason": "Title"},
    ),
    post(
        f"{STUDY}/freeze",
        INVESTIGATOR,
        201,
        lambda things: {"password": PASSWORD, "reason": "It is complete", "sha256": things["charter"]},
        study="draft",
    ),
    get(f"{STUDY}/protocol/versions", OVERSIGHT),
    get(f"{STUDY}/protocol/versions/{{version}}", OVERSIGHT, named={"version": "1"}),
    get(f"{STUDY}/protocol/diff", OVERSIGHT, query="?from=1&to=1"),
    get(f"{STUDY}/protocol/export", OVERSIGHT),
    post("api/protocol-check", ADMINISTRATOR, 200, {"document": PROTOCOL}),
    post(f"{STUDY}/protocol/check", INVESTIGATOR, 200, {"document": PROTOCOL}),
    get(f"{STUDY}/amendment", INVESTIGATOR, study="frozen"),
    post(f"{STUDY}/amendment/preview", INVESTIGATOR, 200, amended, study="frozen"),
    post(
        f"{STUDY}/amendment",
        INVESTIGATOR,
        201,
        lambda things: {
            **amended(things),
            "password": PASSWORD,
            "reason": "A better title",
            "sha256": things["charter"],
        },
        study="frozen",
    ),
    post(f"{STUDY}/sites", INVESTIGATOR, 201, {"code": "C", "name": "Hospital C"}, study="draft"),
    get(f"{STUDY}/members", OVERSIGHT),
    post(f"{STUDY}/members", INVESTIGATOR, 201, {"email": "norma.nobody@example.org", "role": "monitor"}),
    post(f"{STUDY}/members/{{membership_id}}/end", INVESTIGATOR, 200, {"reason": "Has left"}),
    get(f"{STUDY}/delegation", OVERSIGHT),
    get(f"{STUDY}/delegation.csv", OVERSIGHT),
    get(f"{STUDY}/invitations", OVERSIGHT),
    post(
        f"{STUDY}/invitations",
        INVESTIGATOR,
        201,
        {"email": "new@example.org", "full_name": "New Person", "language": "ja", "role": "quality"},
    ),
    post(f"{STUDY}/invitations/{{invitation_id}}/resend", INVESTIGATOR, 200),
    post(f"{STUDY}/invitations/{{invitation_id}}/withdraw", INVESTIGATOR, 200),
    get(f"{STUDY}/journal", OVERSIGHT),
    get(f"{STUDY}/milestones", OVERSIGHT),
    post(f"{STUDY}/rehearsal", INVESTIGATOR, 200, {"cases": 6, "readers": 1}, study="draft"),
]
CASES: list[Row] = [
    get(f"{STUDY}/cases", UNBLINDED),
    get("api/cases/{case_id}", OF_THE_SITE),
    post("api/images/{image_id}/qc", QUALITY, 200, {"decision": "accepted"}, study="draft"),
    post("api/images/{image_id}/geometry", QUALITY, 409, {"confirmed": True}, study="draft"),  # proven
    post("api/images/{image_id}/derivation", SEE_PICTURES, 409, study="draft"),  # it has not failed
    post("api/cines/{cine_id}/derivation", SEE_PICTURES, 202, study="draft"),
    get(f"{STUDY}/site-queries", UNBLINDED),
    post(
        "api/cases/{case_id}/site-queries", QUALITY, 201, {"category": "missing", "text": "Is there a PET?"}
    ),
    post("api/site-queries/{query_id}/answer", ("coordinator",), 200, {"text": "It follows."}),
    post("api/site-queries/{query_id}/reopening", QUALITY, 409, {"text": "When?"}),  # it is open
    post("api/site-queries/{query_id}/closing", QUALITY, 200, {"text": "It is not needed."}),
    get("api/images/{image_id}/volume", SEE_PICTURES),
    get("api/images/{image_id}/polar", SEE_PICTURES),
    get("api/images/{image_id}/dicom", ()),  # what a site sent, the site has
    get("api/images/{image_id}/dicom", SEE_PICTURES, named={"image_id": "@computed"}),
    *(
        get(f"api/images/{{image_id}}/uncertainty/{kind}", SEE_PICTURES, named={"image_id": "@computed"})
        for kind in ("volume", "polar", "dicom")
    ),
    get("api/cases/{case_id}/companions", OF_THE_SITE),
    get("api/cases/{case_id}/certificate", OF_THE_SITE),
    get("api/cases/{case_id}/certificate.pdf", OF_THE_SITE),
    get("api/cases/{case_id}/translations", OF_THE_SITE),
    get(f"{STUDY}/translations", UNBLINDED),
    post(f"{STUDY}/translations/{{job_id}}/again", INVESTIGATOR, 409, study="draft"),  # it is there
]
INTAKE: list[Row] = [
    get(f"{STUDY}/intake", COORDINATORS),
    get(f"{STUDY}/uploads", UNBLINDED),
    post(
        f"{STUDY}/uploads",
        COORDINATORS,
        201,
        {"files": [{"n": 0, "size": 1, "sha256": "d" * 64}]},
    ),
    get("api/uploads/{upload_id}", OF_THE_SITE),
    Row(
        "PUT",
        "api/uploads/{upload_id}/blobs/{sha256}",
        {"coordinator": 201},
        body=BLOB,
        content_type="application/octet-stream",
    ),
    post("api/uploads/{upload_id}/complete", ("coordinator",), 202),
    get(f"{STUDY}/quarantine", UNBLINDED),
    get("api/quarantine/{kept_id}/header", ("coordinator",), 409),  # nothing of it lies in this store
    get("api/quarantine/{kept_id}/picture", ("coordinator",), 409),
    post("api/quarantine/{kept_id}/answer", ("coordinator",), 409, {"state": "stress"}),
    post("api/quarantine/{kept_id}/discard", ("coordinator",), 204),
    get(f"{STUDY}/tokens", UNBLINDED),
    post(f"{STUDY}/tokens", COORDINATORS, 201, {"scope": "intake", "label": "x", "password": PASSWORD}),
    post(f"{STUDY}/tokens", UNBLINDED, 201, {"scope": "dicomweb", "label": "x", "password": PASSWORD}),
    get(f"{STUDY}/peers", UNBLINDED),
    post(
        f"{STUDY}/peers",
        ("coordinator", "investigator"),
        201,
        lambda things: {"site_id": things["site_a"], "calling": "PACS"},
    ),
    Row("DELETE", "api/peers/{peer_id}", {"coordinator": 204, "investigator": 204}),
]
READ = "api/reading/reads/{token}"
CANNOT_TELL = {"answer": "cannot_tell", "arm": None, "confidence": None}


def ended(things: Things) -> dict[str, Any]:
    return {
        "reader": things["reader_id"],
        "recall": {"seen": "unsure", "reads": None, "positions": []},
        "guesses": [{"position": 1, **CANNOT_TELL}, {"position": 2, **CANNOT_TELL}],
    }


QUESTIONS = "api/reading/studies/{study_id}/sessions/{session}/questions"
PICTURE = {"set": "1", "state": "stress"}
READING: list[Row] = [
    get(f"{STUDY}/allocation", OVERSIGHT),
    post(f"{STUDY}/allocation", INVESTIGATOR, 201, study="frozen"),
    get(f"{STUDY}/allocation/list", OVERSIGHT, 409),  # it would unblind
    get(f"{STUDY}/allocation/list", RESULTS, study="unblinded"),
    post(
        f"{STUDY}/opening",
        INVESTIGATOR,
        201,
        {"password": PASSWORD, "reason": "All cases are in"},
        study="allocated",
    ),
    get("api/reading/worklist", SIGNED_IN),
    post("api/reading/display-check", SIGNED_IN, 201, CHECK),
    post("api/reading/display-check/later", SIGNED_IN, 204),
    get(QUESTIONS, (), named={"session": "1"}),  # it is not finished
    get(QUESTIONS, ("reader", "another reader"), named={"session": "1"}, study="read"),
    Row(
        "POST",
        QUESTIONS,
        {"reader": 204, "another reader": 409},  # the answers are the first one's
        study="read",
        body=ended,
        named={"session": "1"},
    ),
    get(READ, ("reader",)),
    get(f"{READ}/volumes/{{set}}/{{state}}", ("reader",), named=PICTURE),
    get(f"{READ}/polar/{{set}}/{{state}}", ("reader",), named=PICTURE),
    get(f"{READ}/contour/{{set}}/{{state}}", (), named=PICTURE),  # there is none
    get(f"{READ}/cines/{{kind}}/{{state}}", (), named={"kind": "gated", "state": "stress"}),
    post(f"{READ}/events", ("reader",), 200, {"events": []}),
    post(
        f"{READ}/signature",
        ("reader",),
        400,  # nothing is scored
        {"password": PASSWORD, "meaning": "authored", "content_sha256": "0" * 64, "last_seq": 0, "step": 1},
    ),
    post(f"{READ}/unlock", ("reader",), 409, {"reason": "A slip"}),
    get(f"{READ}/feedback", ()),  # it trains nobody
    get(f"{READ}/feedback", ("reader",), study="training"),
    get(f"{STUDY}/qualification", OVERSIGHT),
    get(f"{STUDY}/qualification", OVERSIGHT, study="training"),
    get(f"{STUDY}/qualification/reference.csv", OVERSIGHT, study="training"),
    post(f"{STUDY}/qualification/opening", INVESTIGATOR, 409),  # its protocol asks for none
    post(f"{STUDY}/qualification/cases/{{case_id}}", INVESTIGATOR, 201, {"purpose": "test"}, study="draft"),
    post(
        f"{STUDY}/qualification/reference",
        INVESTIGATOR,
        409,  # readers are measured against it
        {"table": "subject,state,segment,score", "reason": "Consensus"},
        study="training",
    ),
    post(
        f"{STUDY}/qualification/readers/{{reader_id}}/attempts",
        INVESTIGATOR,
        409,  # there are attempts left
        {"reason": "Consensus"},
        study="training",
    ),
    get(f"{STUDY}/opening", OVERSIGHT, study="allocated"),
    get(f"{STUDY}/progress", OVERSIGHT),
    get(f"{STUDY}/adjudication", OVERSIGHT),
    post(f"{STUDY}/adjudication", INVESTIGATOR, 409),  # this protocol asks for none
    get(f"{STUDY}/unlocks", OVERSIGHT),
    post(f"{STUDY}/unlocks/{{unlock_id}}", INVESTIGATOR, 201, {"approved": True, "reason": "A slip"}),
]
REPLAY = f"{STUDY}/replays/{{token}}"
RESULT: list[Row] = [
    post(f"{STUDY}/lock", INVESTIGATOR, 202, {"password": PASSWORD, "reason": REASON}, study="read"),
    get(f"{STUDY}/report", OVERSIGHT),
    get(f"{STUDY}/report", RESULTS, study="unblinded"),
    post(f"{STUDY}/report/again", INVESTIGATOR, 409, study="unblinded"),  # it has not failed
    get(f"{STUDY}/report/{{name}}", (), named={"name": exports.READS}),
    get(f"{STUDY}/report/{{name}}", RESULTS, named={"name": exports.READS}, study="unblinded"),
    post(f"{STUDY}/drift", (), 404),  # the protocol names nobody
    post(f"{STUDY}/drift", ("investigator",), 200, study="read"),
    get(f"{STUDY}/unblinding", RESULTS),
    post(
        f"{STUDY}/unblinding", INVESTIGATOR, 409, {"password": PASSWORD, "reason": REASON}
    ),  # it is not locked
    post(
        f"{STUDY}/unblinding",
        INVESTIGATOR,
        201,
        lambda things: {"password": PASSWORD, "reason": REASON, "case_id": things["case_id"]},
    ),
    post(f"{STUDY}/unblinding/{{request_id}}/withdrawal", INVESTIGATOR, 201, {"reason": "A mistake"}),
    post(f"{STUDY}/unblinding/{{request_id}}/key", (), 404),  # nobody has approved it
    post(f"{STUDY}/unblinding/{{request_id}}/key", INVESTIGATOR, 200, study="unblinded"),
    get("api/unblinding", SIGNED_IN),
    post(
        "api/unblinding/{request_id}",
        ("monitor", "statistician", "administrator"),
        201,
        {"approved": True, "password": PASSWORD, "reason": REASON},
    ),
    get(f"{STUDY}/scores", OVERSIGHT),
    get(f"{STUDY}/scores", RESULTS, study="unblinded"),
    post(f"{STUDY}/scores/again", INVESTIGATOR, 409, study="unblinded"),  # they have not failed
    get(f"{STUDY}/scores/{{name}}", (), named={"name": FHIR}),
    get(f"{STUDY}/scores/{{name}}", RESULTS, named={"name": FHIR}, study="unblinded"),
    get(f"{STUDY}/replays", INVESTIGATOR, 409, study="read"),
    get(f"{STUDY}/replays", INVESTIGATOR, study="unblinded"),
    get(REPLAY, INVESTIGATOR, study="unblinded"),
    get(f"{REPLAY}/volumes/{{set}}/{{state}}", INVESTIGATOR, named=PICTURE, study="unblinded"),
    get(f"{REPLAY}/polar/{{set}}/{{state}}", INVESTIGATOR, named=PICTURE, study="unblinded"),
    get(f"{REPLAY}/contour/{{set}}/{{state}}", (), named=PICTURE, study="unblinded"),  # there is none
    get(
        f"{REPLAY}/cines/{{kind}}/{{state}}",
        (),
        named={"kind": "gated", "state": "stress"},
        study="unblinded",
    ),
]
WEB = f"{STUDY}/dicomweb"
ONE, SERIES = f"{WEB}/studies/{{study}}", f"{WEB}/studies/{{study}}/series/{{series}}"
INSTANCE = f"{SERIES}/instances/{{instance}}"
DICOMWEB: list[Row] = [
    get(f"{WEB}/studies", UNBLINDED),
    post(f"{WEB}/studies", COORDINATORS, 415),
    get(f"{WEB}/series", UNBLINDED),
    get(f"{WEB}/instances", UNBLINDED),
    get(ONE, SEE_PICTURES),
    post(ONE, COORDINATORS, 415),
    get(f"{ONE}/series", OF_THE_SITE),
    get(f"{ONE}/instances", OF_THE_SITE),
    get(f"{ONE}/metadata", OF_THE_SITE),
    get(SERIES, SEE_PICTURES),
    get(f"{SERIES}/instances", OF_THE_SITE),
    get(f"{SERIES}/metadata", OF_THE_SITE),
    get(INSTANCE, SEE_PICTURES),
    get(f"{INSTANCE}/metadata", OF_THE_SITE),
    get(f"{INSTANCE}/frames/{{frames}}", SEE_PICTURES, named={"frames": "1"}),
    get(f"{INSTANCE}/bulkdata/{{value}}", SEE_PICTURES, named={"value": "7FE00010"}),
]
ROWS = [*PEOPLE, *CASES, *INTAKE, *READING, *RESULT, *DICOMWEB]
# Takes seconds to make, is the same for all who are signed in, and says nothing of any study.
DESCRIPTION = get("api/schema", ("nobody",))

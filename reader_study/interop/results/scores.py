"""The reads of a data lock as they are told to other systems: readers by code, patients by pseudonym."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reader_study.agreement.analysis import sums
from reader_study.agreement.analysis.steps import final_sheets, modality, steps_of

Score = int | None  # None: not evaluable


@dataclass(frozen=True)
class Model:
    """What computed a virtual image."""

    name: str
    version: str
    digest: str


@dataclass(frozen=True)
class SeenImage:
    image: str
    image_set: str
    state: str


@dataclass(frozen=True)
class ScoredRead:
    """One signed read, by its last step.

    image_set, beside
        What the scores are about, and what was shown beside it.
    number
        1 for the first read of an image set by a reader, 2 for a hidden repeat.
    scores
        State -> scores in the order of the AHA's numbers, or of the regions of a brain.
    choices
        What else the form asked, without free text: a comment may say anything.
    """

    token: str
    subject: str
    case: str
    site: str
    reader: str
    image_set: str
    number: int
    version: int
    scores: Mapping[str, Sequence[Score]]
    choices: Mapping[str, int | str | Sequence[int | str]]
    images: Sequence[SeenImage]
    signed_at: datetime
    organ: str = "heart"
    beside: Sequence[str] = ()

    @property
    def name(self) -> str:
        """Of this read in file names and identifiers, e.g. "A-0001_R1_spect_1"."""
        return f"{self.subject}_{self.reader}_{modality([*self.beside, self.image_set])}_{self.number}"

    def answers(self) -> Iterator[tuple[str, int | str]]:
        """The choices one by one: a question that takes several answers stands there once for each."""
        for name, value in self.choices.items():
            for one in [value] if isinstance(value, int | str) else value:
                yield name, one

    def sum(self, state: str) -> int | None:
        """SSS or SRS, by the rule of the report."""
        return sums.total(self.scores[state])

    @property
    def difference(self) -> int | None:
        """SDS: stress minus rest, signed."""
        return sums.difference(self.sum("stress"), self.sum("rest"))


@dataclass(frozen=True)
class ScoredStudy:
    """models: those that computed virtual images; none where the study has none."""

    study_id: str
    title: str
    simulated: bool
    lock_sha256: str
    reads: Sequence[ScoredRead]
    models: Sequence[Model]


def scored_study(snapshot: Mapping[str, Any], *, lock_sha256: str) -> ScoredStudy:
    """From the canonical snapshot (schema "reader-study/lock/1"): the reads in force, in a fixed order."""
    document = snapshot["protocol"]["document"]
    arms = {arm["code"]: steps_of(arm)[-1] for arm in document["arms"]}
    readers = {reader["id"]: reader["code"] for reader in snapshot["readers"]}
    cases = {case["id"]: case for case in snapshot["cases"]}
    final = final_sheets(snapshot)
    images = {
        (image["case"], image["image_set"], image["state"]): image["id"] for image in snapshot["images"]
    }
    free_texts = {field["name"] for field in document["form"]["fields"] if field["kind"] == "text"}
    reads = []
    for entry in snapshot["allocation"]["entries"]:
        read = final.get(entry["token"])
        if read is None:
            continue
        shown, case = arms[entry["arm"]], cases[entry["case"]]
        reads.append(
            ScoredRead(
                token=entry["token"],
                subject=case["subject"],
                case=entry["case"],
                site=case["site"],
                reader=readers[entry["reader"]],
                organ=document["organ"],
                image_set=shown[-1],
                beside=shown[:-1],
                number=entry["repetition"] + 1,
                version=read["version"],
                scores={
                    state: [score if isinstance(score, int) else None for score in scores]
                    for state, scores in read["scores"].items()
                },
                choices={
                    name: value
                    for name, value in sorted(read["fields"].items())
                    if name not in free_texts and value not in (None, "")
                },
                images=[
                    SeenImage(images[entry["case"], image_set, state], image_set, state)
                    for image_set in shown
                    for state in document["states"]
                    if (entry["case"], image_set, state) in images
                ],
                signed_at=datetime.fromisoformat(read["signature"]["at"].replace("Z", "+00:00")),
            )
        )
    return ScoredStudy(
        study_id=snapshot["study"]["id"],
        title=snapshot["study"]["title"],
        simulated=snapshot["simulated"],
        lock_sha256=lock_sha256,
        reads=sorted(reads, key=lambda read: read.name),
        models=[Model(model["name"], model["version"], model["digest"]) for model in snapshot["models"]],
    )

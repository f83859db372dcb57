"""Laying out what trains and tests a reader: which cases, in which arms, in which order, from a recorded secret seed.

Every reader, and every attempt of a reader, has an order of its own. Arms are mixed among the cases: each arm as often
as the others, up to one. As with the allocation, nobody can tell from a token what it stands for.
"""

import hashlib
import json
import secrets
from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import Any
from uuid import UUID

from reader_study.allocation.models import Qualification, QualifyingRead
from reader_study.allocation.queries import Key, images_of, shown_cines
from reader_study.allocation.stream import SEED_BYTES, Stream
from reader_study.cases.models import Case, ReferenceScores
from reader_study.cases.queries import ReadableCase, readable_cases
from reader_study.studies.models import ProtocolVersion, Study
from reader_study.studies.protocol import parse

TRAINING, TEST = Case.Purpose.TRAINING, Case.Purpose.TEST


def seal(
    *, study: Study, version: ProtocolVersion, references: Mapping[UUID, ReferenceScores]
) -> Qualification:
    """Keep what readers will be trained and tested with, and the seed of their orders, within the caller's transaction.

    references: by case, what readers are measured against: from now on that version. A case without is left out.
    """
    protocol = parse(version.document)
    cases = {
        purpose: [case for case in readable_cases(study, purpose=purpose) if case.case_id in references]
        for purpose in (TRAINING, TEST)
    }
    everything: list[ReadableCase] = [*cases[TRAINING], *cases[TEST]]
    seed = secrets.token_bytes(SEED_BYTES)
    inputs: dict[str, Any] = {
        "study": str(study.id),
        "protocol": version.sha256,
        "arms": {arm.code: [list(step) for step in arm.steps] for arm in protocol.arms},
        "cases": {purpose.value: sorted(str(case.case_id) for case in cases[purpose]) for purpose in cases},
        "references": {
            str(case.case_id): {
                "version": references[case.case_id].version,
                "sha256": hashlib.sha256(_canonical(references[case.case_id].scores)).hexdigest(),
            }
            for case in everything
        },
        "images": images_of(everything),
        "cines": shown_cines(everything, kinds=protocol.display.cine),
    }
    return Qualification.objects.create(
        study=study,
        protocol_version=version,
        seed=seed,
        inputs=inputs,
        digest=hashlib.sha256(seed + _canonical(inputs)).hexdigest(),
    )


def draw(
    qualification: Qualification,
    *,
    reader: UUID,
    purpose: str,
    attempt: int,
    count: int,
    fits: Callable[[Iterable[UUID]], bool],
) -> list[Key]:
    """Draw so many cases of a purpose, each in an arm, in an order; kept, and returned in that order.

    fits: whether these cases can be given together; if not, others are drawn. Some of the purpose must.
    """
    inputs = qualification.inputs
    stream = Stream(seed=bytes(qualification.seed), label=f"{purpose}/{attempt}/{reader}")
    cases = stream.shuffled(inputs["cases"][purpose])[:count]
    while not fits(map(UUID, cases)):
        cases = stream.shuffled(inputs["cases"][purpose])[:count]
    arms = _mixed(sorted(inputs["arms"]), len(cases), stream)
    keys = [
        Key(
            token=stream.uuid4(),
            reader_id=reader,
            session=1,
            position=position,
            case_id=UUID(case),
            arm=arm,
            steps=tuple(tuple(step) for step in inputs["arms"][arm]),
            repetition=0,
        )
        for position, (case, arm) in enumerate(zip(cases, arms, strict=True), start=1)
    ]
    QualifyingRead.objects.bulk_create(
        QualifyingRead(
            token=key.token,
            qualification=qualification,
            reader_id=reader,
            purpose=purpose,
            attempt=attempt,
            position=key.position,
            case_id=key.case_id,
            arm=key.arm,
        )
        for key in keys
    )
    return keys


def digest_of(qualification: Qualification, keys: Iterable[Key]) -> str:
    """SHA-256 of the secret seed and what was drawn, for the journal: it proves the rows later.

    Without the seed anybody who has the tokens could try which cases and arms have that digest.
    """
    rows = [[str(key.token), key.position, str(key.case_id), key.arm] for key in keys]
    return hashlib.sha256(bytes(qualification.seed) + _canonical(rows)).hexdigest()


def _mixed(arms: list[str], count: int, stream: Stream) -> list[str]:
    """Arms in random order, again and again, until there are enough."""
    rounds = -(-count // len(arms))
    return list(chain.from_iterable(stream.shuffled(arms) for _round in range(rounds)))[:count]


def _canonical(document: Any) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

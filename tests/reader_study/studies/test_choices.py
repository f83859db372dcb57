"""What the pages of the charter offer to choose from is what its rules allow."""

import json
from pathlib import Path
from typing import Any

import reader_study
from reader_study.studies import charter_conduct, charter_endpoints
from reader_study.studies.layouts import MOST_SETS, presets
from reader_study.studies.organs import ORGANS
from reader_study.studies.protocol import COMPANIONS
from reader_study.studies.protocol_form import FieldKind
from reader_study.studies.protocol_limits import MOST, MOST_MARGIN

FILE = Path(reader_study.__file__).parent.parent / "frontend/src/investigator/charter/choices.json"


def choices() -> dict[str, Any]:
    return {
        "organs": {
            name: {
                "states": list(organ.states),
                "image_sets": list(organ.image_sets),
                "tables": list(organ.tables),
                "cine": list(organ.cine),
                "segments": organ.segments,
                "layouts": [
                    layout.name for sets in range(1, MOST_SETS + 1) for layout in presets(name, sets=sets)
                ],
            }
            for name, organ in ORGANS.items()
        },
        "intake.also": list(COMPANIONS),
        "form.fields.kind": [kind.value for kind in FieldKind],
        "design.kind": list(charter_conduct.DESIGNS),
        "conduct.drift_visible_to": [list(names) for names in charter_conduct.DRIFT_VISIBLE_TO],
        "qualification.threshold.measure": list(charter_conduct.THRESHOLDS),
        "adjudication.mode": list(charter_conduct.MODES),
        "adjudication.result": list(charter_conduct.RESULTS),
        "reference.rule": list(charter_endpoints.REFERENCE_RULES),
        "endpoints.role": list(charter_endpoints.ROLES),
        "endpoints.measure": list(charter_endpoints.MEASURES),
        "endpoints.test": list(charter_endpoints.TESTS),
        "multiplicity": list(charter_endpoints.MULTIPLICITIES),
        "most": {**MOST, "endpoints.margin": MOST_MARGIN},
    }


def test_the_pages_offer_what_the_rules_allow() -> None:
    assert json.loads(FILE.read_text()) == choices()

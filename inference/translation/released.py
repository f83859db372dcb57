"""`python -m inference card`: what the test patients said of a model goes on its card, above all other figures."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

from inference.objects import digest_of
from inference.translation.bundle import BundleProblem, read_bundle, write_bundle
from inference.translation.card import card_text, seeds_of

Found = Mapping[str, Any]


class OtherModel(ValueError):
    """The report is about other weights."""


class KnownPatients(ValueError):
    """The report is about patients whom the model learned from or was chosen on."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "card",
        help="put the figures of the test patients on the card of a model",
        description="Takes the report that the command evaluate wrote of this very model, and writes the card anew. "
        "The weights and their digest stay as they are.",
        epilog="example: python -m inference card --bundle var/bundle --report docs/image-science/heart/heart.json",
    )
    parser.add_argument("--bundle", type=Path, required=True, help="folder of the model whose card it is")
    parser.add_argument(
        "--report", type=Path, required=True, metavar="FILE", help="heart.json or brain.json of evaluate"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    try:
        bundle = read_bundle(arguments.bundle)
        content = arguments.report.read_bytes()
        card = _with_test(bundle.card, json.loads(content), digest=bundle.model.digest)
        card["test"] = {"report": arguments.report.name, "digest": digest_of(content), **card["test"]}
        text = card_text(card)
    except (BundleProblem, KnownPatients, OtherModel) as problem:
        print(problem, file=sys.stderr)
        return 1
    except (AttributeError, KeyError, TypeError, ValueError):
        print(
            f"{arguments.report} is no heart.json or brain.json of evaluate, or {arguments.bundle} no bundle of train.",
            file=sys.stderr,
        )
        return 1
    write_bundle(
        arguments.bundle,
        weights=bundle.weights,
        name=bundle.model.name,
        version=bundle.model.version,
        card=card,
        text=text,
    )
    test = card["test"]
    print(f"{bundle.model.name}: {len(test['misses'])} rows of misses, {len(test['targets'])} targets")
    return 0


def _with_test(card: Found, report: Found, *, digest: str) -> dict[str, Any]:
    """The card with what the report says. Raises OtherModel, KnownPatients."""
    test = test_of(report, digest=digest)
    _refuse_known_patients(report, card)
    before = card.get("test", {}).get("limits", [])
    return {
        **{name: value for name, value in card.items() if name not in ("name", "version", "digest")},
        "test": test,
        "limits": [*(one for one in card["limits"] if one not in before), *test["limits"]],
    }


def _refuse_known_patients(report: Found, card: Found) -> None:
    """A seed is its patients. Raises KnownPatients."""
    cohorts = report["made_from"]["cohorts"].values() if "made_from" in report else [report["cohort"]]
    tested = {cohort.get("seed") for cohort in cohorts}
    for seeds, purpose in (
        (seeds_of(card, "training"), "learned from"),
        (seeds_of(card, "validation"), "was chosen on"),
    ):
        if known := tested & seeds:
            raise KnownPatients(
                f"The report is about patients whom the model {purpose} (seed {known.pop()}); evaluate it on others."
            )


def test_of(report: Found, *, digest: str) -> dict[str, Any]:
    """What a card takes from a report of evaluate: patients, misses beside the other images, targets, limits.

    Raises OtherModel for a report about other weights.
    """
    models = report.get("made_from", report)["models"]
    kind = next((kind for kind, model in models.items() if model["digest"] == digest), None)
    if kind is None:
        raise OtherModel("The report is about other weights than those of this bundle; evaluate this bundle.")
    if "sets" in report:
        return _of_hearts(report, kind, others=models.keys() - {kind})
    return {
        "patients": sum(report["cohort"]["heads"].values()),
        "misses_of": "lesions",
        "misses": _lesions(report.get("lesions") or {}, kind, models=models),
        "limits": [],
        "targets": [
            {"says": f"{what}, at most {one['wanted']:g}", "value": one["value"], "reached": one["reached"]}
            for what, one in report["targets"][kind].items()
        ],
    }


def _lesions(found: Found, kind: str, *, models: Found) -> list[dict[str, Any]]:
    """Lesions that an image lost, and places where it made one, beside the images that no model made."""
    return [
        {
            "image": "this model" if image == kind else image,
            "against": "truth",
            "missed": [one["of"] - one["kept"], one["of"]],
            "false": [one["made_up"], found["clear"]],
            "recovery": one["recovery_truth"],
        }
        for image, one in found.get("images", {}).items()
        if image == kind or image.partition("#")[0] not in models
    ]


def _by_sex(sexes: Found, kind: str) -> list[dict[str, Any]]:
    """In women and in men; against the truth only what is missed was counted."""
    found: list[dict[str, Any]] = []
    images = ((kind, "this model"), ("ctac", "CTAC"), ("spect", "SPECT"))
    for (sex, says), (image, label) in product((("F", "women"), ("M", "men")), images):
        one = sexes.get(sex, {}).get(image)
        if one is None or kind not in sexes[sex]:
            continue
        who = {"image": f"{label}, {says}", "refused": one["refused"]}
        against_pet = {
            "missed": [one["missed"], one["of"]],
            "false": [one["false"], one["of_normal"]],
            "false_without_disease": [one["false_free"], one["of_normal_free"]],
        }
        found.append({**who, "against": "pet", **against_pet})
        if "missed_truth" in one:
            found.append({**who, "against": "truth", "missed": [one["missed_truth"], one["of_truth"]]})
    return found


_COUNTED = ("missed", "false", "false_without_disease")


def _of_hearts(report: Found, kind: str, *, others: Any) -> dict[str, Any]:
    pooled = report["sets"][report["pooled"]]
    # Targets are stated for the first model of a report alone.
    rows = report["targets"] if kind == "virtual_pet" else []
    return {
        "patients": pooled["patients"],
        "misses_of": "inferior segments",
        "misses": [
            {
                "image": "this model" if image == kind else report["labels"][image],
                "against": reference,
                "refused": pooled["refused"].get(image, {}).get("patients"),
                **{event: [one[event]["count"], one[event]["of"]] for event in _COUNTED},
                "auc": one["auc"]["estimate"],
            }
            for reference, found in pooled["against"].items()
            for image, one in found["detection"]["inferior"]["images"].items()
            if image not in others
        ]
        + _by_sex(pooled["sexes"], kind),
        "targets": [
            {
                "says": f"{row['says']}: {row['limit']} ({row['set']} patients)",
                "value": one["value"],
                "unit": row["unit"],
                "interval": one["interval"],
                "reached": one["reached"],
                "shown": one["shown"],
            }
            for row in rows
            if (one := row["by_set"].get(row["set"]))
        ],
        "limits": [
            found["uncertainty"][kind]["says"]
            for found in pooled["against"].values()
            if kind in found["uncertainty"]
        ],
    }

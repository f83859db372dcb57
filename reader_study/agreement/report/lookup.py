"""The result's rows by what they are about, and the names of things."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Row = Mapping[str, Any]


class Result:
    """The result JSON (see analysis.compute) with lookups; holds no state of its own."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.design: Row = document["design"]
        self.arms: list[Row] = document["design"]["arms"]
        self.reference: Row = next(arm for arm in self.arms if arm["reference"])
        self.compared: list[Row] = [arm for arm in self.arms if not arm["reference"]]
        self.states: list[str] = document["design"]["states"]
        self.readers: list[str] = [reader["code"] for reader in document["design"]["readers"]]

    def rows(self, table: str, **wanted: object) -> list[Row]:
        return [
            row for row in self.document[table] if all(row[key] == value for key, value in wanted.items())
        ]

    def row(self, table: str, **wanted: object) -> Row:
        return next(iter(self.rows(table, **wanted)))

    @property
    def model(self) -> str | None:
        """What made the virtual images, in one line; None when no arm is virtual."""
        models = self.document["provenance"]["models"]
        if not models or all(arm["image_set"] != "virtual_pet" for arm in self.arms):
            return None
        made = ", ".join(f"{model['name']} {model['version']} ({model['digest'][:12]})" for model in models)
        return f"Virtual PET is made by AI: {made}. Research use only."


def significant(rows: Iterable[Row], *, level: float = 0.05) -> list[int]:
    """Segments whose adjusted p value is below the level."""
    return [row["segment"] for row in rows if row["p_adjusted"] is not None and row["p_adjusted"] < level]


def segments_of(rows: Iterable[Row], value: Callable[[Row], Any]) -> list[Any]:
    """The value of segments 1-17, in order."""
    by_number = {row["segment"]: row for row in rows}
    return [value(by_number[segment]) for segment in range(1, 18)]

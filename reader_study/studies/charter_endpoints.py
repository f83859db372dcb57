"""What a study is to show, as sections of its protocol: the standard of reference, endpoints, multiplicity."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from reader_study.studies.documents import (
    Rule,
    amount,
    each,
    expect,
    made,
    null_is_absent,
    text,
    texts,
    written,
)

REFERENCE_RULES = ("each_reader", "panel_median", "adjudicated")
ROLES = ("primary", "secondary")
MEASURES = ("segment_agreement", "summed_score_difference", "weighted_kappa", "voxel_uptake")
AGREEMENTS = ("segment_agreement", "weighted_kappa")
TESTS = ("superiority", "noninferiority", "equivalence")
MULTIPLICITIES = ("none", "holm", "fixed_sequence")
LONGEST_NAME = 80


@dataclass(frozen=True)
class Reference:
    """Whose reads of the reference arm are the standard: each reader's own, their median, or adjudicated ones."""

    rule: str = "each_reader"


@dataclass(frozen=True)
class Endpoint:
    """A difference between two arms, with the test that was declared for it.

    An arm is named by its code, and means the score that its last step ended with; "A.1" is the first step of arm A.

    measure
        Of the two arms: agreement in segments (% of segments with the same score) or weighted kappa, both against
        a third arm; or the difference in summed scores or in uptake, between the two or of both from a third.
    compare
        The arm that is tested, then the one that it is compared with.
    against
        Code of the third arm, usually the reference arm.
    margin
        Of non-inferiority and equivalence, in units of the measure; superiority has none.
    alpha
        Two-sided: the interval that is held against no difference, or against the margin, has confidence 1 - alpha.
    """

    name: str
    role: str
    measure: str
    compare: tuple[str, str]
    test: str
    against: str | None = None
    margin: float | None = None
    alpha: float = 0.05

    def as_document(self) -> dict[str, Any]:
        return written(self, ("against", "margin"))


def reference_of(document: Any) -> Reference:
    expect(Reference, document, "reference")
    return made(Reference, document, rule=text(document["rule"]))


def endpoint_of(document: Any) -> Endpoint:
    given = null_is_absent(document)
    expect(Endpoint, given, "endpoints", ("against", "margin", "alpha"))
    words = {
        name: text(given[name]) for name in ("name", "role", "measure", "test", "against") if name in given
    }
    numbers = {name: amount(given[name]) for name in ("margin", "alpha") if name in given}
    return made(Endpoint, given, compare=texts(given["compare"]), **words, **numbers)


def endpoints_of(documents: Any) -> tuple[Endpoint, ...]:
    return tuple(map(endpoint_of, each(documents)))


def rules(
    endpoints: Sequence[Endpoint],
    *,
    reference: Reference,
    multiplicity: str,
    readings: Collection[str],
    adjudicated: bool,
) -> Iterator[Rule]:
    """Each rule with its sentence. adjudicated: whether the protocol has an adjudication."""
    yield (
        reference.rule in REFERENCE_RULES,
        _("reference.rule must be one of: %(rules)s.") % {"rules": ", ".join(REFERENCE_RULES)},
        "reference.rule",
    )
    yield (
        reference.rule != "adjudicated" or adjudicated,
        _("reference.rule can be adjudicated only in a protocol with an adjudication."),
        "reference.rule",
    )
    names = [endpoint.name for endpoint in endpoints]
    yield (
        all(0 < len(name.strip()) <= LONGEST_NAME for name in names) and len(set(names)) == len(names),
        _("Each endpoint needs a name of its own, of at most %(longest)s characters.")
        % {"longest": LONGEST_NAME},
        "endpoints",
    )
    for number, endpoint in enumerate(endpoints):
        yield from _rules_of_endpoint(endpoint, at=f"endpoints.{number}", readings=readings)
    primary = [endpoint for endpoint in endpoints if endpoint.role == "primary"]
    yield (bool(primary) or not endpoints, _("One of the endpoints must be primary."), "endpoints")
    yield (
        multiplicity in MULTIPLICITIES,
        _("multiplicity must be one of: %(multiplicities)s.") % {"multiplicities": ", ".join(MULTIPLICITIES)},
        "multiplicity",
    )
    yield (
        len(primary) < 2 or multiplicity != "none",
        _("Several primary endpoints need a multiplicity: holm or fixed_sequence."),
        "multiplicity",
    )


def _rules_of_endpoint(endpoint: Endpoint, *, at: str, readings: Collection[str]) -> Iterator[Rule]:
    said = {"name": endpoint.name}
    for field, known in (("role", ROLES), ("measure", MEASURES), ("test", TESTS)):
        value = getattr(endpoint, field)
        yield (
            value in known,
            _("The endpoint %(name)s says “%(value)s”, which must be one of: %(known)s.")
            % {**said, "value": value, "known": ", ".join(known)},
            f"{at}.{field}",
        )
    yield (
        len(endpoint.compare) == len(set(endpoint.compare)) == 2 and set(endpoint.compare) <= set(readings),
        _("The endpoint %(name)s must compare two different arms, by their codes.") % said,
        f"{at}.compare",
    )
    yield (
        endpoint.against is None
        or (endpoint.against in readings and endpoint.against not in endpoint.compare),
        _("The endpoint %(name)s must be against another arm than the two that it compares.") % said,
        f"{at}.against",
    )
    yield (
        endpoint.measure not in AGREEMENTS or endpoint.against is not None,
        _("The endpoint %(name)s measures agreement and needs an arm to be against.") % said,
        f"{at}.against",
    )
    yield (
        (endpoint.test == "superiority") == (endpoint.margin is None),
        _("The endpoint %(name)s: non-inferiority and equivalence need a margin, superiority has none.")
        % said,
        f"{at}.margin",
    )
    yield (
        endpoint.margin is None or endpoint.margin > 0,
        _("The margin of the endpoint %(name)s must be above 0.") % said,
        f"{at}.margin",
    )
    yield (
        0 < endpoint.alpha < 0.5,
        _("The alpha of the endpoint %(name)s must be above 0 and below 0.5.") % said,
        f"{at}.alpha",
    )

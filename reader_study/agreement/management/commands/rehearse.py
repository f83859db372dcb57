import json
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from reader_study.agreement.rehearsal import (
    FEWEST_CASES,
    MOST_CASES,
    MOST_READERS,
    MOST_SITES,
    Rehearsal,
    rehearse,
)
from reader_study.problems import Problem
from reader_study.studies.notation import of_file
from reader_study.studies.protocol import parse


class Command(BaseCommand):
    help = (
        "Rehearse a charter (a JSON or TOML file) with simulated cases and readers: read list, hours and power."
        " The database is not asked."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("charter", type=Path)
        parser.add_argument("--cases", type=int, required=True)
        parser.add_argument("--readers", type=int, required=True)
        parser.add_argument("--sites", type=int, default=3)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--assume", action="append", default=[], metavar="NAME=VALUE")
        parser.add_argument("--template-endpoints", action="store_true")
        parser.add_argument("--json", action="store_true", help="All of it, for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        for name, least, most in (
            ("cases", FEWEST_CASES, MOST_CASES), ("readers", 1, MOST_READERS), ("sites", 1, MOST_SITES)
        ):  # fmt: skip
            if not least <= options[name] <= most:
                raise CommandError(f"--{name} must be from {least} to {most}.")
        if options["seed"] < 0:
            raise CommandError("--seed must be 0 or more.")
        try:
            changed = {
                name: float(value) for name, _, value in (each.partition("=") for each in options["assume"])
            }
        except ValueError as error:
            raise CommandError(f"--assume NAME=VALUE needs a number: {error}.") from None
        try:
            rehearsal = rehearse(
                parse(of_file(options["charter"])),
                changed=changed,
                **{
                    name: options[name]
                    for name in ("cases", "readers", "sites", "seed", "template_endpoints")
                },
            )
        except Problem as error:
            raise CommandError(error.message) from None
        if options["json"]:
            self.stdout.write(json.dumps(rehearsal.as_document(), indent=2))
        else:
            self.stdout.write("\n".join(_lines(rehearsal)))


def _lines(rehearsal: Rehearsal) -> list[str]:
    hours, layout = rehearsal.hours, rehearsal.layout
    lines = [
        f"Simulated: {rehearsal.cases} cases, {rehearsal.readers} readers, {rehearsal.sites} sites,"
        f" seed {rehearsal.seed}.",
        f"A reader needs about {hours.hours:.1f} h ({hours.quick:.1f} to {hours.slow:.1f} h), on"
        f" {hours.reading_days} days within {hours.calendar_days} days.",
    ]
    if layout is None:
        lines.append("The read list would take too long to make here.")
    else:
        lines.append(f"Read list ({layout.algorithm}, {layout.cases} cases): {layout.reads} reads.")
        for session in layout.sessions:
            fewest, _, most = session.reads
            arms = ", ".join(f"{arm} {count}" for arm, count in session.arms.items())
            lines.append(f"  session {session.session}: {fewest}-{most} reads of a reader; arms {arms}")
    if rehearsal.endpoints_from == "none":
        lines.append("The charter has no endpoint, so there is no power.")
        if rehearsal.offered:
            lines.append(f"  --template-endpoints takes: {'; '.join(rehearsal.offered)}")
    for endpoint in rehearsal.power:
        result = endpoint.result
        lines.append(
            f"Power of “{endpoint.name}” ({endpoint.test}, alpha {endpoint.alpha:g}): {result.power:.1%}"
            f" ({result.interval[0]:.1%} to {result.interval[1]:.1%}, {result.replicates} simulated studies)"
        )
    lines += ["Assumptions:"]
    lines += [f"  {row.name} = {row.value:g} ({row.basis})" for row in rehearsal.assumptions]
    return lines

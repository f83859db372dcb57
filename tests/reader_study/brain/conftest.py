from typing import Any

import pytest

from reader_study.studies.actions import add_member, create_study
from reader_study.studies.models import Participation, Role, Study
from reader_study.studies.templates import brain_attenuation
from tests.reader_study.brain.worker import gpu
from tests.reader_study.cases.world import World, client_of, work, world  # noqa: F401  # fixtures


@pytest.fixture
def study(world: World) -> Study:  # noqa: F811  # fixtures
    """A brain study of the same investigator; its coordinators are those of the two sites."""
    charter = brain_attenuation(title="Heads", reader_title="Brain study 3", simulated=True, washout_days=0)
    study = create_study(
        creator=world.staff,
        title="Heads",
        investigator=world.investigator.email,
        document=charter.as_document(),
    )
    for site, user in ((world.site_a, world.coordinator_a), (world.site_b, world.coordinator_b)):
        Participation.objects.get_or_create(study=study, site=site)
        add_member(
            actor=world.investigator, study=study, email=user.email, role=Role.COORDINATOR, site_id=site.id
        )
    add_member(actor=world.investigator, study=study, email=world.reader.email, role=Role.READER)
    return study


@pytest.fixture
def browser(world: World, client_of: Any) -> Any:  # noqa: F811  # fixtures
    return client_of(world.coordinator_a)


@pytest.fixture
def everybody_works(work: Any) -> Any:  # noqa: F811  # fixtures
    """The default worker and the GPU worker, until neither has anything to do; what the latter made."""

    def run() -> list[str]:
        made: list[str] = []
        work()
        while done := gpu():
            made += done
            work()
        return made

    return run

from dataclasses import dataclass
from typing import Any

import pytest

from reader_study.cases.models import Case
from tests.reader_study.cases.world import World, client_of, world  # noqa: F401  # fixtures
from tests.reader_study.interop import objects


@dataclass
class Archive:
    """Site A: SPECT, PET and virtual PET at stress of one case; site B and the other study: a SPECT each."""

    world: World
    case: Case
    spect: bytes
    pet: list[bytes]
    virtual_pet: bytes
    other_site: bytes
    other_study: bytes

    @property
    def base(self) -> str:
        return f"/api/studies/{self.world.study.id}/dicomweb"


@pytest.fixture
def archive(world: World) -> Archive:  # noqa: F811
    case = objects.case_of(world.study, world.site_a)
    spect = objects.spect_of(case)
    pet = objects.pet_of(case)
    _image, virtual_pet = objects.virtual_pet_of(case, spect, uncertain=True)
    at_b = objects.spect_of(objects.case_of(world.study, world.site_b), seed=3)
    elsewhere = objects.spect_of(objects.case_of(world.other_study, world.site_a), seed=4)
    return Archive(world, case, spect, pet, virtual_pet, at_b, elsewhere)


@pytest.fixture
def coordinator(archive: Archive, client_of: Any) -> Any:  # noqa: F811
    return client_of(archive.world.coordinator_a)

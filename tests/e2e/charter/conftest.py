"""A principal investigator before a real server, as the readers of the next folder are."""

from tests.e2e.reading.conftest import person, server, sit_down

__all__ = ["person", "server", "sit_down"]

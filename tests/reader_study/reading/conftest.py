import pytest


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["tests.reader_study.allocation.drafts.QuickArgon2"]

from tests.reader_study.cases.world import client_of, work, world  # noqa: F401  # fixtures

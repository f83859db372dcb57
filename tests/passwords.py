"""Passwords of people in tests."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickArgon2(Argon2PasswordHasher):
    """The real algorithm with a fraction of its work, which is a third of the time of tests that sign."""

    time_cost, memory_cost, parallelism = 1, 8, 1

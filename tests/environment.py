"""What must be set before Django's settings are read (see addopts in pyproject.toml)."""

import os
import secrets

os.environ.setdefault("SECRET_KEY", secrets.token_hex(32))
os.environ.setdefault("PLAIN_HTTP", "1")
os.environ.setdefault("BROKER_URL", "memory://")  # a test with a real worker sets up its own queue

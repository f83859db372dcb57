"""Where messages wait: Celery's own PostgreSQL transport by default, RabbitMQ in production by BROKER_URL.

The queue is never the truth about work (the job row is), so losing it costs time only.
"""

import psycopg
from pgmq.install import get_embedded_install_sql


def install(conn_string: str) -> None:
    """Make the queue's SQL functions in its database, once."""
    with psycopg.connect(conn_string) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(7102)")  # two starts at once: one installs
        found = connection.execute("SELECT to_regnamespace('pgmq') IS NOT NULL").fetchone()
        if found and not found[0]:
            connection.execute(get_embedded_install_sql())

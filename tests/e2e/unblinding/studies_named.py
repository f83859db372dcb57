"""Names of the studies of these tests, apart from what fills the database with them."""

OPEN, LOCKED = "A study that is read (simulated)", "A study that is locked (simulated)"

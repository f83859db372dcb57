"""Titles of the studies that lie on the real server; see studies.py."""

HEARTS, STEPS, SIDE_BY_SIDE, BRAINS, OVER = "Hearts", "In two steps", "Side by side", "Brains", "Over"
QUALIFYING = "Qualifying"
ADJUDICATED = "Adjudicated"
NORMAL, DEFECT, ATTENUATED = "A normal heart", "A defect", "An attenuated heart"
SESSIONS = "Heart study by day"

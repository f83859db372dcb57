"""Floor 2: the study: its versioned protocol, sites, people's roles, and its states."""

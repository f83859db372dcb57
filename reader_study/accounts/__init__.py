"""Floor 1: people, how they sign in, and how they sign."""

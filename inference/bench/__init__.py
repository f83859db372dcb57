"""How fast the trained models answer, beside what this machine can do at most; how much memory a worker needs."""

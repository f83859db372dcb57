"""The report's figures, as vector drawings: plain numbers in, nothing known of studies or locks."""

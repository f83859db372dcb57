"""Estimators of the agreement report: pure functions on numpy arrays.

No Django, no files, no clock, no hidden random state. Missing reads are NaN; the category set is always
passed, because a set inferred from the data silently changes the weights of weighted coefficients.
"""

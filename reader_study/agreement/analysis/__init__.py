"""From a data lock to a result: a pure function of the lock's bytes. No Django, no clock, no chance but the
seed.
"""

from reader_study.agreement.analysis.compute import analyse

__all__ = ["analyse"]

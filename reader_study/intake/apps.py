import logging
import warnings

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "reader_study.intake"
    label = "intake"

    def ready(self) -> None:
        """What pydicom says about a bad value quotes it; a log must not."""
        logging.getLogger("pydicom").propagate = False
        warnings.filterwarnings("ignore", module=r"pydicom\.")

from django.apps import AppConfig


class ReadingConfig(AppConfig):
    name = "reader_study.reading"
    label = "reading"

    def ready(self) -> None:
        # What it imports are models, which are not there before.
        from reader_study.reading import qualifying, wall  # noqa: PLC0415

        wall.at_the_desk.connect(qualifying.catch_up)

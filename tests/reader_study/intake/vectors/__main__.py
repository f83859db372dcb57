import os
import sys
from pathlib import Path

os.environ.setdefault("SECRET_KEY", "only for writing vectors, which hold nothing secret")
os.environ.setdefault("PLAIN_HTTP", "1")
os.environ.setdefault("DATABASE_URL", "postgresql://nobody@localhost/none")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reader_study.settings")

if __name__ == "__main__":
    import django

    django.setup()
    from tests.reader_study.intake.vectors import write

    print(write(Path(sys.argv[1])), "vectors")

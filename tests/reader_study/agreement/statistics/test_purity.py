"""The statistics can be used without the web application."""

import subprocess
import sys
from pathlib import Path

MODULES = ("agreement_sums", "bland_altman", "bootstrap", "chance_corrected", "intraclass", "multiplicity")
ROOT = Path(__file__).parents[4]


def test_importing_the_statistics_loads_no_django():
    imports = "\n".join(
        f"import reader_study.agreement.statistics.{name}" for name in (*MODULES, "paired", "proportions")
    )
    code = f"import sys\n{imports}\nassert not [name for name in sys.modules if name.startswith('django')]"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, env={"PATH": ""})

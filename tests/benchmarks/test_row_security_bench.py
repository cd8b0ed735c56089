"""What row-level security and the chain of looks add to a page, measured with both and without in one run.

`ROWS_PATIENTS=20000` for a large clinic; `ROWS_FOLDER` keeps the installation for the next run.
"""

import json
import os
from pathlib import Path

import pytest

from tests.benchmarks.installation import Installation
from tests.benchmarks.row_security import WITH, WITHOUT

pytestmark = pytest.mark.benchmark

PATIENTS = int(os.environ.get("ROWS_PATIENTS", "2000"))
MOST = 1.25
FILL = "from tests.benchmarks.worklist_rows import *\nfill({count}); settle(); print(0)"
MEASURE = "from tests.benchmarks.row_security import print_measured\nprint_measured({cookie!r})"


def test_row_security_and_the_chain_of_looks_cost_little(tmp_path_factory: pytest.TempPathFactory) -> None:
    installation = Installation(Path(os.environ.get("ROWS_FOLDER") or tmp_path_factory.mktemp("rows")))
    installation.shell(FILL.format(count=PATIENTS))

    found = json.loads(installation.shell(MEASURE.format(cookie=installation.session["cookie"])))

    missed = []
    for name, taken in found.items():
        ratio = taken[WITH] / taken[WITHOUT]
        print(f"{name:22}{taken[WITH]:7.1f} ms with, {taken[WITHOUT]:7.1f} ms without: {ratio:.3f}")
        missed += [f"{name}: {ratio:.3f}"] if ratio > MOST else []
    assert not missed

"""The command line in a process of its own, which must not load torch."""

import subprocess
import sys
from pathlib import Path

CODE = """
import sys
from hiddenstate.cli.main import run
for arguments in {calls!r}:
    sys.argv = ["hiddenstate", *arguments]
    try:
        run()
    except SystemExit as stop:
        assert not stop.code, stop.code
    assert "torch" not in sys.modules
"""


def without_torch(*calls):
    """What one process prints that makes all `calls`, lists of arguments, one after the other."""
    code = CODE.format(calls=[[str(part) for part in call] for call in calls])
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[2]
    )
    assert done.returncode == 0, done.stderr
    return done.stdout

"""A folder that is there for as long as somebody holds it."""

import shutil
import tempfile
import weakref
from pathlib import Path
from typing import final


@final
class TemporaryFolder:
    """An empty folder among the system's temporary ones; removed with the last reference, or at exit."""

    def __init__(self, purpose: str) -> None:
        """`purpose` stands in the folder's name."""
        self.path = Path(tempfile.mkdtemp(prefix=f"hiddenstate-{purpose}-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)

"""``python -m hiddenstate`` is the same door as the ``hiddenstate`` command."""

from hiddenstate.cli.main import run

run()

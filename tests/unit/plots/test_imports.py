import subprocess
import sys


def test_importing_plots_loads_neither_altair_nor_the_renderer():
    code = "import sys, hiddenstate.plots; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(run.stdout.split()) & {"altair", "vl_convert", "rich", "torch", "pandas", "polars"}

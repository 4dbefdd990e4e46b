"""What goes on inside a model: gates, memory, and a cell's equations with the model's own numbers."""

from hiddenstate.inspection.lint import lint
from hiddenstate.inspection.memory import memory
from hiddenstate.inspection.trace import trace
from hiddenstate.inspection.trace_files import load_trace, save_trace
from hiddenstate.inspection.walk import walk

__all__ = ["lint", "load_trace", "memory", "save_trace", "trace", "walk"]

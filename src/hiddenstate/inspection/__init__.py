"""What goes on inside a model: gates, memory, and a cell's equations with the model's own numbers."""

from hiddenstate.inspection.trace import trace
from hiddenstate.inspection.trace_files import load_trace, save_trace

__all__ = ["load_trace", "save_trace", "trace"]

"""What goes on inside a model, ours or one of `torch.nn`: gates, memory, gradients, and what an output rests on."""

from hiddenstate.inspection.evidence import Names, evidence
from hiddenstate.inspection.forecast_evidence import ForecastPoint, forecast_evidence
from hiddenstate.inspection.foretell import foretell
from hiddenstate.inspection.gradients import before_and_after, gradient_flow
from hiddenstate.inspection.intent_evidence import intent_evidence
from hiddenstate.inspection.lint import lint
from hiddenstate.inspection.memory import memory
from hiddenstate.inspection.next_evidence import next_evidence
from hiddenstate.inspection.record_files import load_record, save_record
from hiddenstate.inspection.remedies import remedy
from hiddenstate.inspection.tag_evidence import tag_evidence
from hiddenstate.inspection.tag_path import tag_path
from hiddenstate.inspection.text_evidence import text_evidence
from hiddenstate.inspection.trace import trace
from hiddenstate.inspection.trace_files import load_trace, save_trace
from hiddenstate.inspection.walk import walk

__all__ = [
    "ForecastPoint",
    "Names",
    "before_and_after",
    "evidence",
    "forecast_evidence",
    "foretell",
    "gradient_flow",
    "intent_evidence",
    "lint",
    "load_record",
    "load_trace",
    "memory",
    "next_evidence",
    "remedy",
    "save_record",
    "save_trace",
    "tag_evidence",
    "tag_path",
    "text_evidence",
    "trace",
    "walk",
]

"""What goes on inside a model, ours or one of `torch.nn`: gradients, and what an output rests on."""

from hiddenstate.inspection.evidence import Names, evidence
from hiddenstate.inspection.forecast_evidence import ForecastPoint, forecast_evidence
from hiddenstate.inspection.gradients import before_and_after, gradient_flow
from hiddenstate.inspection.record_files import load_record, save_record
from hiddenstate.inspection.remedies import remedy
from hiddenstate.inspection.text_evidence import text_evidence

__all__ = [
    "ForecastPoint",
    "Names",
    "before_and_after",
    "evidence",
    "forecast_evidence",
    "gradient_flow",
    "load_record",
    "remedy",
    "save_record",
    "text_evidence",
]

"""An ONNX graph of a program in ONNX Runtime."""

from collections.abc import Mapping
from typing import Any, final

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from hiddenstate.export.onnx_model import to_onnx
from hiddenstate.program import Program
from hiddenstate.program.interpret import check_inputs

Array = NDArray[Any]


@final
class OnnxSession:
    """Takes and gives the arrays of the program by name; states that are not given are zero."""

    def __init__(self, program: Program, weights: Mapping[str, Array], threads: int = 1) -> None:
        self.program = program
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        model = to_onnx(program, weights).SerializeToString()
        self.session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def run(self, inputs: Mapping[str, Array]) -> dict[str, Array]:
        """The outputs by name."""
        given = check_inputs(self.program, inputs, np.float32)
        return dict(
            zip(self.program.outputs, self.session.run(list(self.program.outputs), given), strict=True)
        )

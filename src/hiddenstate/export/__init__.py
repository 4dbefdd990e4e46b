"""Programs out of the toolkit: ONNX graphs and C99."""

"""From a file to windows: typed columns, a regular time axis, splits, scalers and batches."""

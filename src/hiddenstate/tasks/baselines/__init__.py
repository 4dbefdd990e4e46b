"""Plain forecasts that a recurrent network has to beat, made on the same windows from the same data."""

"""What goes on inside a model, ours or one of `torch.nn`: nothing hidden."""

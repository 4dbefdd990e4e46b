"""Whole models: layers, attention and a head put together. They take tensors and return tensors."""

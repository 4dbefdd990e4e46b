"""The settings of one model, by search on the validation rows."""

"""Why a saved model answers as it does: everything that went on inside, on one page."""

"""The verbs of the parts store."""

"""导入: a dealer's file in three steps: choose it, say which column is what, check and load (PF-11)."""

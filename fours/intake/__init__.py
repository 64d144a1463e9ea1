"""Imports (导入): reading a dealer's file, cleaning it, saying row by row what is wrong, and loading what is right.

Reading and cleaning (reader, layout, columns, clean, plan) touch no database. Staging and loading keep the file, its
mapping and its rows in tables of their own until each app's loader takes a row.
"""

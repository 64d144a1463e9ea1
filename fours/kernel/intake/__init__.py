"""Imports (导入): reading a dealer's file, cleaning it, saying row by row what is wrong.

What reads and cleans is here and touches no database; each app declares its columns and loads its rows.
"""

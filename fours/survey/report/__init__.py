"""The daily report (SU-13): figures computed from rows, tables of the day, rows behind a figure, later corrections."""

"""Pure tools without a word of Django models or the car trade: money, text, calendar, refusals, papers, workbooks."""

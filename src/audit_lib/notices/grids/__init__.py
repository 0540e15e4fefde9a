"""Tables in any print, with bars, tabs, spaces or one cell a line, as rows of checked columns."""

"""What stands in notices word by word: names of units, dates, periods, and the vocabulary."""

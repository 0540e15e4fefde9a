"""Recognise words: names of units, dates, periods, traditional characters, and the words of the vocabulary."""

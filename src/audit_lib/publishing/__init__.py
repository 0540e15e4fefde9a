"""From results to reports: parameters → runs → promoted notebooks → pages."""

"""Reports and tables to take along: workbook, data package, PDF."""

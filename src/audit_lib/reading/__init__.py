"""From a published file to checked tables: documents → notice → units → checks → build."""

"""Everything that survives: one SQLite file, one repository per table group, SQL in files."""

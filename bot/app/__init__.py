"""The composition root: builds every part, starts, drains and stops them. Knows all rooms."""

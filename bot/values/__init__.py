"""Values that every floor shares: frozen, without behaviour that needs another room."""

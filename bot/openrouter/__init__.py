"""Everything that speaks to OpenRouter: one client, a module per endpoint, a list of rules."""

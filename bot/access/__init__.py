"""Who may talk to the bot, and what their calls cost."""

"""Where people talk to the bot. Each channel is a folder or a module of its own."""

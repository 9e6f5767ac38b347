"""Where voice becomes text and text becomes voice. Knows no Telegram and no HTTP."""

"""Where pictures and films become what a model can look at. Knows no Telegram and no HTTP."""

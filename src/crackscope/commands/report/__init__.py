"""Make reports of a finished inspection."""

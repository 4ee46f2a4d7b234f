"""Write reports of an inspection."""

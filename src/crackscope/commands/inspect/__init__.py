"""Find cracks in whole photos."""

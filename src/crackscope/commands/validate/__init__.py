"""Find out whether a model works on a site, and adapt it."""

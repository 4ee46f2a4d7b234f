"""Train on A, test on B: how far what a network sees carries from one surface to another."""

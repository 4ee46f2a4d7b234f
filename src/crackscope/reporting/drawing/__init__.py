"""The drawing that only reports need: pages of a PDF, plans, text of model cards."""

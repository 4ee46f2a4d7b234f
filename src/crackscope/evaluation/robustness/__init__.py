"""How a model bears damaged pictures and what is mistaken for cracks."""

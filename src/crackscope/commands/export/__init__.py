"""Write a model in another format."""

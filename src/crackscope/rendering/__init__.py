"""Charts, contact sheets and HTML pages: values in, pictures and text out."""

"""Does it work on this concrete: draw windows of a site's photos, have them labelled, and judge."""

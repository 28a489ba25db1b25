"""The trainer's pages for every play."""

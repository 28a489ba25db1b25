"""Advice for every account of a book, in chunks, in worker processes."""

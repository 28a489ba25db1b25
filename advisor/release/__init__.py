"""Releases of content: revisions in git, what a change does to a book, advice made again."""

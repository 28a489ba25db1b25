"""What each code of a problem means: one small class a code, whose docstring is its page."""

"""The rules engine as a reader of the condition tree."""

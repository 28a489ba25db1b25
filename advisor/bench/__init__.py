"""The trainer's bench: check, test, prove, preview, release."""

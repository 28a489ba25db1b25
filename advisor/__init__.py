"""The sales-playbook advisor: account facts in, next steps with their reasons out."""

__version__ = "0.1.0"

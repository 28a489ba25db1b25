"""Proof over content: what can fire, what never can, and what stands in whose way."""

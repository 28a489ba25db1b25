"""The condition tree, derived facts and guards as one SQL statement: all accounts in one pass."""

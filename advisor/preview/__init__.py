"""What a play says: rendered for its cases and for accounts that it would reach."""

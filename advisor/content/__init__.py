"""Content in: plays, rules, guards, policy, presets, with every mistake placed."""

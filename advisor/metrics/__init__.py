"""SQL metrics: the gate they pass, the tables they run over, their results."""

"""From facts to advice: settings, match, proof, order, words."""

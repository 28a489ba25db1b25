"""What everything else stands on: values, vocabulary, the condition tree, the reference reader, facts."""

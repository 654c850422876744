"""Exchange: the verbs that move quantity."""

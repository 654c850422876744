"""The regional plan: which lot serves which need, so that most is used again, driven least."""

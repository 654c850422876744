"""The regional plan: which lot should serve which need, so that the most is used again with the fewest kilometres."""

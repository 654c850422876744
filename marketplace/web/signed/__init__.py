"""Links in mail that prove themselves: an answer with one click, and less mail. Nobody need log in for them."""

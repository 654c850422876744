"""The verbs: opinions, lifted rules, and lots held against rules that came later."""

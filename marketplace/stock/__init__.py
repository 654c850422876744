"""Stock: what lies in the depots, and what is done with it until it leaves."""

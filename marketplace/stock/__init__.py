"""Stock: what lies in the depots, and what is done with it from the day it comes in to the day it leaves."""

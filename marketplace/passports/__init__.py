"""Passports: what is owned or maintained, which materials it holds, and their worth."""

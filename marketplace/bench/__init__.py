"""Benchmarks, run by `python3 -m marketplace bench` and never as tests.

Each prints its figure beside the bar that it has to reach.
"""

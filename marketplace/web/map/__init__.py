"""The catalogue on the map."""

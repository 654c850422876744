"""Tests: rules, rooms, web, api, cli, journeys, migrations and house rules."""

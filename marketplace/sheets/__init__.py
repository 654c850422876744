"""Sheets: tables as files, for people who count on in their own spreadsheet."""

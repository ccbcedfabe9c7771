"""Exports and adapters to other tools."""

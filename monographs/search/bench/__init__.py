"""Measuring how well and how fast names are found."""

"""Tests of the measures of a period."""

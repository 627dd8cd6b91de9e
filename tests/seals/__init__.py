"""Seals over the journal, sealed records, and the programs that verify them."""

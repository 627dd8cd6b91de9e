"""The program that is sent to a target: the standard library only, Python 3.8 and later, and nothing left behind."""

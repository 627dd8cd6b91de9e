"""The program that is sent to a host and runs there: Python 3.8 and newer, the standard library alone, few imports."""

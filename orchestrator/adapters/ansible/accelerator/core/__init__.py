"""What the accelerator takes of Ansible's private parts: one module for each range of series, chosen by `choice`.

A module has `SERIES`, the series that it was tried with, `NEEDS`, the parts that must be there, and `execute`.
"""

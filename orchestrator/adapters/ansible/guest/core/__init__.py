"""What of Ansible's private parts orch uses in a run, one module for each range of series with the same functions in it.

`choice` takes the one whose parts are there. What such a module has: `NEEDS`, the parts that must be there; `executed`, `sent`,
`answer_of` and `is_false` around the executor of tasks; `callback_result` for what callbacks are given; `Encrypted`,
`load_file` and `place_of` for what is read from files.
"""

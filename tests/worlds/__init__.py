"""What many tests are made of: one plan builder, one project on disk, one fleet in memory, and people with keys.

`plans` builds plans, `project` writes a project that Ansible can read, `people` gives keys and signed approvals, `ports`
fills the ports with fakes, and `fleet` is a whole deployment in memory. Two other worlds stand on the same plans and ports,
for what a script cannot show: tests/simulation draws faults over simulated time, tests/chaos has workers that outlive a
killed driver.
"""

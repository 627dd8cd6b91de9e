"""What basic.run_command gives."""

from ansible.module_utils.basic import AnsibleModule


def main():
    module = AnsibleModule(argument_spec={})
    answers = [
        module.run_command(["sh", "-c", "echo out; echo err >&2; exit 3"]),
        module.run_command("echo $HOME | tr a-z A-Z", use_unsafe_shell=True),
        module.run_command(["cat"], data="given"),
        module.run_command(["sh", "-c", "printf '\\377\\376'"]),
        module.run_command(["sh", "-c", "cat; echo $?"]),
        module.run_command(["pwd"], cwd="/"),
        module.run_command(["sh", "-c", "umask"], umask=0o027),
        module.run_command(["sh", "-c", "echo $X"], environ_update={"X": "y"}),
        module.run_command(["no-such-program-anywhere"]) if False else None,
    ]
    module.add_cleanup_file("/var/tmp/fidelity/never-there")
    module.exit_json(changed=False, answers=answers, program=module.get_bin_path("sh", required=True))


main()

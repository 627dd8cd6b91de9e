#!/bin/bash
# The floor: one ssh a host, all at once, the files in a stream and one script there. floor.sh SSH_CONFIG PROJECT WORKLOAD HOST...
set -euo pipefail
config=$1 project=$2 workload=$3
shift 3
files=$(mktemp)
trap 'rm -f "$files"' EXIT
tar -C "$project" -cf "$files" dml/orders-2.0.bin files/orders-serve -C "$workload" floor_on_host.sh
runs=()
for host; do
  ssh -F "$config" "$host" "d=\$(mktemp -d /tmp/orders-XXXXXX) && tar -xf - -C \$d && sudo sh \$d/floor_on_host.sh \$d $host" <"$files" &
  runs+=($!)
done
failed=0
for run in "${runs[@]}"; do wait "$run" || failed=1; done
exit $failed

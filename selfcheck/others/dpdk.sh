#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Has DPDK's testpmd of a newer Debian below FOLDER/bin. A second call finds it there. Says why when it cannot be
# had, and fails.
# usage: dpdk.sh FOLDER [SUITE]
set -uo pipefail

folder=$(realpath -m "$1")
suite=${2:-trixie}
program=$folder/bin/dpdk-testpmd
root=$folder/root

[ ! -x "$program" ] || exit 0
"$(dirname "$0")/debian.sh" "$folder" "$suite" dpdk-dev librte-net-vhost25 || exit 1

# DPDK refuses drivers below a folder that everybody may write to, unless they are there already.
libraries=$root/usr/lib/x86_64-linux-gnu
mkdir -p "$folder/bin"
cat >"$program.new" <<END
#!/bin/sh
exec $libraries/ld-linux-x86-64.so.2 --library-path $libraries \\
	--preload 'librte_net_vhost.so.25 librte_mempool_ring.so.25' $root/usr/bin/dpdk-testpmd "\$@"
END
chmod +x "$program.new"
if ! "$program.new" -v --no-huge -m 64 --no-pci --no-telemetry --no-shconf -- --help >>"$folder/log" 2>&1 </dev/null; then
	echo "it does not start ($folder/log)"
	exit 1
fi
mv "$program.new" "$program"

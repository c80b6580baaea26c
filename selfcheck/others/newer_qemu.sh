#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Has the QEMU of a newer Debian below FOLDER, and says how it is started. A second call finds it there. Says why
# when it cannot be had, and fails.
# usage: newer_qemu.sh FOLDER [SUITE]
set -uo pipefail

folder=$(realpath -m "$1")
suite=${2:-trixie}
program=$folder/qemu-system-x86_64
root=$folder/root

if [ -x "$program" ]; then
	echo "$program"
	exit 0
fi
"$(dirname "$0")/debian.sh" "$folder" "$suite" qemu-system-x86 seabios || exit 1

# Debian 12 has some of them, and the loader, in /lib yet.
libraries=$root/usr/lib/x86_64-linux-gnu
older=$root/lib/x86_64-linux-gnu
loader=$libraries/ld-linux-x86-64.so.2
[ -e "$loader" ] || loader=$older/ld-linux-x86-64.so.2
cat >"$program.new" <<END
#!/bin/sh
export QEMU_MODULE_DIR=$libraries/qemu
exec $loader --library-path $libraries:$older $root/usr/bin/qemu-system-x86_64 \\
	-L $root/usr/share/qemu -L $root/usr/share/seabios "\$@"
END
chmod +x "$program.new"
if ! "$program.new" --version >>"$folder/log" 2>&1; then
	echo "it does not start ($folder/log)"
	exit 1
fi
mv "$program.new" "$program"
echo "$program"

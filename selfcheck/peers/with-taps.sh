#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Runs a command in a network namespace of its own with two tap devices, vpnear and vpfar, on a bridge
# that answers at 10.0.2.2. Ends with 77 where the system does not allow that.
# usage: with-taps.sh QUEUES COMMAND …
set -euo pipefail

if [ "${VIRTPROOF_TAPS:-}" != inside ]; then
	[ -w /dev/net/tun ] && command -v ip >/dev/null || exit 77
	unshare -rn true 2>/dev/null || exit 77
	VIRTPROOF_TAPS=inside exec unshare -rn "$0" "$@"
fi

queues=$1
shift
multi=
[ "$queues" -gt 1 ] && multi=multi_queue
{
	ip link set lo up
	ip link add vpbridge type bridge stp_state 0 forward_delay 0 mcast_snooping 0
	for tap in vpnear vpfar; do
		ip tuntap add dev "$tap" mode tap vnet_hdr $multi
		ip link set "$tap" master vpbridge up
	done
	ip addr add 10.0.2.2/24 dev vpbridge
	ip link set vpbridge up
} >/dev/null 2>&1 || exit 77
exec "$@"

#!/bin/sh
# Makes sure that the fault tests find the programs with which they make, mount
# and copy the disk whose power they cut. The suite never skips: without them a
# test fails and says how to get them; this is the how.
set -eu

missing() {
	for program in mkfs.xfs mkfs.ext4 mount losetup unshare cp; do
		command -v "$program" >/dev/null 2>&1 || return 0
	done
	return 1
}

missing || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
	echo "Programs for file systems are missing: installing Debian's xfsprogs, e2fsprogs, mount and util-linux" >&2
	export DEBIAN_FRONTEND=noninteractive
	{ apt-get update -qq && apt-get install -y -qq --no-install-recommends xfsprogs e2fsprogs mount util-linux coreutils >&2; } || true
fi
missing || exit 0
cat >&2 <<'MESSAGE'
mkfs.xfs, mkfs.ext4, mount, losetup, unshare or cp was not found, and could not be installed. Get them and try again:
  - as root on Debian or Ubuntu: apt-get install xfsprogs e2fsprogs mount util-linux coreutils
The fault tests also need root and loop devices: in a container, run it privileged.
MESSAGE
exit 1

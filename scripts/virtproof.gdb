# SPDX-License-Identifier: BSD-2-Clause
# Words for gdb at a running image (virtproof run --debug): vp-test, vp-ring N, vp-where ADDRESS.

define vp-test
	printf "%s.%s on %s, %s (%s:%u)\n", running->run.test->suite, running->run.test->name, running->run.device->name, running->run.variant_name, running->run.test->file, running->run.test->line
end
document vp-test
The test that runs, its device and variant, and where its source stands.
end

define vp-ring
	print *running->run.device->queues[$arg0]
end
document vp-ring
vp-ring N: the queue N of the device under test, as the driver of the tests sees it.
end

define vp-where
	info symbol $arg0
	info line *$arg0
end
document vp-where
vp-where ADDRESS: which function and line of the image that is ("cut off at 0x241bff").
end

# SPDX-License-Identifier: BSD-2-Clause
# Fails where docs/reading-order.list names a file that is not there, or that does not open with what it is,
# and where no file of a room of the floor plan (scripts/floors.txt) stands in it; one stands for all rooms
# of a star. Opening: a comment behind the line of the licence.
# usage: check-reading.pl
use strict;
use warnings;

my $list = 'docs/reading-order.list';
my (%read, $refused);

sub refuse {
	print "$_[0]: $_[1]\n";
	$refused = 1;
}

sub lines_of {
	my ($path) = @_;
	open my $file, '<', $path or die "$path: $!\n";
	return <$file>;
}

my $line = 0;
for (lines_of($list)) {
	$line++;
	next if /^#|^$/;
	my ($path) = /^\s*(\S+)/;
	if (!-f $path) {
		refuse("$list:$line", "$path is not there");
	} elsif ($read{$path}++) {
		refuse("$list:$line", "$path stands here twice");
	} elsif ($path =~ /\.([chS]|pl|sh)$/) {
		my @opening = grep !/^#!/, lines_of($path);
		refuse($path, 'is in the reading order and does not open with what it is')
			unless $opening[1] =~ ($path =~ /\.[chS]$/ ? qr,^/\*, : qr/^# \S/);
	}
}
my $house = '';
for (lines_of('scripts/floors.txt')) {
	next if /^#|^$/;
	my ($rooms) = /^(\S+(?:, \S+)*)\s\s+\S/;
	$house = $1 if !$rooms && /^(\w+)$/;
	next unless $rooms && $house =~ /^(?:image|host)$/;
	for my $room (split /, /, $rooms) {
		next if $room eq 'generated';
		my $expression = join '[^/]+', map quotemeta, split /\*/, $room, -1;
		refuse($list, "no file of $room stands in it") unless grep m,^$expression/[^/]+$,, keys %read;
	}
}
exit($refused // 0);

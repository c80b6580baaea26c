# SPDX-License-Identifier: BSD-2-Clause
# Fails where the tree does not keep to its floor plan, scripts/floors.txt: includes and calls go down, none
# go round, what is private stays so, each file lives in a room. Calls are what the objects of BUILD need
# from each other. Prints the plan; with -q only what is wrong.
# usage: check-layers.pl [-q] BUILD
use strict;
use warnings;

my $quiet = @ARGV && $ARGV[0] eq '-q' && shift;
my $build = shift or die "usage: check-layers.pl [-q] BUILD\n";
my $plan = 'scripts/floors.txt';
my (@floors, @private, %up, @refusals, %used, %room_of, %includes, %calls);
my ($include_count, $call_count) = (0, 0);

sub refuse { push @refusals, "$_[0]: $_[1]" }

sub lines_of {
	my ($path) = @_;
	open my $file, '<', $path or die "$path: $!\n";
	return <$file>;
}

# "tests/device/*" stands for the folders of tests/device, not for what lies in them.
sub matches {
	my ($path, $pattern) = @_;
	my $expression = join '[^/]+', map quotemeta, split /\*/, $pattern, -1;
	return $path =~ /^$expression$/;
}

sub read_plan {
	my ($house, $height) = ('', 0);
	for (lines_of($plan)) {
		next if /^#|^$/;
		my ($name, $rest) = /^(\S+(?:, \S+)*)(?:\s\s+(\S.*))?$/ or die "$plan: not understood: $_";
		if (!defined $rest) {
			$house = $name;
		} elsif ($house eq 'private') {
			push @private, {room => $name, guests => [split /, /, $rest =~ s/^for //r]};
		} elsif ($house eq 'up') {
			$up{$name} = 1;
		} else {
			$height--;
			push @floors, {house => $house, height => $height, name => $_} for split /, /, $name;
		}
	}
}

# The line of the plan that names a folder; one without a star before one with.
sub floor_of {
	my ($folder) = @_;
	my ($floor) = sort { $a->{name} =~ tr/*// <=> $b->{name} =~ tr/*// } grep matches($folder, $_->{name}), @floors;
	$used{$floor->{name}} = 1 if $floor;
	return $floor;
}

sub folder { return $_[0] =~ m,^(.*)/, ? $1 : '.' }

# Code lives in a room itself; data may lie in a folder of its own below one.
sub enter {
	my ($path) = @_;
	my $room = folder($path);
	return if $room eq '.' && $path !~ /\.[chS]$/;
	my $floor = floor_of($room);
	unless ($floor || $path =~ /\.[chS]$/) {
		$floor = floor_of($room) while !$floor && $room =~ s,/[^/]+$,,;
	}
	return $room_of{$path} = {room => $room, floor => $floor} if $floor;
	refuse($path, "lives in $room, a room that $plan does not name");
}

# Whether a file of one room may use what another room offers; says why not.
sub judge {
	my ($place, $from, $to, $what) = @_;
	return if $from->{room} eq $to->{room};
	my ($low, $high) = ($to->{floor}, $from->{floor});
	if ($low->{house} ne $high->{house}) {
		refuse($place, "$what is in another house ($low->{house}, not $high->{house})");
	} elsif ($low->{height} == $high->{height}) {
		refuse($place, "$what is in $to->{room}, on the same floor as $from->{room}");
	} elsif ($low->{height} > $high->{height}) {
		refuse($place, "$what is in $to->{room}, on a floor above $from->{room}");
	}
}

sub judge_private {
	my ($place, $from, $to, $what) = @_;
	for my $rule (grep matches($to, $_->{room}), @private) {
		my @guests = ($to, map { s/\*/($to =~ m,([^\/]+)$,)[0]/er } @{$rule->{guests}});
		refuse($place, "$what is private to " . join ', ', @guests) unless grep "$from/" =~ m,^\Q$_\E/,, @guests;
	}
}

sub read_includes {
	my ($path) = @_;
	my ($line, $from) = (0, $room_of{$path});
	for (lines_of($path)) {
		$line++;
		my ($header) = /^\s*#\s*include\s+"([^"]+)"/ or next;
		$include_count++;
		my $to = $room_of{$header};
		$to = {room => 'generated', floor => floor_of('generated')} if $header =~ m,^generated/,;
		unless ($to) {
			refuse("$path:$line", "\"$header\" is no file of the tree; include by its path from the root");
			next;
		}
		next unless $from;
		judge("$path:$line", $from, $to, $header);
		judge_private("$path:$line", $from->{room}, $to->{room}, $header);
		my ($user, $used) = map s/\.[chS]$//r, $path, $header;
		$includes{$user}{$used} //= "$path:$line" if $user ne $used;
	}
}

# The host's objects lie in BUILD/host, named after files of host/; the image's in BUILD/image.
sub read_calls {
	my ($seen, %definer, %wanted) = (0);
	for (`find $build/image $build/host -name unit -prune -o -name "*.o" -print | xargs -r nm -A -P`) {
		my ($object, $symbol, $kind) = /^(\S+): (\S+) (\S)/ or next;
		my $source = $object =~ s,^\Q$build\E/,,r =~ s,^image/,,r =~ s/\.o$//r;
		$source .= '.c' if $source =~ m,^host/,;
		my $place = $room_of{$source} or next;
		$symbol = "$place->{floor}{house} $symbol";
		push @{$wanted{$source}}, $symbol if $kind eq 'U';
		$definer{$symbol} = $source if $kind =~ /[A-TV-Z]/;
		$seen++;
	}
	die "check-layers: no objects in $build; make them first\n" unless $seen;
	for my $source (sort keys %wanted) {
		for my $symbol (@{$wanted{$source}}) {
			my $other = $definer{$symbol} or next;
			my $name = $symbol =~ s/^\S+ //r;
			$call_count++;
			$calls{$source}{$other} //= "$source calls $name";
			judge($source, $room_of{$source}, $room_of{$other}, "$name() of $other") unless $up{$name};
		}
	}
}

# Refuses each set of nodes that reach each other (Tarjan), as a way that goes round.
sub refuse_circles {
	my ($edges, $what) = @_;
	my ($count, @stack, %index, %low, %waiting) = (0);
	no warnings 'recursion';
	my $visit;
	$visit = sub {
		my ($node) = @_;
		$index{$node} = $low{$node} = $count++;
		push @stack, $node;
		$waiting{$node} = 1;
		for my $next (sort keys %{$edges->{$node} // {}}) {
			$visit->($next) unless defined $index{$next};
			$low{$node} = $low{$next} if $waiting{$next} && $low{$next} < $low{$node};
		}
		return unless $low{$node} == $index{$node};
		my %circle;
		do { $circle{$stack[-1]} = 1; $waiting{$stack[-1]} = 0 } while pop @stack ne $node;
		refuse_circle($edges, $what, \%circle) if keys %circle > 1;
	};
	defined $index{$_} or $visit->($_) for sort keys %$edges;
}

# The shortest way round from the first of a circle, by breadth.
sub refuse_circle {
	my ($edges, $what, $circle) = @_;
	my ($first) = sort keys %$circle;
	my @ways = ([$first]);
	my %seen;
	while (my $way = shift @ways) {
		for my $next (grep $circle->{$_}, sort keys %{$edges->{$way->[-1]} // {}}) {
			if ($next eq $first) {
				my $place = $edges->{$first}{$way->[1] // $first} =~ s/ .*//r;
				return refuse($place, "$what of " . keys(%$circle) . " files: " . join ' -> ', @$way, $first);
			}
			push @ways, [@$way, $next] unless $seen{$next}++;
		}
	}
}

read_plan();
my @files = map { chomp; s,^\./,,r } `find . \\( -name .git -o -path ./$build -o -path ./build \\) -prune -o -type f -print`;
enter($_) for sort @files;
read_includes($_) for grep /\.[chS]$/, sort @files;
read_calls();
refuse_circles(\%includes, 'a circle of includes');
refuse_circles(\%calls, 'a circle of calls');
$used{$_->{name}} or refuse($plan, "$_->{name} is no folder with files") for @floors;
my $shown = join('', grep !/^#/, lines_of($plan)) =~ s/^\n+//r;
refuse('docs/house.md', "shows another plan than $plan") if index(join('', lines_of('docs/house.md')), $shown) < 0;

print grep !/^#/, lines_of($plan) unless $quiet;
print "$_\n" for @refusals;
printf "check-layers: %d files, %d includes, %d calls, %d refused\n", scalar(keys %room_of), $include_count, $call_count,
	scalar @refusals unless $quiet;
exit(@refusals > 0);

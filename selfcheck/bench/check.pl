# SPDX-License-Identifier: BSD-2-Clause
# Judges the records of throughput benchmarks on standard input: each must parse, and the figures of a
# point must be possible and agree with each other. Prints what is wrong, then "PASSED FAILED".
use strict;
use warnings;
use JSON::PP;

my ($passed, $failed) = (0, 0);
my (%points, %seen);

sub judge {
	my ($good, $what) = @_;
	$good ? $passed++ : $failed++;
	print "test-bench: $what\n" unless $good;
}

while (my $line = <STDIN>) {
	next unless $line =~ /^\{"type":/;
	my $record = eval { decode_json($line) };
	unless ($record) {
		judge(0, "no JSON: " . substr($line, 0, 120));
		next;
	}
	judge(scalar($record->{verdict} =~ /^(pass|skip)$/), "$record->{test} on $record->{device}: $record->{reason}")
		if $record->{type} eq 'test';
	next unless $record->{type} eq 'measure';
	my ($kind, $what, $settings) = $record->{name} =~ /^(\S+)\.(\w+) (.*)$/;
	$points{"$kind $settings on $record->{device} $record->{variant}"}{$what} = $record;
	$seen{"$record->{device} " . ($record->{variant} =~ /^(\w+)/)[0]} = 1;
}

for my $name (sort keys %points) {
	my %point = %{$points{$name}};
	my $rate = $point{requests} // $point{frames};
	my $latency = $point{latency};
	my ($depth) = $name =~ /depth=(\d+)/;
	my ($batch) = $name =~ /batch=(\d+)/;
	my ($size) = $name =~ /size=(\d+)/;
	my ($queues) = $name =~ /queues=(\d+)/;
	my $sum = 0;
	$sum += $_->[1] for @{$latency->{buckets}};

	judge($rate->{value} > 0, "$name: nothing was done");
	judge($point{completed}{value} == $latency->{count} && $sum == $latency->{count},
	      "$name: $point{completed}{value} completed, $latency->{count} latencies, $sum in buckets");
	judge($latency->{min} <= $latency->{p50} && $latency->{p50} <= ($latency->{p99} // $latency->{max}) &&
	      ($latency->{p99} // $latency->{max}) <= $latency->{max} && $latency->{mean} <= $latency->{max},
	      "$name: the latencies contradict each other");
	judge($point{guest_cost}{value} > 0, "$name: the guest cost nothing");
	judge($point{payload}{value} >= ($rate->{value} - 1) * $size, "$name: payload and rate disagree")
		if $point{payload};
	next unless $batch;
	# Some of what was kicked for within the window is still under way when it ends.
	my $rest = $depth * $queues / $point{completed}{value};
	judge($point{kicks}{value} <= 1.01 / $batch + $rest, "$name: $point{kicks}{value} kicks a request");
	if ($name =~ /rate=(\d+)/) {
		judge(abs($rate->{value} - $1) < $1 / 3, "$name: $rate->{value} a second");
	} elsif ($queues == 1) {
		# What is under way is the rate times the time that each takes (Little), but for the time in
		# which the host ran something else.
		my $under_way = $rate->{value} * $latency->{mean} / 1e9;
		judge($under_way > 0.1 * $depth && $under_way < 1.3 * $depth,
		      "$name: $under_way requests under way");
	}
	judge($point{interrupts}{value} <= ($name =~ /polled|paced/ ? 0 : 1.01 + $rest),
	      "$name: $point{interrupts}{value} interrupts a request");
}
judge(keys %seen >= 10, "only these were measured: " . join(", ", sort keys %seen));
print "$passed $failed\n";

# SPDX-License-Identifier: BSD-2-Clause
# Reads what stands on a screen, line by line: from a picture (a PPM file, as QEMU dumps it) by the letters of FONT,
# each point of which must be as drawn, or from VGA's text memory, 80 characters a line. A letter that is none is �.
# usage: screen.pl FONT FILE
use strict;
use warnings;

my ($font, $file) = @ARGV;

sub slurp {
	open my $in, '<:raw', $_[0] or die "screen.pl: $_[0]: $!\n";
	local $/;
	return <$in>;
}

# Letters by their points, row by row: "00100 …".
sub letters {
	my ($letter, %letters) = (ord ' ');
	for my $rows (slurp($font) =~ /^\s*\{((?:0x[0-9a-f]{2}(?:, )?){7})\}/mg) {
		$letters{join '', map { sprintf '%05b', hex } split /, /, $rows} = chr $letter++;
	}
	return %letters;
}

sub text_of_picture {
	my ($width, $height, $pixels) = $_[0] =~ /^P6\s+(\d+)\s+(\d+)\s+255\n(.*)/s or die "screen.pl: no picture\n";
	my ($scale, %letters) = ($width >= 1024 ? 2 : 1, letters());
	my @lines;
	for (my $y = 0; $y + 9 * $scale <= $height; $y += 9 * $scale) {
		my $line = '';
		for (my $x = 0; $x + 6 * $scale <= $width; $x += 6 * $scale) {
			my $points = '';
			for my $row (0 .. 7 * $scale - 1) {
				my $bits = '';
				for my $column (0 .. 5 * $scale - 1) {
					my $at = 3 * (($y + $row) * $width + $x + $column);
					my $pixel = substr $pixels, $at, 3;
					$bits .= $pixel eq "\xff\xff\xff" ? 1 : $pixel eq "\0\0\0" ? 0 : 'x';
				}
				# Each point is a square of one colour.
				$bits =~ s/(.)\1/$1/g if $scale == 2;
				$points .= $bits if $row % $scale == 0;
				$points .= '!' if $row % $scale && $points !~ /\Q$bits\E$/;
			}
			$line .= $letters{$points} // '�';
		}
		push @lines, $line;
	}
	return @lines;
}

my $screen = slurp($file);
my @lines = $screen =~ /^P6/ ? text_of_picture($screen) : map { s/(.)./$1/gsr } $screen =~ /(.{160})/gs;
s/\s+$//, print "$_\n" for @lines;

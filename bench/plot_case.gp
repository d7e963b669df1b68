# SPDX-License-Identifier: GPL-2.0
# One case: histogram of the bulk, and the value at every percentile.
# Wants: name, configs, unit, low, high, most, width, dir; plot_style.gp.
set terminal svg size 1000, 280 noenhanced font "system-ui,sans-serif,12" background "#ffffff"
set output sprintf("%s/%s.case.svg", dir, name)
file(c, kind) = sprintf("%s/%s.%s.%s", dir, name, word(configs, c), kind)
index(c) = word(configs, c) eq "base" ? 0 : word(configs, c) eq "off" ? 1 : 2
count = words(configs)
# A round step that gives about five tics.
power(x) = 10 ** floor(log10(x))
round_up(x) = x / power(x) <= 1 ? power(x) : x / power(x) <= 2 ? 2 * power(x) : \
	x / power(x) <= 5 ? 5 * power(x) : 10 * power(x)
set border 3 lc rgb "#9ca3af"
set xtics nomirror scale 0.5 textcolor rgb "#6b7280"
set ytics nomirror scale 0.5 textcolor rgb "#6b7280"
set grid xtics ytics lt 1 lc rgb "#eef0f3"
set tmargin 2
set bmargin 3.4
set multiplot layout 1, 2
set lmargin 9
set rmargin 2
set key off
set title "samples per bin" textcolor rgb "#374151" offset 0, -0.6
set xlabel unit textcolor rgb "#6b7280"
set format x "%.0f"
set format y "%g%%"
set yrange [0 : *]
set xrange [low - width : high + 2 * width]
set xtics round_up((high - low + 3 * width) / 6.0)
plot for [c = 1:count] file(c, "hist") with fillsteps fs transparent solid 0.3 \
		lc rgb colour(index(c)) notitle, \
	for [c = 1:count] file(c, "hist") with steps lw 1.5 lc rgb colour(index(c)) notitle
set key top left reverse Left samplen 1.5 textcolor rgb "#374151"
set title "value by percentile" textcolor rgb "#374151" offset 0, -0.6
set xlabel "percentile"
set format y "%.0f"
set yrange [* : *]
set offsets 0, 0, graph 0.1, graph 0.05
set logscale x
set xrange [1 : most]
set xtics ("min" 1, "p50" 2, "p90" 10, "p99" 100, "p99.9" 1000, "p99.99" 1e4, "p99.999" 1e5)
plot for [c = 1:count] file(c, "perc") with steps lw 2 lc rgb colour(index(c)) \
	title title(index(c))
unset multiplot

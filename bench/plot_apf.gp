# SPDX-License-Identifier: GPL-2.0
# Useful work while pages are missing, a panel per delay.
# Wants: data (apfmatrix --plot), out; and colours from plot_style.gp.
set terminal svg size 1000, 620 noenhanced font "system-ui,sans-serif,13" background "#ffffff"
set output out
array delays[4] = ["0", "100 us", "1 ms", "10 ms"]
array names[5] = ["sync", "halt", "v1, base", "v1, series", "v2, series"]
array colours[5] = ["#c4b5a0", "#7a5c2e", "#8a8f98", "#0072b2", "#d55e00"]
set logscale x 2
set xtics (1, 4, 16, 64) scale 0 textcolor rgb "#6b7280"
set ytics scale 0 textcolor rgb "#6b7280"
set xrange [0.8:80]
set yrange [0:*]
set grid ytics lt 1 lc rgb "#e5e7eb"
set border 1 lc rgb "#9ca3af"
set format y "%.0f"
set multiplot layout 2, 2 title "iterations of the counting loop per million instructions" \
	margins 0.08, 0.97, 0.09, 0.84 spacing 0.09, 0.13
do for [d = 1:4] {
	set title sprintf("pages come after %s", delays[d]) offset 0, -0.6
	if (d > 2) {set xlabel "pages per reply" textcolor rgb "#6b7280"} else {unset xlabel}
	if (d == 1) {set key at screen 0.5, screen 0.945 horizontal center top maxrows 1 samplen 1.5} else {unset key}
	plot for [c = 1:5] data index d - 1 using 1:(column(c + 1)) with linespoints \
		pt 7 ps (c == 3 ? 1.3 : 0.7) lw (c == 3 ? 5 : 2) lc rgb colours[c] title names[c]
}
unset multiplot

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Published data sets of the known-answer tests, with where they come from.
 *
 * Data only. What is expected of them stands in the tests.
 */
#ifndef BENCH_STATS_DATA_H
#define BENCH_STATS_DATA_H

/*
 * A. Michelson's 100 measurements of the speed of light, 1879, in thousands of
 * km/s. NIST Statistical Reference Datasets, univariate, "Michelso". The same
 * values in km/s less 299000 are the Speed column of R's data set "morley".
 */
static const double michelson[] = {
	299.85, 299.74, 299.90, 300.07, 299.93, 299.85, 299.95, 299.98, 299.98,
	299.88, 300.00, 299.98, 299.93, 299.65, 299.76, 299.81, 300.00, 300.00,
	299.96, 299.96, 299.96, 299.94, 299.96, 299.94, 299.88, 299.80, 299.85,
	299.88, 299.90, 299.84, 299.83, 299.79, 299.81, 299.88, 299.88, 299.83,
	299.80, 299.79, 299.76, 299.80, 299.88, 299.88, 299.88, 299.86, 299.72,
	299.72, 299.62, 299.86, 299.97, 299.95, 299.88, 299.91, 299.85, 299.87,
	299.84, 299.84, 299.85, 299.84, 299.84, 299.84, 299.89, 299.81, 299.81,
	299.82, 299.80, 299.77, 299.76, 299.74, 299.75, 299.76, 299.91, 299.92,
	299.89, 299.86, 299.88, 299.72, 299.84, 299.85, 299.85, 299.78, 299.89,
	299.84, 299.78, 299.81, 299.76, 299.81, 299.79, 299.81, 299.82, 299.85,
	299.87, 299.87, 299.81, 299.74, 299.81, 299.94, 299.95, 299.80, 299.81,
	299.87,
};

/*
 * R. Mavrodineanu's 50 measurements of a filter's transmittance. NIST
 * Statistical Reference Datasets, univariate, "Mavro".
 */
static const double mavro[] = {
	2.00180, 2.00170, 2.00180, 2.00190, 2.00180, 2.00170, 2.00150, 2.00140,
	2.00150, 2.00150, 2.00170, 2.00180, 2.00180, 2.00190, 2.00190, 2.00210,
	2.00200, 2.00160, 2.00140, 2.00130, 2.00130, 2.00150, 2.00150, 2.00160,
	2.00150, 2.00140, 2.00130, 2.00140, 2.00150, 2.00140, 2.00150, 2.00160,
	2.00150, 2.00160, 2.00190, 2.00200, 2.00200, 2.00210, 2.00220, 2.00230,
	2.00240, 2.00250, 2.00270, 2.00260, 2.00260, 2.00260, 2.00270, 2.00260,
	2.00250, 2.00240,
};

/*
 * Resistivity of 12 silicon wafers: the worked example of "Percentiles" in
 * the NIST/SEMATECH e-Handbook of Statistical Methods.
 */
static const double wafers[] = {
	95.1772, 95.1567, 95.1937, 95.1959, 95.1442, 95.0610,
	95.1591, 95.1195, 95.1065, 95.0925, 95.1990, 95.1682,
};

/*
 * Survival of mice in days. B. Efron, R. Tibshirani, "An Introduction to the
 * Bootstrap", the mouse data: treatment group.
 */
static const double mice_treated[] = { 94, 197, 16, 38, 99, 141, 23 };

/*
 * Permeability of the human chorioamnion, at term and at 12 to 26 weeks.
 * M. Hollander, D. Wolfe, "Nonparametric Statistical Methods" (1973); also
 * the example of R's wilcox.test().
 */
static const double at_term[] = {
	0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46,
};

static const double at_weeks[] = { 1.15, 0.88, 0.90, 0.74, 1.21 };

/* The example of cliff.delta() in the R package effsize. */
static const double treatment[] = { 10, 10, 20, 20, 20, 30, 30, 30, 40, 50 };
static const double control[] = { 10, 20, 30, 40, 40, 50 };

#endif
